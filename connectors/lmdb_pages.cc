// The format is that of LMDB 0.9 on a machine of 64 bits and little endian, as mdb.c has it.
#include "connectors/lmdb_pages.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

static_assert(std::endian::native == std::endian::little && sizeof(std::size_t) == 8);

using Page = std::uint64_t;
constexpr Page kNoPage = std::numeric_limits<Page>::max();

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kHeads = 2;  // the first pages; they take turns
constexpr std::size_t kKeyBytesMax = 511;
constexpr std::size_t kPageBytesMin = 512;
constexpr std::size_t kPageBytesMax = 32768;
constexpr unsigned kDepthMax = 32;

constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kLeaf = 0x02;
constexpr std::uint16_t kOverflow = 0x04;
constexpr std::uint16_t kMeta = 0x08;
// Marks of pages in memory, which may have been written with them.
constexpr std::uint16_t kPassing = 0x10 | 0x4000 | 0x8000;

constexpr std::uint16_t kBigNode = 0x01;  // its value has pages of its own

struct PageHeader {
  Page page;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint16_t lower;  // with `upper`: of an overflow page, how many pages
  std::uint16_t upper;
};
static_assert(sizeof(PageHeader) == 16);

struct NodeHeader {
  std::uint16_t low;
  std::uint16_t high;
  std::uint16_t flags;
  std::uint16_t key_bytes;
};
static_assert(sizeof(NodeHeader) == 8);

struct Tree {
  std::uint32_t pad;  // of the first tree: bytes of a page
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t branch_pages;
  std::uint64_t leaf_pages;
  std::uint64_t overflow_pages;
  std::uint64_t entries;
  Page root;
};
static_assert(sizeof(Tree) == 48);

struct Head {
  std::uint32_t magic;
  std::uint32_t format;
  std::uint64_t address;
  std::uint64_t map_bytes;
  std::array<Tree, 2> trees;  // that of the pages that are free, and that of the records
  Page last_page;
  std::uint64_t transaction;
};
static_assert(sizeof(Head) == 136);

constexpr std::uint16_t kFreeTreeFlags = 0x08;  // keys are integers; others are of the whole file

// REQUIRES: it lies within the file.
template <class T>
T read_at(std::span<const std::byte> file, std::size_t at) {
  T value;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

std::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorKind::corrupt, std::move(message));
}

std::optional<Head> head_at(std::span<const std::byte> file, std::size_t at) {
  if (file.size() < at + sizeof(PageHeader) + sizeof(Head)) return std::nullopt;
  const auto page = read_at<PageHeader>(file, at);
  const auto head = read_at<Head>(file, at + sizeof(PageHeader));
  if ((page.flags & kMeta) == 0 || head.magic != kMagic) return std::nullopt;
  return head;
}

bool is_page_size(std::size_t bytes) {
  return bytes >= kPageBytesMin && bytes <= kPageBytesMax && std::has_single_bit(bytes);
}

// Of both heads the one that counts.
Result<Head> newest_head(std::span<const std::byte> file) {
  const std::optional<Head> first = head_at(file, 0);
  if (!first) return corrupt("it does not begin as an LMDB file does");
  const std::size_t page_bytes = first->trees[0].pad;
  if (first->format != kFormat || !is_page_size(page_bytes)) {
    return corrupt(cat("it is of another version of LMDB's format (", first->format, ')'));
  }
  const std::optional<Head> second = head_at(file, page_bytes);
  if (!second || second->format != kFormat || second->trees[0].pad != page_bytes) {
    return corrupt("its second page is not what LMDB writes");
  }
  return second->transaction > first->transaction ? *second : *first;
}

class Checker {
 public:
  Checker(std::span<const std::byte> file, const LmdbHead& head)
      : file_(file),
        page_bytes_(head.page_bytes),
        pages_(std::min<std::uint64_t>(head.pages, file.size() / head.page_bytes)),
        used_(pages_) {
    for (std::size_t page = 0; page < kHeads; ++page) used_[page] = true;
  }

  Result<void> tree(const Tree& tree, bool free) {
    if (tree.root == kNoPage) return {};
    if (tree.depth == 0 || tree.depth > kDepthMax) {
      return corrupt(cat("a tree of it is ", tree.depth, " pages deep"));
    }
    free_ = free;
    last_key_.reset();
    floor_.reset();
    return this->page(tree.root, tree.depth);
  }

 private:
  struct Node {
    NodeHeader header;
    std::string_view key;
    std::size_t value = 0;  // where it begins in the file
    std::size_t value_bytes = 0;
  };

  // From here on nothing else may hold these pages.
  Result<void> take(Page first, std::uint64_t count) {
    if (first >= pages_ || count > pages_ - first) {
      return corrupt(cat("it speaks of page ", first, ", and has ", pages_));
    }
    for (Page page = first; page < first + count; ++page) {
      if (used_[page]) return corrupt(cat("page ", page, " is used twice"));
      used_[page] = true;
    }
    return {};
  }

  Result<void> page(Page number, unsigned depth) {
    if (Result<void> taken = take(number, 1); !taken) return taken;
    const std::size_t at = number * page_bytes_;
    const auto header = read_at<PageHeader>(file_, at);
    const std::uint16_t kind = depth == 1 ? kLeaf : kBranch;
    const bool good = header.page == number && (header.flags & ~kPassing) == kind &&
                      header.lower >= sizeof header && header.lower <= header.upper &&
                      header.upper <= page_bytes_ && header.lower % 2 == 0;
    const std::size_t nodes = good ? (header.lower - sizeof header) / 2 : 0;
    // LMDB insists on two, but in the tree of free pages.
    if (nodes < (kind == kBranch && !free_ ? 2U : 1U)) return damaged(number);
    for (std::size_t i = 0; i < nodes; ++i) {
      const std::optional<Node> node = node_at(number, header, i);
      if (!node) return damaged(number);
      Result<void> done = kind == kBranch ? branch(number, *node, i, depth) : leaf(number, *node);
      if (!done) return done;
    }
    return {};
  }

  // Nothing where it does not lie within its page.
  std::optional<Node> node_at(Page number, const PageHeader& page, std::size_t i) const {
    const std::size_t begin = number * page_bytes_;
    const auto offset = read_at<std::uint16_t>(file_, begin + sizeof page + 2 * i);
    if (offset < page.upper || offset % 2 != 0 || offset + sizeof(NodeHeader) > page_bytes_) {
      return std::nullopt;
    }
    Node node;
    node.header = read_at<NodeHeader>(file_, begin + offset);
    const std::size_t key = offset + sizeof(NodeHeader);
    std::size_t in_page = 0;
    if ((page.flags & kLeaf) != 0) {
      node.value_bytes = std::size_t{node.header.high} << 16 | node.header.low;
      in_page = (node.header.flags & kBigNode) != 0 ? sizeof(Page) : node.value_bytes;
    }
    if (key + node.header.key_bytes + in_page > page_bytes_) return std::nullopt;
    node.key = {reinterpret_cast<const char*>(file_.data()) + begin + key, node.header.key_bytes};
    node.value = begin + key + node.header.key_bytes;
    return node;
  }

  Result<void> branch(Page number, const Node& node, std::size_t i, unsigned depth) {
    // The first key of a branch is not looked at, by LMDB either.
    if (i > 0 && (node.key.empty() || node.key.size() > kKeyBytesMax)) return damaged(number);
    const Page child =
        Page{node.header.low} | Page{node.header.high} << 16 | Page{node.header.flags} << 32;
    // What is left of the separator is smaller, what is right of it is not.
    if (i > 0 && last_key_ && compare(*last_key_, node.key) >= 0) return damaged(number);
    if (i > 0) floor_ = node.key;
    return page(child, depth - 1);
  }

  Result<void> leaf(Page number, const Node& node) {
    const bool key_fits = free_ ? node.key.size() == sizeof(Page)
                                : !node.key.empty() && node.key.size() <= kKeyBytesMax;
    if (!key_fits) return damaged(number);
    if ((node.header.flags & ~kBigNode) != 0) {
      return fail(ErrorKind::refused, "it holds databases within the database");
    }
    if (last_key_ && compare(*last_key_, node.key) >= 0) return damaged(number);
    if (floor_ && compare(*floor_, node.key) > 0) return damaged(number);
    last_key_ = node.key;
    floor_.reset();
    std::size_t value = node.value;
    if ((node.header.flags & kBigNode) != 0) {
      const auto first = read_at<Page>(file_, node.value);
      if (Result<void> good = large_value(first, node.value_bytes); !good) return good;
      value = first * page_bytes_ + sizeof(PageHeader);
    }
    return free_ ? free_pages(number, value, node.value_bytes) : Result<void>{};
  }

  Result<void> large_value(Page first, std::size_t bytes) {
    const std::uint64_t count = (sizeof(PageHeader) + bytes + page_bytes_ - 1) / page_bytes_;
    if (first >= pages_) return take(first, count);  // says so
    const auto header = read_at<PageHeader>(file_, first * page_bytes_);
    const std::uint64_t owned = std::uint64_t{header.upper} << 16 | header.lower;
    const bool good =
        header.page == first && (header.flags & ~kPassing) == kOverflow && owned >= count;
    return good ? take(first, owned) : damaged(first);
  }

  // A list of pages that are free: how many, and each of them, falling.
  Result<void> free_pages(Page number, std::size_t at, std::size_t bytes) {
    if (bytes < sizeof(Page)) return damaged(number);
    const auto count = read_at<std::uint64_t>(file_, at);
    if (count > bytes / sizeof(Page) - 1) return damaged(number);
    Page before = kNoPage;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const auto page = read_at<Page>(file_, at + i * sizeof(Page));
      if (page >= before) return damaged(number);
      if (Result<void> taken = take(page, 1); !taken) return taken;
      before = page;
    }
    return {};
  }

  [[nodiscard]] int compare(std::string_view a, std::string_view b) const {
    if (!free_) return a.compare(b);
    if (a.size() != sizeof(Page) || b.size() != sizeof(Page)) return 0;  // no such key
    Page first = 0;
    Page second = 0;
    std::memcpy(&first, a.data(), sizeof first);
    std::memcpy(&second, b.data(), sizeof second);
    return first < second ? -1 : static_cast<int>(first > second);
  }

  static std::unexpected<Error> damaged(Page number) {
    return corrupt(cat("page ", number, " is damaged"));
  }

  std::span<const std::byte> file_;
  std::size_t page_bytes_;
  std::uint64_t pages_;
  std::vector<bool> used_;
  std::optional<std::string_view> last_key_;  // of the leaves so far
  std::optional<std::string_view> floor_;     // the next leaf's keys are not smaller
  bool free_ = false;                         // the tree of free pages
};

}  // namespace

Result<LmdbHead> lmdb_head(std::span<const std::byte> file) {
  const Result<Head> head = newest_head(file);
  if (!head) return std::unexpected(head.error());
  if (head->last_page < kHeads - 1 || head->last_page >= kNoPage / kPageBytesMax) {
    return corrupt("it does not say how large it is");
  }
  return LmdbHead{.page_bytes = head->trees[0].pad,
                  .transaction = head->transaction,
                  .pages = head->last_page + 1};
}

Result<void> check_lmdb_pages(std::span<const std::byte> file, const LmdbHead& head) {
  CHECK(file.size() / head.page_bytes >= kHeads && head.pages >= kHeads);
  for (std::size_t i = 0; i < kHeads; ++i) {
    const std::optional<Head> found = head_at(file, i * head.page_bytes);
    if (!found || found->transaction != head.transaction) continue;
    if (found->trees[1].flags != 0) {
      return fail(ErrorKind::refused, "its database is of a kind that Vigie does not write");
    }
    if ((found->trees[0].flags & kFreeTreeFlags) == 0) return corrupt("its first page is damaged");
    Checker checker(file, head);
    if (Result<void> records = checker.tree(found->trees[1], false); !records) return records;
    return checker.tree(found->trees[0], true);
  }
  return corrupt("its newest page was overwritten meanwhile; try again");
}

}  // namespace vigie
