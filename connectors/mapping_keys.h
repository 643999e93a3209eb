// The keys of one place in a trie, found in the objects that stand there.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "connectors/mapping_program.h"
#include "engine/base/limits.h"

namespace vigie::mapping {

// Objects of one producer look alike, so the next key is guessed from the one before; a guess costs
// a third of a look-up. Keys that the mapping does not ask for are most of a document: those that
// come again are remembered, kLearnedMax of them, and guessed as well. One reader's; one thread.
class NodeKeys {
 public:
  static constexpr std::uint16_t kStart = 0;  // the entry "before the first key", and of no key
  static constexpr std::size_t kKeysMax = 2 * kMappingPointersMax;  // those of envelopes too
  static constexpr std::size_t kReadAhead = 48;  // bytes behind a quote that is_at() may read

  struct Entry {
    // Whether the bytes are this key and its closing quote.
    // REQUIRES: kReadAhead readable bytes at `at`.
    [[nodiscard]] bool is_at(const char* at) const {
      const char* key = bytes.data();
      if (size <= kWord) {
        return (((word(at) ^ word(key)) & low_mask) |
                ((word(at + 8) ^ word(key + 8)) & high_mask)) == 0;
      }
      if (!same(at, key) || !same(at + size - kWord, key + size - kWord)) return false;
      return size <= 2 * kWord || same(at + kWord, key + kWord);
    }

    std::array<char, kReadAhead> bytes{};  // the key and its closing quote
    std::uint64_t low_mask = 0xff;  // of its first 16 bytes, while it has no more; no key begins
    std::uint64_t high_mask = 0;    // with a NUL byte, so an empty entry is nowhere
    std::string_view name;
    NodeId node = kNone;  // none: the mapping does not ask for it
    std::uint16_t next = kStart;
    std::uint8_t size = 1;
  };

  // REQUIRES: the names of the keys outlive this.
  explicit NodeKeys(const std::vector<Node::Key>& keys);

  [[nodiscard]] bool empty() const { return known_ == 0; }
  // Allocates at the first call.
  Entry* entries() {
    if (used_ == 0) [[unlikely]]
      build();
    return entries_.data();
  }
  [[nodiscard]] std::size_t known() const { return known_; }

  // The entry of a key, or kStart; `look_up_or_learn` makes one for a key that may come again.
  // REQUIRES: entries() was called; 8 readable bytes at key.data().
  [[nodiscard]] std::uint16_t look_up(std::string_view key) const;
  std::uint16_t look_up_or_learn(std::string_view key);

 private:
  static constexpr std::size_t kWord = 16;
  static constexpr std::size_t kLearnedMax = 64;
  // Keys that found no room, after which all are forgotten: what is met now may be something else.
  static constexpr std::uint32_t kMissesMax = 4096;

  static std::uint64_t word(const char* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static bool same(const char* left, const char* right) {
    return ((word(left) ^ word(right)) | (word(left + 8) ^ word(right + 8))) == 0;
  }
  static std::uint64_t hash(std::string_view key);

  void build();
  void add_known();
  // Adds an entry; `hashed` is of its name.
  Entry& add(std::string_view name, std::uint64_t hashed);
  static void spell(std::string_view name, Entry* entry);

  const std::vector<Node::Key>& keys_;
  std::size_t known_;
  std::vector<Entry> entries_;        // kStart, those of the mapping, those learned
  std::size_t used_ = 0;              // of them
  std::vector<std::uint16_t> table_;  // a power of two of places, at most a quarter full
  std::uint32_t misses_ = 0;
};

}  // namespace vigie::mapping
