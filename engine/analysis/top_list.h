// The most frequent of many texts, in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"

namespace vigie {

namespace pb {
class TopList;
}

// Space-Saving (Metwally et al., ICDT 2005) in its form that adds in constant time and can be
// merged (Agarwal et al., PODS 2012; Anderson et al., IMC 2017): when the table is full, all
// counters are lowered by the median of them and those at zero make room. Whatever occurs more than
// error() times is in it, and each count is at most error() too low. error() is at most
// 2 / capacity of all that was added, on a few frequent and many rare texts much less. Counts stop
// at 2^44 - 1. What it holds depends on what was added in which order, on nothing else. One thread.
class TopList {
 public:
  // Keeps up to `capacity` entries; memory grows with what there is: 16 bytes while empty, then
  // some 60 bytes and 25 an entry, and its text. REQUIRES: 2 <= capacity <= kCapacityMax.
  static constexpr std::size_t kCapacityMax = 2048;
  explicit TopList(std::size_t capacity = kTopEntriesMax);

  // The text is copied only when its entry is made, kLabelBytesMax bytes of it at most.
  // REQUIRES: the hash is uniform (a keyed hash of the text); weight >= 0.
  void add(std::uint64_t hash, std::string_view text, std::int64_t weight = 1);
  // Asks for what add() looks at first, and then for the slot.
  void prefetch() const { __builtin_prefetch(block_.get()); }
  void prefetch(std::uint64_t hash) const;
  // Takes back what was added; an entry never falls below zero, and one that is gone stays gone.
  void take_back(std::uint64_t hash, std::int64_t weight = 1);
  // As if what the other was told had been added here; error() grows by its error, and by what
  // makes room. REQUIRES: the other is not this one.
  void merge(const TopList& other);
  // Forgets the entry; the total stays. If it comes again it counts from zero.
  void erase(std::uint64_t hash);

  struct Entry {
    std::uint64_t hash = 0;
    std::string text;
    std::int64_t count = 0;  // the true one lies in [count, count + error()]
  };
  // The first `most`, the most frequent first, ties by text, then by hash.
  [[nodiscard]] std::vector<Entry> top(std::size_t most) const;
  [[nodiscard]] std::int64_t error() const;
  [[nodiscard]] std::int64_t total() const;  // added and not taken back

  [[nodiscard]] bool empty() const;  // without entries
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::TopList* out) const;
  [[nodiscard]] bool load(const pb::TopList& in);

 private:
  struct Slot;
  struct Item;
  struct View;

  [[nodiscard]] View view() const;
  [[nodiscard]] Slot* find(std::uint64_t hash) const;
  void insert(const Item& item);
  void add_new(Item item, std::int64_t weight);
  [[nodiscard]] std::uint64_t median() const;
  void remove(Slot* slot);
  void make_room();
  void rebuild(std::uint64_t lowered_by, std::size_t more_entries, std::size_t more_bytes);
  void assign(std::vector<Item>* items, std::int64_t error, std::int64_t total);

  // A Head, the slots of a table with open addressing, and the texts: one allocation, as there are
  // many small lists. Null while there is nothing to tell.
  std::unique_ptr<std::byte[]> block_;
  std::uint32_t capacity_;
};

}  // namespace vigie
