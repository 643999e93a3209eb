#include "engine/analysis/post_table.h"

#include <algorithm>

#include "engine/analysis/packed.h"
#include "engine/base/check.h"

namespace vigie {
namespace {

// A vector that doubles would waste half of the memory of many small brands.
template <class T>
void reserve_one(std::vector<T>* rows, std::size_t most) {
  if (rows->size() < rows->capacity()) return;
  rows->reserve(std::min(most, rows->size() + rows->size() / 4 + 1));
}

}  // namespace

PostState& PostRows::push_back(const PostState& row) {
  if (size_ < kChunk && size_ == first_room_) {
    grow_first();
  } else if (size_ % kChunk == 0) {
    chunks_[size_ / kChunk] = std::make_unique_for_overwrite<PostState[]>(kChunk);
  }
  PostState& to = (*this)[size_++];
  to = row;
  return to;
}

void PostRows::grow_first() {
  const std::size_t room = std::min<std::size_t>(kChunk, first_room_ + first_room_ / 4U + 1U);
  auto chunk = std::make_unique_for_overwrite<PostState[]>(room);
  std::copy_n(chunks_[0].get(), size_, chunk.get());
  chunks_[0] = std::move(chunk);
  first_room_ = static_cast<std::uint16_t>(room);
}

std::size_t PostRows::memory_bytes() const {
  const std::size_t further = size_ <= kChunk ? 0 : (size_ - 1) / kChunk;
  return (first_room_ + further * kChunk) * sizeof(PostState);
}

PostTable::PostTable() : PostTable(Bounds{}) {}

std::uint64_t PostTable::number_of(PostIndex::Entry entry) const {
  const std::uint64_t first = rings_[entry.brand].first;
  return first + place_of(entry.place - first);
}

const PostTable::Page& PostTable::page(PostPlace post) const {
  const Ring& ring = rings_[post.brand];
  return ring.pages[page_of(post.number) - page_of(ring.first)];
}

PostTable::Page& PostTable::page(PostPlace post) {
  Ring& ring = rings_[post.brand];
  return ring.pages[page_of(post.number) - page_of(ring.first)];
}

std::optional<std::uint64_t> PostTable::find(BrandId brand, const Key128& key) const {
  std::optional<std::uint64_t> found;
  if (!key.is_set()) return found;
  by_key_.find(key.high, [&](PostIndex::Entry entry) {
    if (entry.brand != brand) return false;
    const std::uint64_t number = number_of(entry);
    if (at({brand, number}).key == key) found = number;
    return found.has_value();
  });
  return found;
}

void PostTable::find_all(const Key128& key, std::vector<PostPlace>* places) const {
  if (!key.is_set()) return;
  const auto old = static_cast<std::ptrdiff_t>(places->size());
  by_key_.find(key.high, [&](PostIndex::Entry entry) {
    const PostPlace post{entry.brand, number_of(entry)};
    if (at(post).key == key) places->push_back(post);
    return false;
  });
  std::sort(places->begin() + old, places->end());
}

void PostTable::find_author(const Key128& author, std::vector<PostPlace>* places) const {
  if (!author.is_set()) return;
  for (BrandId brand = 0; brand < rings_.size(); ++brand) {
    const std::optional<PostIndex::Entry> last = last_of(brand, author);
    if (!last) continue;
    const auto old = static_cast<std::ptrdiff_t>(places->size());
    PostPlace post{brand, number_of(*last)};
    for (std::uint32_t away = 1; away != 0 && holds(post); post.number -= away) {
      places->push_back(post);
      away = at(post).same_author;
    }
    std::reverse(places->begin() + old, places->end());
  }
}

std::optional<PostIndex::Entry> PostTable::last_of(BrandId brand, const Key128& author) const {
  std::optional<PostIndex::Entry> found;
  if (!author.is_set()) return found;
  by_author_.find(hash_of(brand, author), [&](PostIndex::Entry entry) {
    if (entry.brand != brand) return false;
    if (at({brand, number_of(entry)}).author == author) found = entry;
    return found.has_value();
  });
  return found;
}

bool PostTable::holds(PostPlace post) const {
  const Ring& ring = rings_[post.brand];
  return post.number >= ring.first && post.number < ring.end;
}

const PostState& PostTable::at(PostPlace post) const {
  return page(post).rows[post.number % kPostsPerPage];
}

PostState* PostTable::change(PostPlace post) {
  Page& of = page(post);
  of.unsaved = true;
  return &of.rows[post.number % kPostsPerPage];
}

std::string_view PostTable::id(PostPlace post) const {
  const Page& of = page(post);
  const std::size_t row = post.number % kPostsPerPage;
  if (row >= of.id_ends.size()) return {};
  const std::uint32_t first = row == 0 ? 0 : of.id_ends[row - 1];
  return {of.ids.data() + first, of.id_ends[row] - first};
}

void PostTable::rename(PostPlace post, const Key128& key, std::string_view id) {
  PostState* row = change(post);
  const PostIndex::Entry entry{post.brand, place_of(post.number)};
  if (row->key.is_set()) by_key_.erase(row->key.high, entry);
  row->key = key;
  if (key.is_set()) by_key_.insert(key.high, entry);
  Page& of = page(post);
  const std::size_t at = post.number % kPostsPerPage;
  if (at >= of.id_ends.size()) return;
  const std::uint32_t first = at == 0 ? 0 : of.id_ends[at - 1];
  const std::uint32_t end = of.id_ends[at];
  of.ids.erase(of.ids.begin() + first, of.ids.begin() + end);
  of.ids.insert(of.ids.begin() + first, id.begin(), id.end());
  for (std::size_t i = at; i < of.id_ends.size(); ++i) {
    of.id_ends[i] += static_cast<std::uint32_t>(id.size()) - (end - first);
  }
}

void PostTable::replace(PostPlace post, const PostState& row) {
  PostState* to = change(post);
  std::uint64_t& apart = rings_[post.brand].apart;
  apart = apart - to->apart + row.apart;
  *to = row;
}

bool PostTable::turns_away(BrandId brand, const PostState& row) {
  const bool full = rings_[brand].apart >= bounds_.per_brand / kPostsPerApartPost;
  if (!row.apart || !full) return false;
  ++forgotten_;
  return true;
}

std::uint64_t PostTable::add(BrandId brand, const PostState& post, std::string_view id) {
  if (size(brand) >= bounds_.per_brand) forget_first(brand);
  if (size_ >= bounds_.per_shard) make_room();
  Ring& ring = rings_[brand];
  const PostPlace place{brand, ring.end++};
  if (page_of(place.number) - page_of(ring.first) == ring.pages.size()) {
    reserve_one(&ring.pages, bounds_.per_brand / kPostsPerPage + 2);
    ring.pages.emplace_back();
    if (ring.pages.size() > kPagesWithIds) {
      forget_ids(&ring.pages[ring.pages.size() - 1 - kPagesWithIds]);
    }
  }
  Page& to = ring.pages.back();
  PostState& row = to.rows.push_back(post);
  row.same_author = 0;
  const std::optional<PostIndex::Entry> last = last_of(brand, post.author);
  if (last) row.same_author = (place_of(place.number) - last->place) & 0x3FFFF;
  vigie::make_room(&to.ids, id.size());
  to.ids.insert(to.ids.end(), id.begin(), id.end());
  reserve_one(&to.id_ends, kPostsPerPage);
  to.id_ends.push_back(static_cast<std::uint32_t>(to.ids.size()));
  to.unsaved = true;
  link(place, row, last);
  return place.number;
}

void PostTable::forget_ids(Page* of) {
  std::vector<char>().swap(of->ids);
  std::vector<std::uint32_t>().swap(of->id_ends);
}

// Joins a row with the indices. `last`: what the index of authors has until now.
void PostTable::link(PostPlace post, const PostState& row, std::optional<PostIndex::Entry> last) {
  const PostIndex::Entry entry{post.brand, place_of(post.number)};
  if (row.key.is_set()) by_key_.insert(row.key.high, entry);
  ++size_;
  rings_[post.brand].apart += row.apart;
  if (!row.author.is_set()) return;
  const std::uint64_t hash = hash_of(post.brand, row.author);
  if (last) {
    by_author_.move(hash, *last, entry.place);
  } else {
    by_author_.insert(hash, entry);
  }
}

void PostTable::unlink(PostPlace post) {
  const PostState& row = at(post);
  const PostIndex::Entry entry{post.brand, place_of(post.number)};
  if (row.key.is_set()) by_key_.erase(row.key.high, entry);
  --size_;
  rings_[post.brand].apart -= row.apart;
  if (!row.author.is_set()) return;
  if (last_of(post.brand, row.author) == entry) {
    by_author_.erase(hash_of(post.brand, row.author), entry);
  }
}

void PostTable::drop_first(BrandId brand) {
  Ring& ring = rings_[brand];
  if (before_drop_) before_drop_({brand, ring.first});
  unlink({brand, ring.first});
  const std::uint64_t old = page_of(ring.first);
  ++ring.first;
  if (page_of(ring.first) != old) ring.pages.erase(ring.pages.begin());
}

// Drops the brand's first post before its time.
void PostTable::forget_first(BrandId brand) {
  if (at({brand, first(brand)}).event_time >= kept_from_) ++forgotten_;
  drop_first(brand);
}

bool PostTable::drop_old(BrandId brand) {
  const Ring& ring = rings_[brand];
  const std::uint64_t old = ring.first;
  while (ring.first < ring.end && at({brand, ring.first}).event_time < kept_from_) {
    drop_first(brand);
  }
  return ring.first != old;
}

// A time before which a sixteenth of all posts was written, of a sample of them.
EventTime PostTable::early_time() const {
  const std::uint64_t step = std::max<std::uint64_t>(1, size_ / 65'536);
  std::vector<EventTime> times;
  for (BrandId brand = 0; brand < rings_.size(); ++brand) {
    const Ring& ring = rings_[brand];
    const std::uint64_t start = ring.first + (step - (ring.first + brand) % step) % step;
    for (std::uint64_t number = start; number < ring.end; number += step) {
      times.push_back(at({brand, number}).event_time);
    }
  }
  if (times.empty()) return kept_from_;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 16);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// Rarely: each time a sixteenth of the posts goes.
void PostTable::make_room() {
  const EventTime until = early_time();
  for (BrandId brand = 0; brand < rings_.size(); ++brand) {
    const Ring& ring = rings_[brand];
    while (ring.first < ring.end && at({brand, ring.first}).event_time <= until) {
      forget_first(brand);
    }
  }
  while (size_ >= bounds_.per_shard) {  // old posts lie behind younger ones
    const auto most = std::ranges::max_element(
        rings_, {}, [](const Ring& ring) { return ring.end - ring.first; });
    const auto brand = static_cast<BrandId>(most - rings_.begin());
    for (std::size_t count = size(brand) / 16 + 1; count > 0; --count) forget_first(brand);
  }
}

std::size_t PostTable::size(BrandId brand) const {
  return static_cast<std::size_t>(rings_[brand].end - rings_[brand].first);
}

std::size_t PostTable::memory_bytes() const {
  std::size_t bytes = rings_.capacity() * sizeof(Ring);
  for (const Ring& ring : rings_) {
    bytes += ring.pages.capacity() * sizeof(Page);
    for (const Page& of : ring.pages) {
      bytes += of.rows.memory_bytes() + of.ids.capacity() +
               of.id_ends.capacity() * sizeof(std::uint32_t);
    }
  }
  return bytes + by_key_.memory_bytes() + by_author_.memory_bytes();
}

}  // namespace vigie
