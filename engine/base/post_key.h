// Posts and authors by 128 bits, so that facts about them can travel and be looked up without the
// texts that name them.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace vigie {

// Two posts have the same one by chance in 2^-128; 0 stands for none.
struct Key128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] bool is_set() const { return (high | low) != 0; }
  friend auto operator<=>(const Key128&, const Key128&) = default;
};

// The key of SipHash-2-4-128, in reading order. Those who choose ids (anyone may, on the fediverse)
// must not know it, or they could make one post pass for another. Keys compare only under the same
// seed.
struct KeySeed {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  friend bool operator==(const KeySeed&, const KeySeed&) = default;
};

[[nodiscard]] Key128 siphash128(const KeySeed& seed, std::string_view bytes);

// SipHash-2-4 of 64 bits: of texts that are kept by their hash for as long as the seed is. People
// choose them, and must not be able to aim at one.
[[nodiscard]] std::uint64_t label_hash(const KeySeed& seed, std::string_view bytes);

// None for an empty id. A post's platform may be unknown (a tombstone of the native record): its
// key is then another one than with it.
[[nodiscard]] Key128 post_key(const KeySeed& seed, std::string_view platform, std::string_view id);
[[nodiscard]] Key128 author_key(const KeySeed& seed, std::string_view platform,
                                std::string_view id);

}  // namespace vigie
