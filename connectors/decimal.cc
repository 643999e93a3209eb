#include "connectors/decimal.h"

#include <algorithm>

namespace vigie::mapping {
namespace {

// Beyond this many zeros nothing is a number that anybody means.
constexpr std::int64_t kExponentMax = 1'000'000;

// The digits at *at, which moves behind them.
std::string_view take_digits(std::string_view text, std::size_t* at) {
  const std::size_t first = *at;
  while (*at < text.size() && is_digit(text[*at])) ++*at;
  return text.substr(first, *at - first);
}

// Reads "e-12" at *at, if there; false when digits are missing.
bool take_exponent(std::string_view text, std::size_t* at, std::int64_t* exponent) {
  if (*at == text.size() || (text[*at] | 0x20) != 'e') return true;
  ++*at;
  const bool negative = *at < text.size() && text[*at] == '-';
  if (*at < text.size() && (text[*at] == '-' || text[*at] == '+')) ++*at;
  const std::string_view digits = take_digits(text, at);
  for (const char digit : digits) {
    *exponent = std::min(*exponent * 10 + (digit - '0'), kExponentMax);
  }
  if (negative) *exponent = -*exponent;
  return !digits.empty();
}

std::size_t leading_zeros(std::string_view digits) {
  return std::min(digits.find_first_not_of('0'), digits.size());
}

}  // namespace

std::int64_t Decimal::whole_digits() const {
  const std::size_t zeros = leading_zeros(whole);
  auto digits = static_cast<std::int64_t>(whole.size() - zeros);
  if (digits == 0) digits -= static_cast<std::int64_t>(leading_zeros(fraction));
  return digits + exponent;
}

std::optional<std::int64_t> Decimal::scaled(int shift, bool* exact) const {
  const std::int64_t point = static_cast<std::int64_t>(whole.size()) + exponent + shift;
  std::int64_t value = 0;
  std::int64_t place = 0;
  bool cut = false;
  for (const std::string_view digits : {whole, fraction}) {
    for (const char digit : digits) {
      if (place++ >= point) {
        cut |= digit != '0';
      } else if (__builtin_mul_overflow(value, 10, &value) ||
                 __builtin_add_overflow(value, digit - '0', &value)) {
        return std::nullopt;
      }
    }
  }
  for (; place < point && value != 0; ++place) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
  }
  if (exact != nullptr) *exact = !cut;
  return value;
}

std::optional<std::int64_t> Decimal::integer() const {
  bool exact = false;
  const auto value = scaled(0, &exact);
  if (!value || !exact) return std::nullopt;
  return negative ? -*value : *value;
}

std::optional<Decimal> parse_decimal(std::string_view text, char point) {
  text = trimmed(text);
  Decimal number;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    number.negative = text[0] == '-';
    ++at;
  }
  number.whole = take_digits(text, &at);
  if (at < text.size() && text[at] == point) {
    ++at;
    number.fraction = take_digits(text, &at);
  }
  if (number.whole.empty() && number.fraction.empty()) return std::nullopt;
  if (!take_exponent(text, &at, &number.exponent) || at != text.size()) return std::nullopt;
  return number;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace vigie::mapping
