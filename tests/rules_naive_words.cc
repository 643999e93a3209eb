#include "tests/rules_naive_words.h"

#include <algorithm>

#include "rules/fold.h"

namespace vigie::rules::naive {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

// REQUIRES: !text.empty(). What is not UTF-8 is one byte of value 0.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC0 || text.size() < bytes) return {};
  char32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  return {value, bytes};
}

std::string fold_whole(std::string_view text, char lead = ' ') {
  FoldedText out;
  fold_scalar(text, &out, lead);
  return std::string(out.view());
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_within(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

bool is_capital(char32_t c) {
  if (is_within(c, 'A', 'Z') || is_within(c, 0xFF21, 0xFF3A)) return true;
  if (is_within(c, 0xC0, 0xDE)) return c != 0xD7;
  if (is_within(c, 0x100, 0x137) || is_within(c, 0x14A, 0x177)) return c % 2 == 0;
  if (is_within(c, 0x139, 0x148) || is_within(c, 0x179, 0x17E)) return c % 2 == 1;
  return c == 0x178 || is_within(c, 0x391, 0x3A9) || is_within(c, 0x400, 0x42F);
}

// Combining marks as small numbers: what the composed letters below have, and the marks themselves.
char32_t accent_of_mark(char32_t c) { return is_within(c, 0x300, 0x36F) ? c - 0x300 + 1 : 0; }

char32_t mark_named(char name) {
  switch (name) {
    case '`': return 0x300;
    case '\'': return 0x301;
    case '^': return 0x302;
    case '~': return 0x303;
    case '=': return 0x304;
    case ':': return 0x308;
    case 'o': return 0x30A;
    case 'v': return 0x30C;
    case ',': return 0x327;
    default: return 0;
  }
}

char32_t accent_of_letter(char32_t c) {
  // From U+00C0 to U+00DF, and from U+00E0 on with one more at the end.
  constexpr std::string_view kLatin1 = "`'^~:o-,`'^:`'^:-~`'^~:--`'^:'--";
  char name = '-';
  if (is_within(c, 0xC0, 0xDF)) name = kLatin1[c - 0xC0];
  if (is_within(c, 0xE0, 0xFE)) name = kLatin1[c - 0xE0];
  if (c == 0xFF || c == 0x178) name = ':';
  if (c == 0x106 || c == 0x107 || c == 0x143 || c == 0x144 || c == 0x15A || c == 0x15B) name = '\'';
  if (c == 0x10C || c == 0x10D || c == 0x160 || c == 0x161 || c == 0x17D || c == 0x17E) name = 'v';
  if (c == 0x100 || c == 0x101 || c == 0x14C || c == 0x14D) name = '=';
  return accent_of_mark(mark_named(name));
}

// Appends what one code point is in a key that shows everything.
void append_full(char32_t c, std::string_view bytes, std::u32string* out) {
  if (const char32_t mark = accent_of_mark(c); mark != 0 && !out->empty()) {
    out->back() |= mark << kAccentShift;
    return;
  }
  const std::string folded = fold_whole(bytes);
  for (std::string_view rest = folded; !rest.empty();) {
    const CodePoint one = decode(rest);
    if (is_word_byte(rest[0])) {
      out->push_back(one.value | (is_capital(c) ? kCapital : 0) |
                     accent_of_letter(c) << kAccentShift);
    }
    rest.remove_prefix(one.bytes);
  }
}

std::u32string full_key(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const CodePoint one = decode(text);
    append_full(one.value, text.substr(0, one.bytes), &out);
    text.remove_prefix(one.bytes);
  }
  return out;
}

std::u32string reduced(std::u32string_view full, std::size_t which) {
  const char32_t mask =
      kBase | ((which & 1) != 0 ? kCapital : 0) | ((which & 2) != 0 ? ~0U << kAccentShift : 0);
  std::u32string out;
  for (const char32_t c : full) out.push_back(c & mask);
  return out;
}

// The code point before `at` that is not folded to nothing, or a space.
CodePoint before(std::string_view text, std::size_t at) {
  while (at != 0) {
    std::size_t first = at - 1;
    while (first != 0 && (text[first] & 0xC0) == 0x80) --first;
    const std::string_view bytes = text.substr(first, at - first);
    if (!fold_whole(bytes).empty()) return decode(bytes);
    at = first;
  }
  return {' ', 1};
}

bool is_emoji(char32_t c) { return c >= 0x1F000 || is_within(c, 0x2600, 0x27BF); }

// A letter, a digit or '_'.
bool is_letter(char32_t c) {
  if (c < 0x80) {
    return is_digit(c) || c == '_' || is_within(c, 'a', 'z') || is_within(c, 'A', 'Z');
  }
  if (is_emoji(c)) return false;
  std::string bytes;
  if (c < 0x800) {
    bytes = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
  } else {
    bytes = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
             static_cast<char>(0x80 | (c & 63))};
  }
  return std::ranges::any_of(fold_whole(bytes), is_word_byte);
}

bool may_stand_before(char sign, char32_t c) {
  if (sign == '#') return !is_letter(c) && c != '&';
  if (sign == '$') return !is_letter(c) && c != '$';
  constexpr std::u32string_view kNoHandle = U"!#$%&*@";
  return !is_letter(c) && kNoHandle.find(c) == kNoHandle.npos;
}

bool is_in_address(std::string_view text, std::size_t at) {
  std::size_t first = at;
  constexpr std::string_view kSpaces = " \t\n\r";
  while (first != 0 && kSpaces.find(text[first - 1]) == kSpaces.npos) --first;
  std::string word(text.substr(first, at - first));
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return word.contains("://");
}

void read_sign(const Field& field, std::size_t sign_at, Word* word) {
  const char sign = word->sign;
  const bool is_number = std::ranges::all_of(word->keys[0], is_digit);
  const bool is_item = field.kind == Field::Kind::hashtag || field.kind == Field::Kind::handle;
  bool is_one = !is_in_address(field.original, sign_at);
  if (!is_item) is_one &= may_stand_before(sign, before(field.original, sign_at).value);
  word->is_hashtag = is_one && sign == '#' && !is_number;
  word->is_handle = is_one && sign == '@';
  word->is_cashtag = is_one && sign == '$';
}

Word read_word(const FoldedText& text, std::size_t begin, std::size_t end, const Field& field) {
  Word word;
  word.folded_begin = static_cast<std::uint32_t>(begin);
  word.folded_end = static_cast<std::uint32_t>(end);
  const Stretch at = text.original(field.original, word.folded_begin, word.folded_end);
  word.begin = at.first;
  word.end = at.first + at.count;
  const std::u32string full = full_key(field.original.substr(at.first, at.count));
  for (std::size_t i = 1; i < 4; ++i) word.keys[i] = reduced(full, i);
  word.keys[0] = decoded(text.view().substr(begin, end - begin));
  const char sign = *(text.data() + begin - 1);
  if (sign != '#' && sign != '@' && sign != '$') return word;
  word.sign = sign;
  const std::size_t sign_at =
      begin == 0 ? 0
                 : text.original(field.original, word.folded_begin - 1, word.folded_begin).first;
  read_sign(field, sign_at, &word);
  return word;
}

}  // namespace

Field read_field(Field::Kind kind, std::string_view text) {
  Field field{.kind = kind, .original = text, .folded = {}, .words = {}};
  const char lead = kind == Field::Kind::hashtag ? '#' : kind == Field::Kind::handle ? '@' : ' ';
  FoldedText folded;
  fold_scalar(text, &folded, lead);
  field.folded = folded.view();
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t begin = at;
    while (at < folded.size() && is_word_byte(folded.data()[at])) ++at;
    if (at == begin) {
      ++at;
    } else {
      field.words.push_back(read_word(folded, begin, at, field));
    }
  }
  return field;
}

std::vector<Field> read_fields(const Mention& mention) {
  std::vector<Field> fields;
  fields.push_back(read_field(Field::Kind::text, mention.text));
  fields.push_back(read_field(Field::Kind::title, mention.title));
  fields.push_back(read_field(Field::Kind::shared_text, mention.shared_text));
  for (const std::string_view tag : mention.hashtags) {
    fields.push_back(read_field(Field::Kind::hashtag, tag));
  }
  for (const Handle& one : mention.mentions) {
    fields.push_back(read_field(Field::Kind::handle, one.handle));
  }
  return fields;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  const auto at = [&](std::size_t i) { return decode(text.substr(i)).value; };
  if (begin != 0 && is_letter(at(begin)) && is_letter(before(text, begin).value)) return false;
  return end == text.size() || !is_letter(before(text, end).value) || !is_letter(at(end));
}

std::string folded(std::string_view text) {
  const std::string out = fold_whole(text);
  const std::size_t first = out.find_first_not_of(' ');
  if (first == out.npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (; !text.empty(); text.remove_prefix(decode(text).bytes)) {
    out.push_back(decode(text).value);
  }
  return out;
}

std::u32string key(std::string_view text, std::size_t which) {
  return reduced(full_key(text), which);
}

std::vector<std::u32string> parts_of_hashtag(const Word& word) {
  const std::u32string& key = word.keys[key_of(true, false)];
  const auto is_upper = [&](std::size_t i) { return (key[i] & kCapital) != 0; };
  const auto is_number = [&](std::size_t i) { return is_digit(key[i] & kBase); };
  std::vector<std::u32string> parts(1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == U'_') {
      parts.emplace_back();
      continue;
    }
    const bool starts =
        i != 0 && (is_number(i - 1) != is_number(i) || (is_upper(i) && !is_upper(i - 1)) ||
                   (is_upper(i) && i + 1 < key.size() && !is_upper(i + 1) && !is_number(i + 1)));
    if (starts) parts.emplace_back();
    parts.back().push_back(key[i] & kBase);
  }
  std::erase_if(parts, [](const std::u32string& part) { return part.empty(); });
  return parts;
}

}  // namespace vigie::rules::naive
