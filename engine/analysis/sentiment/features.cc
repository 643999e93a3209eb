#include "engine/analysis/sentiment/features.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/analysis/sentiment/negations.h"

namespace vigie::sentiment {
namespace {

constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
constexpr std::uint64_t kMixToo = 0xD1B54A32D192ED03U;
constexpr std::uint64_t kNegated = 0x8CB92BA72F3D8DD7U;
constexpr std::uint64_t kEndOfText = 0x632BE59BD9B4E019U;
constexpr std::array<std::uint64_t, 3> kStretchMix{0xA0761D6478BD642FU, 0xE7037ED1A0B428DBU,
                                                   0x8EBC6AF09C88C6E3U};
constexpr std::size_t kStretchMin = 3;
constexpr std::size_t kStretchMax = 5;

// Eight bytes as a number, the same on every machine.
std::uint64_t load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// Keeps the first `count` bytes of eight. REQUIRES: count <= 8.
std::uint64_t keep(std::uint64_t word, std::size_t count) {
  return count >= 8 ? word : word & ((std::uint64_t{1} << (8 * count)) - 1);
}

std::uint32_t upper(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

// REQUIRES: 16 bytes can be read at `bytes` even if there are fewer.
std::uint64_t hash_of(const char* bytes, std::size_t count) {
  std::uint64_t hash = count * kMixToo;
  for (std::size_t done = 0; done < count; done += 8) {
    hash =
        (std::rotl(hash, 29) ^ keep(load(bytes + done), std::min<std::size_t>(8, count - done))) *
        kMix;
  }
  return (hash ^ hash >> 32) * kMixToo;
}

// Bytes before the first word and behind the last that are looked at for signs.
constexpr std::uint32_t kSignBytes = 8;

// As rules/fold.h has it.
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether the token is an emoji: folding makes each a token of its own. U+2600 to U+27BF, U+2B00 to
// U+2BFF and U+1F000 to U+1FFFF.
bool is_emoji(std::uint64_t bytes) {
  const std::uint64_t first = bytes & 0xFFFF;
  if (first == 0x9FF0) return true;
  return first == 0x98E2 || first == 0x99E2 || first == 0x9AE2 || first == 0x9BE2 ||
         first == 0x9CE2 || first == 0x9DE2 || first == 0x9EE2 || first == 0xACE2 ||
         first == 0xADE2;
}

// Whether a sign, with the letter behind it, is a face or a heart: ":)", ";-(", ":d", "<3", "^^".
bool is_emoticon(std::uint64_t sign) {
  const std::uint64_t first = sign & 0xFF;
  std::uint64_t rest = sign >> 8;
  if (first == '<') return (rest & 0xFF) == '3';
  if (first == '^') return (rest & 0xFF) == '^';
  if (first != ':' && first != ';' && first != '=') return false;
  if ((rest & 0xFF) == '-' || (rest & 0xFF) == '\'') rest >>= 8;
  constexpr std::string_view kMouths =
      ")(]["
      "dpo*|/\\3";
  return rest != 0 && kMouths.contains(static_cast<char>(rest & 0xFF));
}

std::size_t length_class(std::size_t words) {
  constexpr std::array<std::size_t, 5> kUpTo{4, 8, 13, 19, 27};
  return static_cast<std::size_t>(std::ranges::lower_bound(kUpTo, words) - kUpTo.begin());
}

}  // namespace

// What is known on the way through a text.
struct Features::Reader {
  Features* out;
  Text text;
  Language language;
  std::array<Feature*, kGroups> next{};
  std::uint64_t previous = kEndOfText;  // hash of the word before
  std::size_t first_byte = 0;           // where the next word is written
  std::size_t signs = 0;
  int negated = 0;          // words that a negation still reaches
  std::uint32_t end = 0;    // of the token before
  std::uint32_t token = 0;  // that is read
  bool in_link = false;
  bool stretched = false;
  std::array<std::size_t, 3> seen{};  // handles, links, hashtags
  bool begins_handle = false;
  bool begins_repost = false;
  bool ends_link = false;

  void add(Group group, std::uint64_t hash, std::size_t origin) {
    *next[static_cast<std::size_t>(group)]++ = {upper(hash), static_cast<std::uint32_t>(origin)};
  }
  void add(Style style, std::size_t more = 0) {
    const std::size_t number = static_cast<std::size_t>(style) + more;
    add(Group::style, (number + 1) * kMix, number);
  }

  void read();
  bool read_gap(std::uint32_t begin, std::uint32_t stop);
  void read_sign(std::string_view gap, std::uint32_t stop);
  void read_token(const Token& at);
  std::size_t copy(std::string_view from, char* to);
  void add_word(std::size_t count, bool is_text);
  void add_stretches(const char* word, std::size_t count);
  void add_style();
  void add_capitals();
};

Features::Features()
    : bytes_(std::make_unique<char[]>(kSentimentBytesMax + kSentimentWordBytesMax + kPadding)),
      words_(std::make_unique<Word[]>(kSentimentTokensMax)),
      signs_(std::make_unique<std::uint64_t[]>(kRoom[static_cast<std::size_t>(Group::signs)])),
      features_(std::make_unique_for_overwrite<Feature[]>(kFirst[kGroups])) {}

std::uint64_t Features::word_hash(std::string_view word) {
  std::array<char, kSentimentWordBytesMax + kPadding> padded{};
  const std::size_t count = std::min(word.size(), kSentimentWordBytesMax);
  std::memcpy(padded.data(), word.data(), count);
  return hash_of(padded.data(), count);
}

std::uint32_t Features::word_feature(std::uint64_t hash, bool negated) {
  return upper(negated ? hash ^ kNegated : hash);
}

float Features::norm(Group group) const {
  const std::size_t count = counts_[static_cast<std::size_t>(group)];
  if (group == Group::signs || group == Group::style || count == 0) return 1;
  return 1 / std::sqrt(static_cast<float>(count));
}

void Features::read(const Text& text, Language language) {
  has_words_ = false;
  has_emoji_ = false;
  word_count_ = 0;
  Reader reader{.out = this, .text = text, .language = language};
  for (std::size_t i = 0; i < kGroups; ++i) reader.next[i] = features_.get() + kFirst[i];
  reader.read();
  for (std::size_t i = 0; i < kGroups; ++i) {
    counts_[i] = static_cast<std::size_t>(reader.next[i] - (features_.get() + kFirst[i]));
  }
  byte_count_ = reader.first_byte;
}

void Features::Reader::read() {
  out->bytes_[0] = '_';
  first_byte = 1;
  if (text.tokens.empty()) {
    read_gap(0, static_cast<std::uint32_t>(text.folded.size()));
    return;
  }
  const std::size_t count = std::min(text.tokens.size(), kSentimentTokensMax);
  // A sign before the first token belongs to the stretch; handles and hashtags begin with one.
  end = text.tokens[0].begin;
  while (end > 0 && text.tokens[0].begin - end < kSignBytes && !is_word(text.folded[end - 1])) {
    --end;
  }
  for (std::size_t i = 0; i < count && first_byte < kSentimentBytesMax; ++i) {
    const Token& at = text.tokens[i];
    const bool parted = read_gap(end, at.begin);
    end = at.end;
    if (in_link && !parted) continue;
    in_link = false;
    token = static_cast<std::uint32_t>(i);
    read_token(at);
  }
  if (count == text.tokens.size()) {
    const std::string_view rest = text.folded.substr(end, kSignBytes);
    const auto next_word = std::ranges::find_if(rest, is_word) - rest.begin();
    in_link = false;
    read_gap(end, end + static_cast<std::uint32_t>(next_word));
  }
  if (out->word_count_ != 0) {
    add(Group::pairs, (previous + std::rotl(kEndOfText, 32)) * kMix, out->word_count_);
  }
  add_style();
}

// Whether there is a space among the folded bytes [begin, stop) between two tokens.
bool Features::Reader::read_gap(std::uint32_t begin, std::uint32_t stop) {
  const std::string_view gap = text.folded.substr(begin, stop - begin);
  if (gap.size() == 1 && gap[0] == ' ') [[likely]]
    return true;
  bool parted = false;
  for (const char c : gap) parted |= is_space(c);
  if (!in_link || parted) read_sign(gap, stop);
  return parted;
}

void Features::Reader::read_sign(std::string_view gap, std::uint32_t stop) {
  std::uint64_t sign = 0;
  std::size_t count = 0;
  bool ends_scope = false;
  for (const char c : gap) {
    if (is_space(c)) continue;
    ends_scope |= c == '.' || c == ',' || c == ';' || c == '!' || c == '?' || c == ':';
    const std::uint64_t three = std::uint64_t{static_cast<unsigned char>(c)} * 0x10101;
    if (count == 6 || (count >= 3 && sign >> (8 * (count - 3)) == three)) continue;
    sign |= std::uint64_t{static_cast<unsigned char>(c)} << (8 * count++);
  }
  if (ends_scope) negated = 0;
  if (count == 0 || sign == '@' || sign == '#' || signs + 2 > kRoom[3]) return;
  out->signs_[signs] = sign;
  add(Group::signs, (sign ^ sign >> 29) * kMix, signs++);
  // ":D" is a sign and a word of one letter.
  if (!is_space(gap.back()) && stop < text.folded.size()) {
    const bool alone = stop + 1 == text.folded.size() || is_space(text.folded[stop + 1]);
    if (alone) {
      sign |= std::uint64_t{static_cast<unsigned char>(text.folded[stop])} << (8 * count);
      out->signs_[signs] = sign;
      add(Group::signs, (sign ^ sign >> 29) * kMix, signs++);
    }
  }
  out->has_emoji_ |= is_emoticon(sign);
}

void Features::Reader::read_token(const Token& at) {
  const std::string_view bytes = text.folded.substr(at.begin, at.end - at.begin);
  const char before = at.begin == 0 ? ' ' : text.folded[at.begin - 1];
  char* to = out->bytes_.get() + first_byte;
  const bool is_first = out->word_count_ == 0;
  if (before == '@') {
    std::string_view("@user").copy(to, 5);
    ++seen[0];
    begins_handle |= is_first;
    add_word(5, false);
  } else if (bytes == "http" || bytes == "https") {
    std::string_view("http").copy(to, 4);
    ++seen[1];
    in_link = true;
    ends_link = true;
    add_word(4, false);
    return;
  } else {
    seen[2] += before == '#';
    begins_repost |= is_first && bytes == "rt";
    add_word(copy(bytes, to), true);
  }
  ends_link = false;
}

// Writes the token, at most two of the same letter in a row. Returns the bytes written.
std::size_t Features::Reader::copy(std::string_view from, char* to) {
  const std::size_t count = std::min(from.size(), kSentimentWordBytesMax);
  std::memcpy(to, from.data(), count);
  std::memset(to + count, 0, kPadding);
  bool repeats = false;
  for (std::size_t i = 0; i + 2 < count; ++i) repeats |= to[i] == to[i + 1] && to[i] == to[i + 2];
  if (!repeats) [[likely]]
    return count;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (kept >= 2 && to[kept - 1] == to[i] && to[kept - 2] == to[i] && !is_digit(to[i])) {
      stretched = true;
    } else {
      to[kept++] = to[i];
    }
  }
  std::memset(to + kept, 0, kPadding);
  return kept;
}

void Features::Reader::add_word(std::size_t count, bool is_text) {
  char* bytes = out->bytes_.get() + first_byte;
  const std::uint64_t hash = hash_of(bytes, count);
  const std::size_t number = out->word_count_++;
  out->words_[number] = {static_cast<std::uint32_t>(first_byte),
                         static_cast<std::uint32_t>(count),
                         hash,
                         token,
                         negated > 0,
                         false};
  add(Group::words, hash, 2 * number);
  if (negated > 0) {
    add(Group::words, hash ^ kNegated, 2 * number + 1);
    --negated;
  }
  add(Group::pairs, (previous + std::rotl(hash, 32)) * kMix, number);
  previous = hash;
  if (is_text) {
    const std::uint64_t start = load(bytes);
    const bool emoji = is_emoji(start);
    out->has_emoji_ |= emoji;
    out->words_[number].emoji = emoji;
    out->has_words_ |= !emoji && !std::all_of(bytes, bytes + count, is_digit);
    if (count <= 8 && is_negation(keep(start, count), language)) negated = kNegationWords;
  }
  bytes[count] = '_';
  add_stretches(bytes - 1, count + 2);
  first_byte += count + 1;
}

// REQUIRES: eight bytes can be read behind the word.
void Features::Reader::add_stretches(const char* word, std::size_t count) {
  auto* to = next[static_cast<std::size_t>(Group::characters)];
  const auto place = static_cast<std::uint32_t>(word - out->bytes_.get());
  for (std::uint32_t i = 0; i + kStretchMin <= count; ++i) {
    const std::uint64_t at = load(word + i);
    const std::uint32_t origin = (place + i) * 8;
    for (std::uint32_t n = 0; n < 3; ++n) {
      const std::uint32_t size = kStretchMin + n;
      to[n] = {upper(keep(at, size) * kStretchMix[n]), origin + size};
    }
    to += std::min<std::size_t>(kStretchMax - kStretchMin + 1, count - i - kStretchMin + 1);
  }
  next[static_cast<std::size_t>(Group::characters)] = to;
}

void Features::Reader::add_style() {
  if (stretched) add(Style::stretched);
  add_capitals();
  if (begins_repost) add(Style::begins_repost);
  if (begins_handle) add(Style::begins_handle);
  if (ends_link) add(Style::ends_link);
  add(Style::length, length_class(out->word_count_));
  add(Style::handles, std::min<std::size_t>(seen[0], 3));
  add(Style::links, std::min<std::size_t>(seen[1], 2));
  add(Style::hashtags, std::min<std::size_t>(seen[2], 3));
}

void Features::Reader::add_capitals() {
  std::size_t large = 0;
  std::size_t small = 0;
  std::size_t words = 0;
  std::size_t run = 0;
  for (const char c : text.original.substr(0, kSentimentBytesMax)) {
    const bool is_large = c >= 'A' && c <= 'Z';
    run = is_large ? run + 1 : 0;
    words += run == 3;
    large += is_large;
    small += c >= 'a' && c <= 'z';
  }
  if (words > 0) add(Style::shouted);
  if (words > 2) add(Style::shouted_often);
  if (large > small) add(Style::capitals);
}

std::string Features::name(Group group, const Feature& feature) const {
  const std::uint32_t origin = feature.origin;
  const auto word = [&](std::size_t number) {
    return number < word_count_ ? std::string(bytes(words_[number])) : std::string();
  };
  switch (group) {
    case Group::words: return (origin % 2 == 0 ? "word: " : "word: NOT ") + word(origin / 2);
    case Group::pairs: {
      const std::string before = origin == 0 ? std::string() : word(origin - 1) + ' ';
      return "words: " + before + word(origin);
    }
    case Group::characters:
      return "characters: " + std::string(bytes_.get() + origin / 8, origin % 8);
    case Group::signs: {
      std::string sign = "sign: ";
      for (std::uint64_t rest = signs_[origin]; rest != 0; rest >>= 8) {
        sign += static_cast<char>(rest & 0xFF);
      }
      return sign;
    }
    case Group::style: break;
  }
  return "style: " + std::to_string(origin);
}

}  // namespace vigie::sentiment
