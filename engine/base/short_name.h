// A name of at most 23 bytes held by value: platforms travel inside facts without allocation and
// compare as three words.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vigie {

class ShortName {
 public:
  static constexpr std::size_t kBytesMax = 23;

  constexpr ShortName() = default;
  // REQUIRES: text.size() <= kBytesMax.
  explicit ShortName(std::string_view text) {
    if (!text.empty()) std::memcpy(bytes_.data(), text.data(), text.size());
    bytes_[kBytesMax] = static_cast<char>(text.size());
  }

  // Valid as long as this object.
  [[nodiscard]] std::string_view view() const {
    return {bytes_.data(), static_cast<std::size_t>(bytes_[kBytesMax])};
  }
  [[nodiscard]] bool empty() const { return bytes_[kBytesMax] == 0; }

  friend bool operator==(const ShortName& a, const ShortName& b) {
    return std::bit_cast<Words>(a.bytes_) == std::bit_cast<Words>(b.bytes_);
  }
  friend std::strong_ordering operator<=>(const ShortName& a, const ShortName& b) {
    return a.view() <=> b.view();
  }

 private:
  using Words = std::array<std::uint64_t, 3>;
  std::array<char, kBytesMax + 1> bytes_{};  // the last byte holds the length
};

}  // namespace vigie
