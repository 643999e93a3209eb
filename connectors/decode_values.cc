#include "connectors/decode_values.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "connectors/json_escapes.h"
#include "connectors/wire_words.h"
#include "engine/base/event_time.h"

namespace vigie {
namespace {

// Doubles above this no longer hold every integer.
constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53
constexpr std::size_t kLangBytesMin = 2;
constexpr std::size_t kLangBytesMax = 8;

// The value of up to eight digits; negative when one of them is none. Without a loop: how many
// digits a number has is what a processor cannot guess.
// REQUIRES: 1 <= size <= 8; eight readable bytes at `digits`.
inline std::int64_t few_digits(const char* digits, std::size_t size) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, digits, sizeof word);
  const std::size_t unused = 64 - 8 * size;
  word = (word << unused) - (0x3030303030303030U << unused);  // zeros come in on the left
  if ((((word + 0x7676767676767676U) | word) & 0x8080808080808080U) != 0) return -1;
  word = word * 10 + (word >> 8);  // pairs of digits; below: fours, then all eight
  const std::uint64_t even = (word & 0xff000000ffU) * 0xf424000000064U;
  const std::uint64_t odd = (word >> 16 & 0xff000000ffU) * 0x271000000001U;
  return static_cast<std::int64_t>((even + odd) >> 32);
}

std::optional<std::int64_t> to_integer(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// Nothing when it does not fit a double.
std::optional<double> to_double(std::string_view digits) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

Step ValueReader::other(JsonToken token) {
  const bool null = tokens_.type(token) == 'n';
  return {tokens_.skip(token), null ? Got::null : Got::wrong_type};
}

Step ValueReader::escaped_text(JsonToken token, const RawString& raw, std::string_view* to) {
  std::uint32_t lone_surrogates = 0;
  const auto meaning = unescape(raw.bytes(), arena_.bytes(raw.size), &lone_surrogates);
  repaired(Repair::lone_surrogate, lone_surrogates);
  *to = meaning.value_or(std::string_view{});
  if (!meaning) return broken("a string holds an unknown escape");
  return {token + 1, Got::value};
}

void ValueReader::repeated(std::uint64_t bit, FieldBits* bits) {
  repaired(Repair::duplicate_key);
  key_repeated_ = true;
  bits->present &= ~bit;
  bits->wrong_type &= ~bit;
  bits->unusable &= ~bit;
}

bool ValueReader::unescape_key(const RawString& key, char* room, std::string_view* meaning) {
  *meaning = room;  // nothing, where there are bytes to read
  if (key.size > kEscapedKeyBytesMax) return valid_escapes(key.bytes());
  std::uint32_t lone_surrogates = 0;  // an unknown key is stepped over, not repaired
  const auto unescaped = unescape(key.bytes(), room, &lone_surrogates);
  if (unescaped) *meaning = *unescaped;
  return unescaped.has_value();
}

Step ValueReader::number_as_id(JsonToken token, std::string_view* to) {
  const std::string_view bytes = tokens_.scalar(token);
  *to = {};
  if (!is_json_number(bytes)) return broken("a number was expected");
  if (!is_json_integer(bytes)) return {token + 1, Got::unusable};
  *to = bytes;
  return {token + 1, Got::value};
}

Step ValueReader::platform(JsonToken token, std::string_view* to) {
  const Step step = text(token, to);
  if (step.got != Got::value) return step;
  const auto word = platform_word(*to, &arena_);
  *to = word.value_or(std::string_view{});
  return {step.next, word ? Got::value : Got::unusable};
}

Step ValueReader::lang(JsonToken token, std::string_view* to) {
  const Step step = text(token, to);
  if (step.got != Got::value) return step;
  const std::string_view tag = *to;
  *to = {};
  if (tag.empty()) return {step.next, Got::null};
  bool upper = false;
  std::size_t size = 0;
  for (; size < tag.size() && tag[size] != '-' && tag[size] != '_'; ++size) {
    const char letter = static_cast<char>(tag[size] | 0x20);
    if (letter < 'a' || letter > 'z') return {step.next, Got::unusable};
    upper = upper || tag[size] != letter;
  }
  if (size < kLangBytesMin || size > kLangBytesMax) return {step.next, Got::unusable};
  *to = upper ? lower(tag.substr(0, size), &arena_) : tag.substr(0, size);
  return step;
}

Step ValueReader::count(JsonToken token, Count* to) {
  const std::string_view bytes = tokens_.scalar(token);
  if (bytes.size() > 8 || (bytes[0] == '0' && bytes.size() > 1)) return any_count(token, bytes, to);
  const std::int64_t value = few_digits(bytes.data(), bytes.size());
  if (value < 0) return any_count(token, bytes, to);
  *to = value;
  return {token + 1, Got::value};
}

Step ValueReader::any_count(JsonToken token, std::string_view bytes, Count* to) {
  *to = std::nullopt;
  if (!tokens_.is_number(token)) return other(token);
  if (!is_json_number(bytes)) return broken("a number was expected");
  if (is_json_integer(bytes)) {
    *to = to_integer(bytes);
  } else if (const auto value = to_double(bytes);
             value && std::trunc(*value) == *value && std::abs(*value) <= kExactIntegerMax) {
    *to = static_cast<std::int64_t>(*value);
  }
  // Some platforms say -1 for "unknown".
  if (*to && **to < 0) *to = std::nullopt;
  return {token + 1, *to ? Got::value : Got::unusable};
}

Step ValueReader::number(JsonToken token, std::optional<double>* to) {
  *to = std::nullopt;
  if (!tokens_.is_number(token)) return other(token);
  const std::string_view bytes = tokens_.scalar(token);
  if (!is_json_number(bytes)) return broken("a number was expected");
  *to = to_double(bytes);
  return {token + 1, *to ? Got::value : Got::unusable};
}

Step ValueReader::boolean(JsonToken token, std::optional<bool>* to) {
  *to = std::nullopt;
  const char first = tokens_.type(token);
  if (first != 't' && first != 'f') return other(token);
  *to = first == 't';
  return {tokens_.skip(token), Got::value};
}

Step ValueReader::time(JsonToken token, std::optional<EventTime>* to) {
  *to = std::nullopt;
  Step step{token + 1, Got::value};
  if (tokens_.is_number(token)) {
    const std::string_view bytes = tokens_.scalar(token);
    if (!is_json_number(bytes)) return broken("a number was expected");
    const auto micros = is_json_integer(bytes) ? to_integer(bytes) : std::nullopt;
    if (micros) *to = EventTime{Duration{*micros}};
  } else {
    std::string_view words;
    step = text(token, &words);
    if (step.got != Got::value) return step;
    *to = parse_rfc3339(words);
  }
  if (*to && (**to < kEventTimeMin || **to >= kEventTimeMax)) *to = std::nullopt;
  return {step.next, *to ? Got::value : Got::unusable};
}

Step ValueReader::op(JsonToken token, Op* to) {
  *to = Op::upsert;
  std::string_view word;
  const Step step = text(token, &word);
  if (step.got != Got::value) return step;
  const auto op = parse_op(word);
  if (!op) return {step.next, Got::unusable};
  *to = *op;
  return step;
}

Step ValueReader::kind(JsonToken token, Kind* to) {
  *to = Kind::post;
  std::string_view word;
  const Step step = text(token, &word);
  if (step.got != Got::value) return step;
  const auto kind = parse_kind(word);
  if (!kind) return {step.next, Got::unusable};
  *to = *kind;
  return step;
}

Step ValueReader::ext(JsonToken token, std::string_view* to) {
  *to = {};
  if (tokens_.type(token) != '{') return other(token);
  const JsonToken next = tokens_.skip(token);
  if (next == nullptr) return {nullptr, Got::unusable};
  const std::string_view bytes = tokens_.trimmed(token, next);
  if (bytes.size() > kExtBytesMax) {
    repaired(Repair::large_ext);
    return {next, Got::null};
  }
  *to = bytes;
  return {next, Got::value};
}

}  // namespace vigie
