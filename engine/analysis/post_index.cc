#include "engine/analysis/post_index.h"

#include "engine/base/check.h"

namespace vigie {
namespace {

constexpr std::size_t kSlotsMin = 64;

}  // namespace

void PostIndex::insert(std::uint64_t hash, Entry entry) {
  if (8 * (size_ + 1) > 5 * slots_.size()) grow();
  put(slot_of(hash, entry));
  ++size_;
}

void PostIndex::erase(std::uint64_t hash, Entry entry) {
  std::size_t hole = find_slot(hash, entry);
  --size_;
  // What follows in the same run moves up, as long as that is not before its home.
  for (std::size_t at = next(hole); slots_[at] != 0; at = next(at)) {
    const std::size_t mask = slots_.size() - 1;
    const std::size_t away = (at - home(slots_[at] >> kTagShift)) & mask;
    if (away < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = 0;
}

void PostIndex::move(std::uint64_t hash, Entry entry, std::uint32_t place) {
  slots_[find_slot(hash, entry)] = slot_of(hash, {entry.brand, place});
}

std::size_t PostIndex::find_slot(std::uint64_t hash, Entry entry) const {
  CHECK(size_ > 0);
  const std::uint64_t slot = slot_of(hash, entry);
  std::size_t at = home(hash >> kTagShift);
  while (slots_[at] != slot) {
    CHECK(slots_[at] != 0);
    at = next(at);
  }
  return at;
}

void PostIndex::put(std::uint64_t slot) {
  std::size_t at = home(slot >> kTagShift);
  while (slots_[at] != 0) at = next(at);
  slots_[at] = slot;
}

void PostIndex::grow() {
  std::vector<std::uint64_t> old(slots_.empty() ? kSlotsMin : 2 * slots_.size());
  old.swap(slots_);
  home_shift_ = kTagBits;
  for (std::size_t slots = slots_.size(); slots > 1; slots /= 2) --home_shift_;
  for (const std::uint64_t slot : old) {
    if (slot != 0) put(slot);
  }
}

}  // namespace vigie
