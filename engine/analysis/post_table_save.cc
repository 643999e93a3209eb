// Pages of posts as records of the store.
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "engine/analysis/post_table.h"
#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// Rows are copied as they lie in memory.
static_assert(std::endian::native == std::endian::little);
static_assert(std::is_trivially_copyable_v<PostState>);

// Of the rows: 0 is that of version 1 of the state.
constexpr std::uint32_t kLayout = 1;

std::string key_of(std::string_view prefix, std::uint64_t page) {
  return cat(prefix, "/posts/", page);
}

std::unexpected<Error> broken(std::uint64_t page, std::string_view what) {
  return fail(ErrorKind::corrupt, cat("page ", page, " of its posts ", what));
}

}  // namespace

void PostRows::save(std::string* out) const {
  for (std::size_t first = 0; first < size_; first += kChunk) {
    const std::size_t count = std::min<std::size_t>(kChunk, size_ - first);
    out->append(reinterpret_cast<const char*>(&(*this)[first]), count * sizeof(PostState));
  }
}

void PostRows::load(std::string_view bytes) {
  PostState row;
  for (; bytes.size() >= sizeof row; bytes.remove_prefix(sizeof row)) {
    std::memcpy(&row, bytes.data(), sizeof row);
    push_back(row);
  }
}

void PostTable::save(BrandId brand, std::string_view prefix, std::vector<StateRecord>* out) {
  Ring& ring = rings_[brand];
  const std::uint64_t first = page_of(ring.first);
  for (; ring.saved_page < first; ++ring.saved_page) {
    out->push_back({key_of(prefix, ring.saved_page), std::nullopt});
  }
  pb::PostPage saved;
  for (std::size_t i = 0; i < ring.pages.size(); ++i) {
    Page& of = ring.pages[i];
    if (!of.unsaved) continue;
    saved.Clear();
    saved.set_layout(kLayout);
    saved.set_posts(static_cast<std::uint32_t>(of.rows.size()));
    of.rows.save(saved.mutable_rows());
    saved.set_ids(of.ids.data(), of.ids.size());
    std::uint32_t start = 0;
    for (const std::uint32_t end : of.id_ends) saved.add_id_bytes(end - std::exchange(start, end));
    out->push_back({key_of(prefix, first + i), saved.SerializeAsString()});
    of.unsaved = false;
  }
}

Result<void> PostTable::load(BrandId brand, std::uint64_t page, std::string_view value) {
  pb::PostPage saved;
  if (!saved.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return broken(page, "cannot be read");
  }
  const std::size_t posts = saved.posts();
  if (posts == 0 || posts > kPostsPerPage || saved.rows().size() != posts * sizeof(PostState)) {
    return broken(page, "has rows of another length");
  }
  if (saved.layout() > kLayout) return broken(page, "has rows of another layout");
  Page to;
  to.rows.load(saved.rows());
  for (std::size_t i = 0; i < posts; ++i) {
    if (saved.layout() == 0) upgrade_row(&to.rows[i]);
    const EventTime time = to.rows[i].event_time;
    if (time < kEventTimeMin || time >= kEventTimeMax) {
      return broken(page, "has a time that no post has");
    }
  }
  std::uint64_t end = 0;
  for (const std::uint32_t bytes : saved.id_bytes()) {
    to.id_ends.push_back(static_cast<std::uint32_t>(end += bytes));
  }
  if (end != saved.ids().size() || (end != 0 && to.id_ends.size() != posts)) {
    return broken(page, "has ids of another length");
  }
  to.ids.assign(saved.ids().begin(), saved.ids().end());
  // They come in the order of their keys, not of their numbers.
  loading_.insert_or_assign({brand, page}, std::move(to));
  return {};
}

Result<void> PostTable::loaded(BrandId brand, std::uint64_t first, std::uint64_t end) {
  Ring& ring = rings_[brand];
  if (first > end || end - first > kPostsPerBrandMax) {
    return fail(ErrorKind::corrupt, "the numbers of its posts are no range");
  }
  ring.first = first;
  ring.end = end;
  ring.saved_page = page_of(first);
  for (std::uint64_t page = page_of(first); page * kPostsPerPage < end; ++page) {
    const auto at = loading_.find({brand, page});
    if (at == loading_.end()) return broken(page, "is not there");
    if (at->second.rows.size() != std::min(kPostsPerPage, end - page * kPostsPerPage)) {
      return broken(page, "has too few of them, or too many");
    }
    ring.pages.push_back(std::move(at->second));
  }
  loading_.erase(loading_.lower_bound({brand, 0}), loading_.lower_bound({brand + 1, 0}));
  for (std::size_t i = 0; i + kPagesWithIds < ring.pages.size(); ++i) forget_ids(&ring.pages[i]);
  for (std::uint64_t number = first; number < end; ++number) {
    const PostPlace post{brand, number};
    link(post, at(post), last_of(brand, at(post).author));
  }
  return {};
}

}  // namespace vigie
