// Numbers as platforms write them, read by their digits: nothing here passes through a double, so a
// time of 1532470285.123456 seconds is exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie::mapping {

// Of " -12.50e3 ": negative, digits "12" and "50", exponent 3. Views into the text that was read.
struct Decimal {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;

  // How many digits stand before the point when it is written without an exponent and without zeros
  // in front: 3 for 123 and 0.123e3, 0 and less for what is smaller than 1.
  [[nodiscard]] std::int64_t whole_digits() const;
  // Itself times 10^shift without its sign, cut to an integer; nothing beyond 63 bits. *exact,
  // where not null, says whether nothing was cut.
  [[nodiscard]] std::optional<std::int64_t> scaled(int shift, bool* exact) const;
  // Nothing when it is none, or has more than 63 bits.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
};

// Reads what JSON calls a number, and "+1", "007", ".5" and "5." too; with white space around it.
// `point` is what stands before the fraction. Nothing for anything else.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text, char point = '.');

// The value of 1 to 18 digits and nothing else, as most numbers are; nothing for others, which may
// still be numbers.
[[nodiscard]] constexpr std::optional<std::int64_t> plain_integer(std::string_view text) {
  constexpr std::size_t kDigitsMax = 18;  // fit 63 bits
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Without ASCII white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace vigie::mapping
