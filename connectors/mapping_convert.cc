#include "connectors/mapping_convert.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "connectors/decimal.h"
#include "connectors/wire_words.h"
#include "engine/base/post_key.h"

namespace vigie::mapping {
namespace {

using Type = Value::Type;

bool is_scalar(const Value& value) {
  return value.type == Type::string || value.type == Type::number || value.type == Type::boolean;
}
// What a number may stand in.
bool is_numeric(const Value& value) {
  return value.type == Type::number || value.type == Type::string;
}

bool same_word(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
}

std::optional<double> read_double(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// "4.5", "+4.5" and "4,5".
std::optional<double> any_double(std::string_view text) {
  text = trimmed(text);
  const std::size_t comma = text.find(',');
  if (!parse_decimal(text, comma == text.npos ? '.' : ',')) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  if (comma == std::string_view::npos) return read_double(text);
  std::array<char, 64> copy{};
  if (text.size() > copy.size()) return std::nullopt;
  std::ranges::replace_copy(text, copy.begin(), ',', '.');
  return read_double(std::string_view(copy.data(), text.size()));
}

// Without the word around it: of "STAR_RATING_FOUR" and "four stars" the four, in any case.
std::string_view without_star(std::string_view text) {
  constexpr std::string_view kPrefix = "star_rating_";
  if (text.size() > kPrefix.size() && same_word(text.substr(0, kPrefix.size()), kPrefix)) {
    text.remove_prefix(kPrefix.size());
  }
  for (const std::string_view end : {"stars", "star", "out of 5", "/5", "/ 5"}) {
    if (text.size() <= end.size()) continue;
    if (!same_word(text.substr(text.size() - end.size()), end)) continue;
    text.remove_suffix(end.size());
    while (!text.empty() && (is_space(text.back()) || text.back() == '-' || text.back() == '_')) {
      text.remove_suffix(1);
    }
    break;
  }
  return text;
}

// The converters that need no context but the arena. Each sets *value and says how that went; where
// that is not `value`, what it leaves there is not looked at.

Got as_string(std::string_view text, Value* value) {
  *value = {Type::string, text};
  return Got::value;
}

Got convert_id(Value* value) {
  std::string_view id;
  const Got got = to_id(*value, &id);
  as_string(id, value);
  return got;
}

Got convert_str(Value* value) {
  return is_scalar(*value) ? as_string(value->text, value) : Got::wrong_type;
}

Got convert_int(Arena* arena, Value* value) {
  if (!is_numeric(*value)) return Got::wrong_type;
  const std::string_view text = trimmed(value->text);
  if (text.empty()) return Got::null;
  *value = {Type::number, text};
  if (is_json_integer(text)) return Got::value;  // however many digits
  const auto number = parse_decimal(text);
  const auto integer = number ? number->integer() : std::nullopt;
  if (!integer) return Got::unusable;
  constexpr std::size_t kDigits = 20;
  char* to = arena->bytes(kDigits);
  const char* end = std::to_chars(to, to + kDigits, *integer).ptr;
  value->text = {to, static_cast<std::size_t>(end - to)};
  return Got::value;
}

// As JSON writes a number.
Got convert_float(Arena* arena, Value* value) {
  if (!is_numeric(*value)) return Got::wrong_type;
  const std::string_view text = trimmed(value->text);
  if (text.empty()) return Got::null;
  *value = {Type::number, text};
  const auto number = any_double(text);
  if (!number) return Got::unusable;
  if (is_json_number(text)) return Got::value;
  constexpr std::size_t kDigits = 32;
  char* to = arena->bytes(kDigits);
  const char* end = std::to_chars(to, to + kDigits, *number).ptr;
  value->text = {to, static_cast<std::size_t>(end - to)};
  return Got::value;
}

Got convert_bool(Value* value) {
  std::optional<bool> flag;
  const Got got = to_flag(*value, &flag);
  *value = {Type::boolean, flag.value_or(false) ? "true" : "false"};
  return got;
}

Got convert_time(Arena* arena, Value* value) {
  std::optional<EventTime> time;
  const Got got = to_time(*value, &time);
  if (got != Got::value) return got;
  return as_string(write_rfc3339(*time, arena->bytes(kRfc3339BytesMax)), value);
}

Got convert_markup(std::string_view (*read)(std::string_view, char*), Arena* arena, Value* value) {
  if (!is_scalar(*value)) return Got::wrong_type;
  if (value->type != Type::string) return as_string(value->text, value);
  const std::string_view text = value->text;
  const bool plain = !text.contains('&') && !text.contains('<');  // then nothing is written
  return as_string(read(text, plain ? nullptr : arena->bytes(text.size())), value);
}

Got convert_lang(const ConvertContext& context, Value* value) {
  std::string_view lang;
  const Got got = to_lang(*value, context, &lang);
  as_string(lang, value);
  return got;
}

Got convert_country(Value* value) {
  std::string_view country;
  const Got got = to_country(*value, &country);
  as_string(country, value);
  return got;
}

Got convert_stars(Arena* arena, Value* value) {
  if (!is_numeric(*value)) return Got::wrong_type;
  constexpr std::array<std::string_view, 5> kStars{"one", "two", "three", "four", "five"};
  constexpr std::string_view kDigits = "12345";
  const std::string_view stars = without_star(trimmed(value->text));
  if (same_word(stars, "unspecified")) return Got::null;
  for (std::size_t i = 0; i < kStars.size(); ++i) {
    if (!same_word(stars, kStars[i])) continue;
    *value = {Type::number, kDigits.substr(i, 1)};
    return Got::value;
  }
  value->text = stars;
  return convert_float(arena, value);
}

// X counts milliseconds since this one, and keeps them above 22 bits that tell posts of the same
// millisecond apart. Ids below the first of these were counted one by one.
constexpr std::int64_t kSnowflakeEpochMs = 1'288'834'974'657;
constexpr std::int64_t kSnowflakeMin = 29'700'859'247;

Got convert_snowflake(Arena* arena, Value* value) {
  if (!is_numeric(*value)) return Got::wrong_type;
  const std::string_view text = trimmed(value->text);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return Got::unusable;
  if (id < kSnowflakeMin) return Got::null;
  const EventTime time{std::chrono::milliseconds{(id >> 22) + kSnowflakeEpochMs}};
  return as_string(write_rfc3339(time, arena->bytes(kRfc3339BytesMax)), value);
}

// Instagram's ids are alike, with 23 bits below; in addresses they are written in base 64.
constexpr std::int64_t kInstagramEpochMs = 1'314'220'021'721;
constexpr std::size_t kInstagramCodeBytes = 11;

Got convert_instagram_code(Arena* arena, Value* value) {
  if (!is_scalar(*value)) return Got::wrong_type;
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // Behind the first eleven stands what opens a private post.
  const std::string_view code = value->text.substr(0, kInstagramCodeBytes);
  if (code.empty()) return Got::null;
  std::uint64_t id = 0;
  for (const char c : code) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return Got::unusable;
    id = (id << 6) | digit;
  }
  const EventTime time{
      std::chrono::milliseconds{static_cast<std::int64_t>(id >> 23) + kInstagramEpochMs}};
  return as_string(write_rfc3339(time, arena->bytes(kRfc3339BytesMax)), value);
}

// The seed is part of what ids are: with another one they would all be new.
constexpr KeySeed kFingerprintSeed{0x7669'6769'655f'6964, 0x6d65'6e74'696f'6e31};

Got convert_fingerprint(Arena* arena, Value* value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr int kDigitsOfHalf = 16;
  if (value->text.empty()) return Got::null;
  const Key128 key = siphash128(kFingerprintSeed, value->text);
  char* const digits = arena->bytes(2UL * kDigitsOfHalf);
  char* end = digits;
  for (const std::uint64_t half : {key.high, key.low}) {
    for (int i = kDigitsOfHalf - 1; i >= 0; --i) *end++ = kDigits[half >> (4 * i) & 15];
  }
  return as_string({digits, static_cast<std::size_t>(end - digits)}, value);
}

Got convert_prefix(std::string_view prefix, Value* value) {
  if (!is_scalar(*value)) return Got::wrong_type;
  if (value->text.starts_with(prefix)) value->text.remove_prefix(prefix.size());
  return Got::value;
}

Got convert_regex(const Conversion& conversion, Value* value) {
  if (!is_scalar(*value)) return Got::wrong_type;
  if (conversion.simple) {
    std::string_view group;
    const SimpleRegex::Answer answer = conversion.simple->find(value->text, &group);
    if (answer == SimpleRegex::Answer::yes && group.data() != nullptr) {
      return as_string(group, value);
    }
    if (answer != SimpleRegex::Answer::unknown) return Got::null;
  }
  std::array<re2::StringPiece, 2> found;  // the whole match, and the group
  const re2::StringPiece text(value->text.data(), value->text.size());
  const bool matches = conversion.pattern->Match(text, 0, text.size(), re2::RE2::UNANCHORED,
                                                 found.data(), static_cast<int>(found.size()));
  if (!matches || found[1].data() == nullptr) return Got::null;
  return as_string({found[1].data(), found[1].size()}, value);
}

Got convert_words(const Conversion& conversion, Value* value) {
  if (!is_scalar(*value)) return Got::wrong_type;
  for (const auto& [from, meant] : conversion.words) {
    if (from == value->text) return as_string(meant, value);
  }
  if (!conversion.otherwise) return Got::null;
  return as_string(*conversion.otherwise, value);
}

Got convert_one(const Conversion& conversion, const ConvertContext& context, Value* value) {
  using Kind = Conversion::Kind;
  switch (conversion.kind) {
    case Kind::id: return convert_id(value);
    case Kind::str: return convert_str(value);
    case Kind::integer: return convert_int(context.arena, value);
    case Kind::number: return convert_float(context.arena, value);
    case Kind::boolean: return convert_bool(value);
    case Kind::lower:
      if (!is_scalar(*value)) return Got::wrong_type;
      return as_string(vigie::lower(value->text, context.arena), value);
    case Kind::time: return convert_time(context.arena, value);
    case Kind::html_text: return convert_markup(html_to_text, context.arena, value);
    case Kind::text_entities: return convert_markup(decode_entities, context.arena, value);
    case Kind::lang: return convert_lang(context, value);
    case Kind::country: return convert_country(value);
    case Kind::star_enum: return convert_stars(context.arena, value);
    case Kind::snowflake: return convert_snowflake(context.arena, value);
    case Kind::instagram_code: return convert_instagram_code(context.arena, value);
    case Kind::fingerprint: return convert_fingerprint(context.arena, value);
    case Kind::strip_prefix: return convert_prefix(conversion.argument, value);
    case Kind::regex: return convert_regex(conversion, value);
    case Kind::words: return convert_words(conversion, value);
  }
  return Got::unusable;
}

}  // namespace

void convert(const Conversion& conversion, const ConvertContext& context, Value* value) {
  if (value->is_absent()) return;
  const Got got = convert_one(conversion, context, value);
  if (got == Got::value) return;
  *value = {};
  if (got == Got::null) return;
  ++(*context.repairs)[static_cast<std::size_t>(Repair::dropped_value)];
}

Got to_id(const Value& value, std::string_view* to) {
  *to = {};
  switch (value.type) {
    case Type::absent: return Got::null;
    case Type::string:
      if (value.text.empty()) return Got::null;
      break;
    case Type::number:
      if (!is_json_integer(value.text)) return Got::unusable;
      break;
    case Type::boolean:
    case Type::json: return Got::wrong_type;
  }
  *to = value.text;
  return Got::value;
}

Got to_string(const Value& value, std::string_view* to) {
  *to = {};
  if (value.is_absent()) return Got::null;
  if (value.type != Type::string && value.type != Type::number) return Got::wrong_type;
  *to = value.text;
  return Got::value;
}

Got to_kind(const Value& value, Kind* to) {
  *to = Kind::post;
  if (value.is_absent()) return Got::null;
  if (value.type != Type::string) return Got::wrong_type;
  if (value.text.empty()) return Got::null;
  const auto kind = parse_kind(value.text);
  if (!kind) return Got::unusable;
  *to = *kind;
  return Got::value;
}

Got to_count(const Value& value, Count* to) {
  *to = std::nullopt;
  if (value.is_absent()) return Got::null;
  if (!is_numeric(value)) return Got::wrong_type;
  *to = plain_integer(value.text);
  if (*to) return Got::value;
  if (trimmed(value.text).empty()) return Got::null;
  const auto number = parse_decimal(value.text);
  const auto integer = number ? number->integer() : std::nullopt;
  if (!integer || *integer < 0) return Got::unusable;  // some platforms say -1 for "unknown"
  *to = integer;
  return Got::value;
}

Got to_number(const Value& value, std::optional<double>* to) {
  *to = std::nullopt;
  if (value.is_absent()) return Got::null;
  if (!is_numeric(value)) return Got::wrong_type;
  if (trimmed(value.text).empty()) return Got::null;
  *to = any_double(value.text);
  return *to ? Got::value : Got::unusable;
}

Got to_flag(const Value& value, std::optional<bool>* to) {
  *to = std::nullopt;
  if (value.is_absent()) return Got::null;
  if (value.type == Type::json) return Got::wrong_type;
  const std::string_view text = trimmed(value.text);
  if (text.empty()) return Got::null;
  if (same_word(text, "true") || same_word(text, "yes")) *to = true;
  if (same_word(text, "false") || same_word(text, "no")) *to = false;
  if (const auto number = parse_decimal(text)) {
    const auto integer = number->integer();
    if (integer == 0 || integer == 1) *to = integer == 1;
  }
  return *to ? Got::value : Got::unusable;
}

}  // namespace vigie::mapping
