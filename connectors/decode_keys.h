// Known keys of a JSON object: guessed from the object before, or else found by a perfect hash that
// is worked out while compiling.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vigie {

// A key is compared as two words, so a look-up is a multiplication, a table and three comparisons,
// whatever the number of keys. Keys have at most kBytesMax bytes.
template <std::size_t N>
class KeyTable {
 public:
  static constexpr std::size_t kBytesMax = 16;

  consteval explicit KeyTable(const std::array<std::string_view, N>& keys) {
    for (std::size_t i = 0; i < N; ++i) {
      keys_[i] = spell(keys[i]);
      closed_[i] = spell_closed(keys[i]);
    }
    while (!place_all()) multiplier_ += 0x9e3779b97f4a7c16ULL;  // an even step: it stays odd
  }

  // The key's place among those given, or N.
  // REQUIRES: kBytesMax readable bytes at key.data().
  [[nodiscard]] std::size_t find(std::string_view key) const {
    static_assert(std::endian::native == std::endian::little);
    if (key.size() > kBytesMax) return N;
    Key wanted{0, 0, key.size()};
    const char* bytes = key.data();
    std::memcpy(&wanted.low, bytes, sizeof wanted.low);
    std::memcpy(&wanted.high, bytes + sizeof wanted.low, sizeof wanted.high);
    wanted.low &= kMasks[key.size()].low;
    wanted.high &= kMasks[key.size()].high;
    const std::size_t found = slots_[slot(wanted)];
    return found < N && keys_[found] == wanted ? found : N;
  }

  // Whether the bytes are the key at this place and a closing quote. Never true for keys of
  // kBytesMax bytes.
  // REQUIRES: place < N; kBytesMax readable bytes at `bytes`.
  [[nodiscard]] bool is_closed_key(std::size_t place, const char* bytes) const {
    const Closed& key = closed_[place];
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&low, bytes, sizeof low);
    std::memcpy(&high, bytes + sizeof low, sizeof high);
    return (((low ^ key.low) & key.low_mask) | ((high ^ key.high) & key.high_mask)) == 0;
  }
  [[nodiscard]] std::size_t size(std::size_t place) const { return keys_[place].size; }

 private:
  struct Key {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::size_t size = 0;
    friend constexpr bool operator==(const Key&, const Key&) = default;
  };
  static constexpr int kSlotBits = 8;

  static consteval Key spell(std::string_view text) {
    Key key{0, 0, text.size()};
    for (std::size_t i = 0; i < text.size(); ++i) {
      (i < 8 ? key.low : key.high) |= std::uint64_t{static_cast<unsigned char>(text[i])}
                                      << (i % 8 * 8);
    }
    return key;
  }

  // The bytes of the two words that belong to a key of each size.
  static consteval std::array<Key, kBytesMax + 1> make_masks() {
    std::array<Key, kBytesMax + 1> masks{};
    for (std::size_t size = 1; size <= kBytesMax; ++size) {
      masks[size] = masks[size - 1];
      (size <= 8 ? masks[size].low : masks[size].high) |= 0xffULL << ((size - 1) % 8 * 8);
    }
    return masks;
  }
  static constexpr std::array<Key, kBytesMax + 1> kMasks = make_masks();

  // A key with its closing quote, and which bits belong to both.
  struct Closed {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t low_mask = 0;
    std::uint64_t high_mask = 0;
  };
  static consteval Closed spell_closed(std::string_view text) {
    if (text.size() == kBytesMax) return {0, 0, ~0ULL, ~0ULL};  // no key begins with NUL bytes
    const Key key = spell(text);
    Closed closed{key.low, key.high, kMasks[text.size() + 1].low, kMasks[text.size() + 1].high};
    (text.size() < 8 ? closed.low : closed.high) |= std::uint64_t{'"'} << (text.size() % 8 * 8);
    return closed;
  }

  [[nodiscard]] constexpr std::size_t slot(const Key& key) const {
    return ((key.low ^ std::rotl(key.high, 29)) * multiplier_) >> (64 - kSlotBits);
  }

  constexpr bool place_all() {
    slots_.fill(static_cast<std::uint8_t>(N));
    for (std::size_t i = 0; i < N; ++i) {
      std::uint8_t& place = slots_[slot(keys_[i])];
      if (place != N) return false;
      place = static_cast<std::uint8_t>(i);
    }
    return true;
  }

  std::uint64_t multiplier_ = 0xff51afd7ed558ccdULL;
  std::array<Key, N> keys_{};
  std::array<Closed, N> closed_{};
  std::array<std::uint8_t, std::size_t{1} << kSlotBits> slots_{};
};

// Which key came behind which, the last time: objects of one producer look alike, and comparing
// with one guess costs a third of a look-up. One per kind of object and decoder.
template <std::size_t N>
class KeyOrder {
 public:
  static constexpr std::size_t kStart = N;  // "behind" the opening brace

  [[nodiscard]] std::size_t behind(std::size_t place) const { return behind_[place]; }
  void learn(std::size_t place, std::size_t next) {
    behind_[place] = static_cast<std::uint8_t>(next);
  }

 private:
  std::array<std::uint8_t, N + 1> behind_{};
};

}  // namespace vigie
