// The posts of all brands of a shard: who holds which post, for repeats and for what is told of
// posts later.
//
// A row of the saved state is a PostState as it lies in memory: 144 bytes, little endian.
//
//   at  field                            at  field
//    0  key: high half, low half          88  followers (32 bits)
//   16  author: likewise                  92  answered_after (22), score (6), language (3), crisis
//   32  event_time (64 bits, signed)      96  campaigns (32)
//   40  signature (64)                   100  rejected (32)
//   48  counters (8 of 32)               104  slices (14 of 16)
//   80  counted_at (32)                  132  cascade (16)
//   84  written_at (32)                  134  defences (16)
//
//   Then bits, the lowest of each byte first:
//   136  kind (3), media (2), tier (2), live
//   137  sentiment (2), depth (4), owned, addressed
//   138  rating (9 bits, over two bytes), owned_link, linked, moderated, recommends,
//        advises_against, first_of_group, near_identical
//   140  same_author (18 bits, over three bytes), series (6), young_author, unfollowed_author,
//        apart, deleted, waiting, answers_only, given (2)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/post_index.h"
#include "engine/analysis/post_state.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"

namespace vigie {

// A post of a brand. Numbers of a brand's posts rise in the order in which they came.
struct PostPlace {
  BrandId brand = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const PostPlace&, const PostPlace&) = default;
};

// The rows of a page, in chunks that stay where they are: one vector would copy each row four times
// while it grows by a quarter, and its blocks would come from the kernel and go back there. The
// first chunk grows, as there are many small brands.
class PostRows {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] PostState& operator[](std::size_t i) { return chunks_[i / kChunk][i % kChunk]; }
  [[nodiscard]] const PostState& operator[](std::size_t i) const {
    return chunks_[i / kChunk][i % kChunk];
  }
  // REQUIRES: there are less than kPostsPerPage.
  PostState& push_back(const PostState& row);
  // Appends their bytes; and takes over what it appended.
  void save(std::string* out) const;
  void load(std::string_view bytes);
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kChunk = 64;
  void grow_first();

  std::array<std::unique_ptr<PostState[]>, kPostsPerPage / kChunk> chunks_;
  std::uint16_t size_ = 0;
  std::uint16_t first_room_ = 0;  // of the first chunk
};

// Per brand a ring, in pages of kPostsPerPage rows that are made as they are needed; the newest
// kPagesWithIds of them know the ids of their posts. When a bound is reached the oldest posts make
// room: of the brand, or of the shard those that were written first. One thread.
class PostTable {
 public:
  struct Bounds {
    std::size_t per_brand = kPostsPerBrandMax;
    std::size_t per_shard = kPostsPerShardMax;
  };
  PostTable();
  explicit PostTable(Bounds bounds) : bounds_(bounds) {}

  // Called before the post is dropped, whyever; it changes nothing here.
  void before_drop(std::function<void(PostPlace)> call) { before_drop_ = std::move(call); }

  // From now on there are so many brands. REQUIRES: no fewer than before.
  void set_brands(std::size_t brands) { rings_.resize(brands); }

  // The brand's post with this key; nothing for none.
  [[nodiscard]] std::optional<std::uint64_t> find(BrandId brand, const Key128& key) const;
  // Appends all that hold the post, or that the author wrote, in order. The latter looks at each
  // brand: some 20 ns of each.
  void find_all(const Key128& key, std::vector<PostPlace>* places) const;
  void find_author(const Key128& author, std::vector<PostPlace>* places) const;
  // Asks for what find() of the key, and add() of a post of the author, look at first; and, once
  // that is there, for the rows that they look at then.
  void prefetch(const Key128& key) const { by_key_.prefetch(key.high); }
  void prefetch_author(BrandId brand, const Key128& author) const {
    by_author_.prefetch(hash_of(brand, author));
  }
  void prefetch_row(BrandId brand, const Key128& key) const {
    prefetch_row(brand, key.high, by_key_);
  }
  void prefetch_author_row(BrandId brand, const Key128& author) const {
    prefetch_row(brand, hash_of(brand, author), by_author_);
  }

  [[nodiscard]] bool holds(PostPlace post) const;
  // Valid until the next add(). REQUIRES, of all that take one: the table holds the post.
  [[nodiscard]] const PostState& at(PostPlace post) const;
  // The same, to be changed, but not its key and author; its page is saved again.
  [[nodiscard]] PostState* change(PostPlace post);
  // Its id, or nothing where it is not known any more.
  [[nodiscard]] std::string_view id(PostPlace post) const;
  // Gives it another key and id. REQUIRES: the brand has no post with that key.
  void rename(PostPlace post, const Key128& key, std::string_view id);

  // Puts the row in the place of the one there, which has the same keys.
  void replace(PostPlace post, const PostState& row);
  // True, and counted as forgotten, where the post is late or backdated and the brand holds as many
  // of those as it may.
  [[nodiscard]] bool turns_away(BrandId brand, const PostState& row);
  // Adds a post and returns its number. REQUIRES: the brand holds none with this key.
  std::uint64_t add(BrandId brand, const PostState& post, std::string_view id);

  // Posts that were written before are old: the brand's that came first are dropped by drop_old(),
  // and those that make room before they are old count as forgotten.
  void keep_from(EventTime time) { kept_from_ = time; }
  [[nodiscard]] EventTime kept_from() const { return kept_from_; }
  // True when there were any.
  bool drop_old(BrandId brand);
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

  [[nodiscard]] std::size_t size() const { return size_; }
  // True when no post of another brand has to make room for so many more.
  [[nodiscard]] bool has_room(std::size_t posts) const {
    return size_ + posts <= bounds_.per_shard;
  }
  [[nodiscard]] std::size_t size(BrandId brand) const;
  [[nodiscard]] std::uint64_t first(BrandId brand) const { return rings_[brand].first; }
  [[nodiscard]] std::uint64_t end(BrandId brand) const { return rings_[brand].end; }
  [[nodiscard]] std::size_t memory_bytes() const;

  // Appends the brand's pages that have changed since, and those that are gone, with the keys
  // prefix + "/posts/" + page.
  void save(BrandId brand, std::string_view prefix, std::vector<StateRecord>* out);
  // Takes over a page that save() wrote.
  [[nodiscard]] Result<void> load(BrandId brand, std::uint64_t page, std::string_view value);
  // After all pages of the brand: its posts are [first, end).
  [[nodiscard]] Result<void> loaded(BrandId brand, std::uint64_t first, std::uint64_t end);

 private:
  struct Page {
    PostRows rows;
    std::vector<char> ids;               // of the rows, one behind the other
    std::vector<std::uint32_t> id_ends;  // by row; empty once they are forgotten
    bool unsaved = false;
  };
  struct Ring {
    std::vector<Page> pages;  // [first / kPostsPerPage, (end - 1) / kPostsPerPage]
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    std::uint64_t apart = 0;       // that are late or backdated
    std::uint64_t saved_page = 0;  // pages before it are not in the store, nor were they since
  };

  [[nodiscard]] static std::uint64_t page_of(std::uint64_t number) {
    return number / kPostsPerPage;
  }
  [[nodiscard]] static std::uint32_t place_of(std::uint64_t number) {
    return static_cast<std::uint32_t>(number) & ((1U << PostIndex::kPlaceBits) - 1);
  }
  [[nodiscard]] std::uint64_t number_of(PostIndex::Entry entry) const;
  [[nodiscard]] const Page& page(PostPlace post) const;
  [[nodiscard]] Page& page(PostPlace post);
  // An author writes about many brands: by the author alone, all of them would share a place.
  [[nodiscard]] static std::uint64_t hash_of(BrandId brand, const Key128& author) {
    return author.high + brand * std::uint64_t{0x9E3779B97F4A7C15};
  }
  void prefetch_row(BrandId brand, std::uint64_t hash, const PostIndex& index) const {
    index.find(hash, [&](PostIndex::Entry entry) {
      if (entry.brand == brand) __builtin_prefetch(&at({brand, number_of(entry)}));
      return entry.brand == brand;
    });
  }
  // The author's last post for the brand.
  [[nodiscard]] std::optional<PostIndex::Entry> last_of(BrandId brand, const Key128& author) const;
  void link(PostPlace post, const PostState& row, std::optional<PostIndex::Entry> last);
  void unlink(PostPlace post);
  void drop_first(BrandId brand);
  static void forget_ids(Page* of);
  void forget_first(BrandId brand);
  void make_room();
  [[nodiscard]] EventTime early_time() const;

  Bounds bounds_;
  std::vector<Ring> rings_;  // by brand
  PostIndex by_key_;
  // By hash_of(), the last post of an author for a brand; PostState::same_author leads on.
  PostIndex by_author_;
  EventTime kept_from_{EventTime::min()};
  std::size_t size_ = 0;
  std::uint64_t forgotten_ = 0;
  std::function<void(PostPlace)> before_drop_;
  std::map<std::pair<BrandId, std::uint64_t>, Page> loading_;  // between load() and loaded()
};

}  // namespace vigie
