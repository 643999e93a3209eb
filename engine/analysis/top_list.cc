#include "engine/analysis/top_list.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <new>
#include <span>
#include <tuple>
#include <utility>

#include "engine/analysis/state.pb.h"
#include "engine/base/check.h"
#include "engine/base/utf8.h"

namespace vigie {
namespace {

constexpr int kCountBits = 44;
constexpr int kTextBits = 20;
constexpr std::uint64_t kCountMax = (1ULL << kCountBits) - 1;

// A text is stored behind its length: one byte, and from 255 on a second one with the rest.
constexpr std::size_t kLongText = 255;
static_assert(kLabelBytesMax <= 2 * kLongText);
static_assert(TopList::kCapacityMax * (kLabelBytesMax + 2) * 3 / 2 < 1UL << kTextBits);

std::size_t stored_bytes(std::string_view text) {
  return text.size() + (text.size() < kLongText ? 1 : 2);
}

std::uint64_t sum(std::uint64_t count, std::uint64_t more) {
  return std::min(count + std::min(more, kCountMax), kCountMax);
}

// Four of five slots are used at most.
std::size_t slots_for(std::size_t entries) { return entries + entries / 4 + 1; }

// The first slot that is looked at for a hash.
std::size_t home(std::uint64_t hash, std::size_t slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>(static_cast<Wide>(hash) * slots >> 64);
}

struct Head {
  std::int64_t error = 0;
  std::int64_t total = 0;
  std::uint32_t entries = 0;
  std::uint32_t slots = 0;
  std::uint32_t text_bytes = 0;  // used, those of entries that are gone included
  std::uint32_t text_room = 0;
};

}  // namespace

// Free where the count is zero.
struct TopList::Slot {
  std::uint64_t hash = 0;
  std::uint64_t count : kCountBits = 0;
  std::uint64_t text : kTextBits = 0;  // where its length is

  void set_count(std::uint64_t to) { count = to & kCountMax; }
};

struct TopList::Item {
  std::uint64_t hash = 0;
  std::string_view text;
  std::uint64_t count = 0;
};

// What a block holds.
struct TopList::View {
  Head* head = nullptr;
  std::span<Slot> slots;
  char* texts = nullptr;

  [[nodiscard]] std::size_t next(std::size_t i) const { return i + 1 == slots.size() ? 0 : i + 1; }

  [[nodiscard]] std::string_view text(const Slot& slot) const {
    const char* at = texts + slot.text;
    std::size_t size = static_cast<unsigned char>(*at++);
    if (size == kLongText) size += static_cast<unsigned char>(*at++);
    return {at, size};
  }

  // The slot of the hash, or the free one where it would be.
  [[nodiscard]] Slot* place_of(std::uint64_t hash) const {
    const Slot* const end = slots.data() + slots.size();
    Slot* slot = slots.data() + home(hash, slots.size());
    while (slot->count != 0 && slot->hash != hash) {
      if (++slot == end) slot = slots.data();
    }
    return slot;
  }

  // For one more entry.
  [[nodiscard]] bool has_room(std::size_t text_bytes) const {
    return slots_for(head->entries + 1) <= slots.size() &&
           head->text_bytes + text_bytes <= head->text_room;
  }

  // REQUIRES: has_room; the slot is the free one of its hash.
  void put(Slot* slot, const Item& item) const {
    slot->hash = item.hash;
    slot->set_count(item.count);
    slot->text = store(item.text) & ((1U << kTextBits) - 1);
    ++head->entries;
  }

  // Returns where it is.
  std::uint32_t store(std::string_view text) const {
    const std::uint32_t place = head->text_bytes;
    char* at = texts + place;
    *at++ = static_cast<char>(std::min(text.size(), kLongText));
    if (text.size() >= kLongText) *at++ = static_cast<char>(text.size() - kLongText);
    std::memcpy(at, text.data(), text.size());
    head->text_bytes += static_cast<std::uint32_t>(stored_bytes(text));
    return place;
  }

  void compact(std::uint64_t lowered_by) const;

  void append_items(std::uint64_t lowered_by, std::vector<Item>* out) const {
    for (const Slot& slot : slots) {
      if (slot.count > lowered_by) {
        out->push_back({slot.hash, text(slot), slot.count - lowered_by});
      }
    }
  }
};

TopList::TopList(std::size_t capacity) : capacity_(static_cast<std::uint32_t>(capacity)) {
  CHECK(capacity >= 2 && capacity <= kCapacityMax);
}

TopList::View TopList::view() const {
  if (block_ == nullptr) return {};
  std::byte* at = block_.get();
  auto* head = std::launder(reinterpret_cast<Head*>(at));
  at += sizeof(Head);
  auto* slots = std::launder(reinterpret_cast<Slot*>(at));
  at += head->slots * sizeof(Slot);
  return {head, {slots, head->slots}, reinterpret_cast<char*>(at)};
}

TopList::Slot* TopList::find(std::uint64_t hash) const {
  if (block_ == nullptr) return nullptr;
  Slot* slot = view().place_of(hash);
  return slot->count == 0 ? nullptr : slot;
}

void TopList::prefetch(std::uint64_t hash) const {
  if (block_ == nullptr) return;
  const View all = view();
  __builtin_prefetch(all.slots.data() + home(hash, all.slots.size()));
}

// REQUIRES: its hash has no entry, and less than `capacity` entries have.
void TopList::insert(const Item& item) {
  const std::size_t bytes = stored_bytes(item.text);
  if (block_ == nullptr || !view().has_room(bytes)) rebuild(0, 1, bytes);
  const View all = view();
  all.put(all.place_of(item.hash), item);
}

// The slots behind it move up to where they would be without it.
void TopList::remove(Slot* slot) {
  const View all = view();
  auto hole = static_cast<std::size_t>(slot - all.slots.data());
  for (std::size_t i = all.next(hole); all.slots[i].count != 0; i = all.next(i)) {
    const std::size_t first = home(all.slots[i].hash, all.slots.size());
    const bool reachable = hole <= i ? hole < first && first <= i : hole < first || first <= i;
    if (reachable) continue;
    all.slots[hole] = all.slots[i];
    hole = i;
  }
  all.slots[hole] = {};
  --all.head->entries;
}

// What a list keeps when it is made anew in its block: entries and bytes of texts. More needs a new
// block for the time being.
constexpr std::size_t kEntriesInPlaceMax = 256;
constexpr std::size_t kBytesInPlaceMax = 8192;

// The same block, with the entries that are left. A block of its own for this would be cold.
// REQUIRES: they are so few.
void TopList::View::compact(std::uint64_t lowered_by) const {
  std::array<Slot, kEntriesInPlaceMax> kept;
  std::array<char, kBytesInPlaceMax> kept_texts;
  std::uint32_t entries = 0;
  std::uint32_t bytes = 0;
  for (Slot& slot : slots) {
    if (slot.count > lowered_by) {
      const std::string_view whole = text(slot);
      const char* const from = texts + slot.text;
      const auto size = static_cast<std::uint32_t>(whole.data() + whole.size() - from);
      std::memcpy(kept_texts.data() + bytes, from, size);
      Slot& to = kept[entries++];
      to.hash = slot.hash;
      to.set_count(slot.count - lowered_by);
      to.text = bytes & ((1U << kTextBits) - 1);
      bytes += size;
    }
    slot = {};
  }
  for (const Slot& one : std::span(kept).first(entries)) *place_of(one.hash) = one;
  std::memcpy(texts, kept_texts.data(), bytes);
  head->entries = entries;
  head->text_bytes = bytes;
}

// Makes room for so much more beside the entries that are left when all counts are lowered. The
// table never becomes smaller: what was needed once will be needed again.
void TopList::rebuild(std::uint64_t lowered_by, std::size_t more_entries, std::size_t more_bytes) {
  const View before = view();
  Head now;
  if (before.head != nullptr) now = *before.head;
  std::size_t entries = more_entries;
  std::size_t bytes = more_bytes;
  for (const Slot& slot : before.slots) {
    if (slot.count <= lowered_by) continue;
    ++entries;
    bytes += stored_bytes(before.text(slot));
  }
  const bool fits = slots_for(entries) <= now.slots && bytes + bytes / 8 <= now.text_room;
  if (fits && entries <= kEntriesInPlaceMax && bytes <= kBytesInPlaceMax) {
    return before.compact(lowered_by);
  }
  // A quarter more than is needed, so that growing takes constant time on average.
  if (slots_for(entries) > now.slots) {
    const std::size_t wanted = std::min<std::size_t>(entries + entries / 4, capacity_);
    now.slots = static_cast<std::uint32_t>(slots_for(std::max(entries, wanted)));
  }
  if (bytes + bytes / 8 > now.text_room) {
    now.text_room = static_cast<std::uint32_t>(bytes + bytes / 4);
  }
  now.entries = 0;
  now.text_bytes = 0;
  const std::size_t slot_bytes = now.slots * sizeof(Slot);
  const std::unique_ptr<std::byte[]> owner = std::move(block_);
  block_ = std::make_unique_for_overwrite<std::byte[]>(sizeof(Head) + slot_bytes + now.text_room);
  new (block_.get()) Head(now);
  std::uninitialized_value_construct_n(reinterpret_cast<Slot*>(block_.get() + sizeof(Head)),
                                       now.slots);
  const View after = view();
  for (const Slot& slot : before.slots) {
    if (slot.count <= lowered_by) continue;
    after.put(after.place_of(slot.hash), {slot.hash, before.text(slot), slot.count - lowered_by});
  }
}

void TopList::add(std::uint64_t hash, std::string_view text, std::int64_t weight) {
  if (weight <= 0) return;
  const auto more = static_cast<std::uint64_t>(weight);
  if (block_ == nullptr) return add_new({hash, text, sum(0, more)}, weight);
  const View all = view();
  Slot* slot = all.place_of(hash);
  if (slot->count == 0) return add_new({hash, text, sum(0, more)}, weight);
  slot->set_count(sum(slot->count, more));
  all.head->total += weight;
}

void TopList::add_new(Item item, std::int64_t weight) {
  item.text = whole_characters(item.text, kLabelBytesMax);
  if (block_ != nullptr && view().head->entries == capacity_) make_room();
  insert(item);
  view().head->total += weight;
}

// The count in the middle of all: most are small.
std::uint64_t TopList::median() const {
  constexpr std::size_t kSmall = 64;
  std::array<std::uint32_t, kSmall> of_count{};  // the last one counts all that are larger
  const View all = view();
  for (const Slot& slot : all.slots) ++of_count[std::min<std::uint64_t>(slot.count, kSmall - 1)];
  std::size_t before = all.head->entries / 2;
  for (std::size_t count = 1; count + 1 < kSmall; ++count) {
    if (before < of_count[count]) return count;
    before -= of_count[count];
  }
  std::vector<std::uint64_t> counts;
  for (const Slot& slot : all.slots) {
    if (slot.count >= kSmall - 1) counts.push_back(slot.count);
  }
  const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(before);
  std::ranges::nth_element(counts, middle);
  return *middle;
}

// At least half of the counters are lowered by the median: error() grows by 2 / capacity of what
// is taken off them at most.
void TopList::make_room() {
  const std::uint64_t by = median();
  view().head->error += static_cast<std::int64_t>(by);
  rebuild(by, 1, 0);
}

void TopList::take_back(std::uint64_t hash, std::int64_t weight) {
  if (block_ == nullptr || weight <= 0) return;
  Head* head = view().head;
  head->total -= std::min(weight, head->total);
  Slot* slot = find(hash);
  if (slot == nullptr) return;
  const auto less = static_cast<std::uint64_t>(weight);
  if (slot->count > less) {
    slot->set_count(slot->count - less);
  } else {
    remove(slot);
  }
}

void TopList::erase(std::uint64_t hash) {
  Slot* slot = find(hash);
  if (slot == nullptr) return;
  remove(slot);
  rebuild(0, 0, 0);  // without its text
}

// Replaces everything. Where there are too many items all are lowered by the largest of those that
// are too many (Agarwal et al.).
void TopList::assign(std::vector<Item>* items, std::int64_t error, std::int64_t total) {
  std::uint64_t lowered_by = 0;
  if (items->size() > capacity_) {
    const auto next = items->begin() + capacity_;
    std::ranges::nth_element(*items, next, std::greater{}, &Item::count);
    lowered_by = next->count;
    std::erase_if(*items, [&](const Item& item) { return item.count <= lowered_by; });
  }
  std::size_t bytes = 0;
  for (const Item& item : *items) bytes += stored_bytes(item.text);
  TopList made(capacity_);
  made.rebuild(0, items->size(), bytes);
  Head* head = made.view().head;
  head->error = error + static_cast<std::int64_t>(lowered_by);
  head->total = total;
  for (const Item& item : *items) {
    made.insert({item.hash, item.text, std::min(item.count - lowered_by, kCountMax)});
  }
  *this = std::move(made);
}

void TopList::merge(const TopList& other) {
  CHECK(this != &other);
  if (other.block_ == nullptr) return;
  std::vector<Item> items;
  const View theirs = other.view();
  theirs.append_items(0, &items);
  for (Item& item : items) {
    if (const Slot* slot = find(item.hash)) item.count = sum(item.count, slot->count);
  }
  if (block_ != nullptr) {
    for (const Slot& slot : view().slots) {
      if (slot.count != 0 && other.find(slot.hash) == nullptr) {
        items.push_back({slot.hash, view().text(slot), slot.count});
      }
    }
  }
  assign(&items, error() + other.error(), total() + other.total());
}

std::vector<TopList::Entry> TopList::top(std::size_t most) const {
  std::vector<Item> items;
  view().append_items(0, &items);
  const std::size_t shown = std::min(most, items.size());
  const auto before = [](const Item& a, const Item& b) {
    return std::tie(b.count, a.text, a.hash) < std::tie(a.count, b.text, b.hash);
  };
  std::ranges::partial_sort(items, items.begin() + static_cast<std::ptrdiff_t>(shown), before);
  std::vector<Entry> entries;
  entries.reserve(shown);
  for (std::size_t i = 0; i < shown; ++i) {
    entries.push_back(
        {items[i].hash, std::string(items[i].text), static_cast<std::int64_t>(items[i].count)});
  }
  return entries;
}

std::int64_t TopList::error() const { return block_ == nullptr ? 0 : view().head->error; }
std::int64_t TopList::total() const { return block_ == nullptr ? 0 : view().head->total; }
bool TopList::empty() const { return block_ == nullptr || view().head->entries == 0; }

std::size_t TopList::memory_bytes() const {
  if (block_ == nullptr) return 0;
  const View all = view();
  return sizeof(Head) + all.slots.size_bytes() + all.head->text_room;
}

// In order of the hashes, which does not tell how the table lies in memory.
void TopList::save(pb::TopList* out) const {
  out->Clear();
  std::vector<Item> items;
  view().append_items(0, &items);
  std::ranges::sort(items, {}, &Item::hash);
  for (const Item& item : items) {
    out->add_hash(item.hash);
    out->add_text(item.text.data(), item.text.size());
    out->add_count(static_cast<std::int64_t>(item.count));
  }
  out->set_error(error());
  out->set_total(total());
}

bool TopList::load(const pb::TopList& in) {
  if (in.hash_size() != in.text_size() || in.hash_size() != in.count_size()) return false;
  if (in.error() < 0 || in.total() < 0) return false;
  std::vector<Item> items;
  items.reserve(static_cast<std::size_t>(in.hash_size()));
  for (int i = 0; i < in.hash_size(); ++i) {
    const bool rising = i == 0 || in.hash(i - 1) < in.hash(i);
    if (!rising || in.count(i) <= 0 || in.text(i).size() > kLabelBytesMax) return false;
    items.push_back({in.hash(i), in.text(i), static_cast<std::uint64_t>(in.count(i))});
  }
  block_ = nullptr;
  if (!items.empty() || in.error() > 0 || in.total() > 0) assign(&items, in.error(), in.total());
  return true;
}

}  // namespace vigie
