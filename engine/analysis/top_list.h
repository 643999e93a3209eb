// The most frequent of many texts, in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

namespace pb {
class TopList;
}

// Space-Saving (Metwally et al., ICDT 2005) in its form that adds in constant time and can be
// merged (Agarwal et al., PODS 2012; Anderson et al., IMC 2017): when the table is full, all
// counters are lowered by the median of them and those at zero make room. Whatever occurs more than
// error() times is in it, and each count is at most error() too low. One thread.
class TopList {
 public:
  // Keeps up to `capacity` entries; memory grows with what there is.
  explicit TopList(std::size_t capacity) : capacity_(capacity) {}

  // The text is copied only when its entry is made.
  void add(std::uint64_t hash, std::string_view text, std::int64_t weight = 1);
  // Takes back what was added; an entry never falls below zero, and one that is gone stays gone.
  void take_back(std::uint64_t hash, std::int64_t weight = 1);
  void merge(const TopList& other);
  // Forgets the entry.
  void erase(std::uint64_t hash);

  struct Entry {
    std::uint64_t hash = 0;
    std::string text;
    std::int64_t count = 0;  // the true one lies in [count, count + error()]
  };
  // The first `most`, the most frequent first, ties by text.
  [[nodiscard]] std::vector<Entry> top(std::size_t most) const;
  [[nodiscard]] std::int64_t error() const { return error_; }
  [[nodiscard]] std::int64_t total() const { return total_; }

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::TopList* out) const;
  [[nodiscard]] bool load(const pb::TopList& in);

 private:
  std::size_t capacity_;
  std::int64_t error_ = 0;
  std::int64_t total_ = 0;
  // ... the implementation's choice
};

}  // namespace vigie
