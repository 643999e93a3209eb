// Languages, countries and platforms.
#include <algorithm>
#include <array>

#include "connectors/decimal.h"
#include "connectors/mapping_convert.h"
#include "connectors/wire_words.h"
#include "engine/base/codes.h"

namespace vigie::mapping {
namespace {

// Codes that say of a text that it is in no language, in several, or in one that nobody knows.
bool says_nothing(std::string_view code) {
  constexpr std::array<std::string_view, 5> kNoLanguage{"zxx", "und", "mul", "mis", "art"};
  if (std::ranges::find(kNoLanguage, code) != kNoLanguage.end()) return true;
  // For private use; on X qam, qct, qht, qme and qst: only mentions, cashtags, hashtags, links, or
  // too short.
  return code.size() == 3 && code[0] == 'q' && code[1] >= 'a' && code[1] <= 't';
}

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

struct Lang {
  Got got = Got::unusable;
  std::string_view code;
};

// One language: "fr", "fra", "FR-fr", "fr_FR.UTF-8"; of several, "en,fr", the first.
Lang lang_of(std::string_view text, Arena* arena) {
  const std::string_view tag = trimmed(text);
  if (tag.empty()) return {Got::null, {}};
  std::size_t size = 0;
  while (size < tag.size() && is_letter(tag[size])) ++size;
  constexpr std::string_view kBehind = "-_,; ";
  if (size < tag.size() && !kBehind.contains(tag[size])) return {};
  const std::string_view primary = tag.substr(0, size);
  if (const auto known = language_code(primary)) return {Got::value, *known};
  if (primary.size() != 3) return {};
  const std::string_view code = lower(primary, arena);
  if (says_nothing(code)) return {Got::null, {}};
  return {Got::value, code};  // ISO 639-3 has 7,900 of them
}

// Of a JSON array of texts the first that is a language.
Lang first_lang(std::string_view json, Arena* arena) {
  if (!json.starts_with('[')) return {Got::wrong_type, {}};
  Lang found{Got::null, {}};
  for (std::size_t at = 1; at < json.size(); ++at) {
    if (json[at] == '{' || json[at] == '[') return {Got::wrong_type, {}};
    if (json[at] != '"') continue;
    const std::size_t end = json.find('"', at + 1);
    if (end == json.npos) break;
    found = lang_of(json.substr(at + 1, end - at - 1), arena);
    if (found.got == Got::value) return found;
    at = end;
  }
  return found;
}

// Every pair of letters in upper case, one after the other: codes are views of it.
constexpr std::size_t kLetters = 26;
constexpr std::array<char, 2 * kLetters * kLetters> kPairs = [] {
  std::array<char, 2 * kLetters * kLetters> pairs{};
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    pairs[i] = static_cast<char>('A' + i / 2 / kLetters);
    pairs[i + 1] = static_cast<char>('A' + i / 2 % kLetters);
  }
  return pairs;
}();

std::string_view upper_pair(std::string_view two) {
  const auto row = static_cast<std::size_t>(two[0] - 'a');
  const auto column = static_cast<std::size_t>(two[1] - 'a');
  return {kPairs.data() + 2 * (row * kLetters + column), 2};
}

}  // namespace

Got to_platform(const Value& value, const ConvertContext& context, std::string_view* to) {
  *to = {};
  if (value.is_absent()) return Got::null;
  if (value.type != Value::Type::string) return Got::wrong_type;
  const std::string_view text = trimmed(value.text);
  if (text.empty()) return Got::null;
  const auto word = platform_word(text, context.arena);
  if (!word) return Got::unusable;
  *to = *word;
  return Got::value;
}

Got to_lang(const Value& value, const ConvertContext& context, std::string_view* to) {
  *to = {};
  Lang lang{Got::wrong_type, {}};
  switch (value.type) {
    case Value::Type::absent: return Got::null;
    case Value::Type::string: lang = lang_of(value.text, context.arena); break;
    case Value::Type::json: lang = first_lang(value.text, context.arena); break;
    case Value::Type::number:
    case Value::Type::boolean: break;
  }
  *to = lang.code;
  return lang.got;
}

Got to_country(const Value& value, std::string_view* to) {
  *to = {};
  if (value.is_absent()) return Got::null;
  if (value.type != Value::Type::string) return Got::wrong_type;
  const std::string_view text = trimmed(value.text);
  if (text.empty()) return Got::null;
  const auto code = country_code(text);
  if (!code) return Got::unusable;
  *to = upper_pair(*code);
  return Got::value;
}

}  // namespace vigie::mapping
