#include "rules/post_text.h"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.h"
#include "rules/buffer.h"
#include "rules/fold_table.h"
#include "rules/surface.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kPartsKept = 64;
constexpr std::size_t kPartBytesKept = 128UL << 10;  // of all fields together
// Looked at before a sign: in a text without spaces every sign costs as much.
constexpr std::size_t kAddressBytesMax = 512;

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool ends_address(char c) {
  switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case '"':
    case '\'':
    case '<':
    case '>':
    case '(':
    case ')': return true;
    default: return false;
  }
}

// Whether what stands before a sign, without a space between, begins an address.
bool begins_address(std::string_view before) {
  const std::size_t cut = std::min(before.size(), kAddressBytesMax);
  before.remove_prefix(before.size() - cut);
  std::size_t begin = before.size();
  while (begin > 0 && !ends_address(before[begin - 1])) --begin;
  before.remove_prefix(begin);
  if (before.starts_with("www.") || before.find("://") != std::string_view::npos) return true;
  const std::size_t dot = before.find('.');
  return dot != std::string_view::npos && dot != 0 && dot + 1 < before.size() &&
         is_word_byte(before[dot - 1]) && is_word_byte(before[dot + 1]) &&
         before.find('/', dot) != std::string_view::npos;
}

bool only_digits(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool only_letters(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

enum class Sort : std::uint8_t { lower, upper, digit, underscore };

struct Character {
  std::size_t bytes = 1;
  Sort sort = Sort::lower;
  bool mark = false;  // folds to nothing
};

Character character_at(std::string_view text) {
  Character out;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    if (first >= 'A' && first <= 'Z') out.sort = Sort::upper;
    if (first >= '0' && first <= '9') out.sort = Sort::digit;
    if (first == '_') out.sort = Sort::underscore;
    return out;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  out.bytes = std::min(length, text.size());
  std::uint32_t point = length == 4 ? first & 7U : length == 3 ? first & 15U : first & 31U;
  for (std::size_t i = 1; i < out.bytes; ++i) {
    point = point << 6 | (static_cast<unsigned char>(text[i]) & 63U);
  }
  if (is_capital(point)) {
    out.sort = Sort::upper;
  } else {
    out.mark = fold_entry(std::min(point, kCodePointEnd - 1)) >> kFoldTagShift == 0;
  }
  return out;
}

}  // namespace

bool space_words(std::string_view hashtag, std::string* spaced) {
  spaced->clear();
  bool found = false;
  Sort before = Sort::underscore;
  for (std::size_t at = 0; at < hashtag.size();) {
    const Character c = character_at(hashtag.substr(at));
    const std::size_t end = at + c.bytes;
    const bool before_lower = end < hashtag.size() && c.sort == Sort::upper &&
                              before == Sort::upper &&
                              character_at(hashtag.substr(end)).sort == Sort::lower;
    const bool changes = !c.mark && c.sort != before && before != Sort::underscore &&
                         !(before == Sort::upper && c.sort == Sort::lower);
    if (c.sort == Sort::underscore) {
      spaced->push_back(' ');
      found = true;
    } else {
      if (changes || before_lower) {
        spaced->push_back(' ');
        found = true;
      }
      spaced->append(hashtag.substr(at, c.bytes));
    }
    if (!c.mark) before = c.sort;
    at = end;
  }
  return found;
}

std::uint32_t PostText::find(Field field) const {
  for (std::uint32_t part = 0; part < size(); ++part) {
    if (parts_[part]->field == field && parts_[part]->parent == kNoPart) return part;
  }
  return kNoPart;
}

TextPart& PostText::next() {
  if (count_ == parts_.size()) parts_.push_back(std::make_unique<TextPart>());
  return *parts_[count_++];
}

void PostText::add(Field field, std::string_view original, char lead, HashSeed seed,
                   bool with_tokens) {
  if (original.empty()) return;
  TextPart& part = next();
  part.field = field;
  part.lead = lead;
  part.original = original;
  part.parent = kNoPart;
  bytes_ += original.size();
  fold(original, &part.folded, lead);
  if (with_tokens) {
    tokenise(part.folded, seed, &part.tokens);
  } else {
    part.tokens.clear();
  }
}

void PostText::add_words_of(std::uint32_t part, std::uint32_t token, HashSeed seed) {
  const Token& at = parts_[part]->all()[token];
  const Stretch written = parts_[part]->folded.original(parts_[part]->original, at.begin, at.end);
  TextPart& words = next();
  if (!space_words(parts_[part]->original.substr(written.first, written.count), &words.spaced)) {
    --count_;
    return;
  }
  words.field = parts_[part]->field;
  words.lead = ' ';
  words.original = words.spaced;
  words.parent = part;
  words.parent_token = token;
  fold(words.original, &words.folded);
  tokenise(words.folded, seed, &words.tokens);
}

void PostText::add_hashtags(std::uint32_t part, HashSeed seed) {
  const TextPart& text = *parts_[part];
  const std::string_view folded = text.with_lead();
  const auto implied = static_cast<std::uint32_t>(folded.data() != text.folded.data());
  for (std::size_t at = folded.find('#'); at != std::string_view::npos;
       at = folded.find('#', at + 1)) {
    const auto begin = static_cast<std::uint32_t>(at + 1) - implied;
    const auto token = std::ranges::lower_bound(text.all(), begin, {}, &Token::begin);
    if (token == text.all().end() || token->begin != begin) continue;
    const auto index = static_cast<std::uint32_t>(token - text.all().begin());
    if (!has_sigil(part, index, Sigil::hashtag)) continue;
    hashtags_.push_back({part, index});
    if (hashtags_.size() <= kHashtagsCutMax) add_words_of(part, index, seed);
  }
}

void PostText::read(const Mention& mention, HashSeed seed, Wanted wanted) {
  if (parts_.size() > kPartsKept && count_ <= kPartsKept) parts_.resize(kPartsKept);
  // What a part keeps is given back only when it is used again, and later posts may have fewer.
  if (bytes_ > kPartBytesKept) parts_.clear();
  bytes_ = 0;
  count_ = 0;
  hashtags_.clear();
  trim(&hashtags_);
  add(Field::text, mention.text, ' ', seed, wanted.tokens);
  add(Field::title, mention.title, ' ', seed, wanted.tokens);
  add(Field::shared_text, mention.shared_text, ' ', seed, wanted.tokens);
  for (const std::string_view tag : mention.hashtags)
    add(Field::hashtags, tag, '#', seed, wanted.tokens);
  for (const Handle& one : mention.mentions)
    add(Field::mentions, one.handle, '@', seed, wanted.tokens);
  const std::uint32_t fields = size();
  for (std::uint32_t part = 0; part < fields && wanted.hashtags; ++part) {
    add_hashtags(part, seed);
  }
  if (!wanted.authors) return;
  const std::string_view handle = mention.author.handle;
  add(Field::author, handle.starts_with('@') ? handle.substr(1) : handle, ' ', seed, wanted.tokens);
  if (mention.author.id != handle) add(Field::author, mention.author.id, ' ', seed, wanted.tokens);
}

bool PostText::has_sigil(std::uint32_t part, std::uint32_t token, Sigil sigil) const {
  const TextPart& text = *parts_[part];
  if (text.parent != kNoPart) return false;
  const std::uint32_t begin = text.all()[token].begin;
  const char* data = text.folded.data();
  const char sign = data[static_cast<std::ptrdiff_t>(begin) - 1];
  constexpr std::string_view kSigns = " #@$";
  if (sign != kSigns[static_cast<std::size_t>(sigil)]) return false;
  if (begin == 0 || (begin == 1 && text.lead != ' ')) return true;  // an item of a list
  const char before = begin >= 2 ? data[begin - 2] : text.lead;
  const auto in_address = [&] { return begins_address(text.folded.view().substr(0, begin - 1)); };
  switch (sigil) {
    case Sigil::none: return true;
    case Sigil::hashtag:
      return !is_word_byte(before) && before != '&' && !only_digits(text.word(token)) &&
             !in_address();
    case Sigil::handle:
      return !is_word_byte(before) && !is_one_of(before, "!#$%&*@") && !in_address();
    case Sigil::cashtag: return !is_word_byte(before) && before != '$' && !in_address();
  }
  return false;
}

std::uint32_t PostText::cashtag_end(std::uint32_t part, std::uint32_t token) const {
  const TextPart& text = *parts_[part];
  const std::span<const Token> tokens = text.all();
  if (token + 1 == tokens.size() || !only_letters(text.word(token))) return token;
  const std::uint32_t end = tokens[token].end;
  const std::string_view suffix = text.word(token + 1);
  const bool is_suffix = text.folded.data()[end] == '.' && tokens[token + 1].begin == end + 1 &&
                         suffix.size() <= kCashtagSuffixMax && only_letters(suffix);
  return is_suffix ? token + 1 : token;
}

Span PostText::span_of_bytes(std::uint32_t part, std::uint32_t begin, std::uint32_t end) const {
  const TextPart& text = *parts_[part];
  if (text.parent != kNoPart) return span(text.parent, text.parent_token, text.parent_token, true);
  const Stretch at = text.folded.original(text.original, begin, end);
  return {text.field, at.first, at.count};
}

Span PostText::span(std::uint32_t part, std::uint32_t first, std::uint32_t last,
                    bool with_sigil) const {
  const TextPart& text = *parts_[part];
  std::uint32_t begin = text.all()[first].begin;
  if (with_sigil && begin != 0) --begin;  // else it is only implied, in a list
  return span_of_bytes(part, begin, text.all()[last].end);
}

}  // namespace vigie::rules
