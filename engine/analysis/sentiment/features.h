// What of a text its sentiment follows from: hashed features in five groups. The scorer looks them
// up, the trainer counts them, the explanation names them; all three by this code, so that they
// agree. A hash depends on nothing but the bytes: it is part of the format of the models.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/analysis/sentiment/sentiment.h"
#include "engine/base/limits.h"

namespace vigie::sentiment {

enum class Group : std::uint8_t {
  words,       // each word, and once more as "NOT word" where a negation reaches it
  pairs,       // each two words that follow each other; the ends of the text count as one
  characters,  // stretches of 3 to 5 bytes of "_word_"
  signs,       // what stands between words: "!!", "?", ":-)"
  style,       // of the text as a whole; see Style
};
inline constexpr std::size_t kGroups = 5;

enum class Style : std::uint8_t {
  stretched,  // a word with a letter three times: "looong"
  shouted,    // a word of three capitals or more
  shouted_often,
  capitals,       // more of them than small letters
  begins_repost,  // "RT"
  begins_handle,
  ends_link,
  length,                // length + 0 to 5: up to 4, 8, 13, 19, 27, more words
  handles = length + 6,  // handles + 0 to 3
  links = handles + 4,   // links + 0 to 2
  hashtags = links + 3,  // hashtags + 0 to 3
  end = hashtags + 4
};

struct Feature {
  std::uint32_t hash = 0;    // its upper bits number the bucket of a table
  std::uint32_t origin = 0;  // see Features::name()
};

// A word as features see it, in Features::bytes().
struct Word {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint64_t hash = 0;
  std::uint32_t token = 0;  // of Text::tokens
  bool negated = false;
  bool emoji = false;
};

// The features of one text. One thread; its memory, 1 MB of addresses, of which short texts touch
// little, is used again.
class Features {
 public:
  Features();

  // Replaces the features by those of the text. The words of a negation are those of the language;
  // none has none.
  void read(const Text& text, Language language);

  [[nodiscard]] std::span<const Feature> of(Group group) const {
    const std::size_t at = static_cast<std::size_t>(group);
    return {features_.get() + kFirst[at], counts_[at]};
  }
  // 1 / sqrt(features) of the group: what its sum is multiplied by.
  [[nodiscard]] float norm(Group group) const;

  // Whether there is a word: something with a letter that is neither a handle nor a link.
  [[nodiscard]] bool has_words() const { return has_words_; }
  // Whether there is an emoji or an emoticon.
  [[nodiscard]] bool has_emoji() const { return has_emoji_; }
  [[nodiscard]] std::span<const Word> words() const { return {words_.get(), word_count_}; }
  [[nodiscard]] std::string_view bytes(const Word& word) const {
    return {bytes_.get() + word.first, word.count};
  }
  // "word: panne", "word: NOT bien", "words: pas bien", "characters: _pan", "emoji: 😡", "sign:
  // !!", "style: capitals".
  [[nodiscard]] std::string name(Group group, const Feature& feature) const;

  // The hash of a word, and of the same word where it is negated: for lexicons.
  [[nodiscard]] static std::uint64_t word_hash(std::string_view word);
  [[nodiscard]] static std::uint32_t word_feature(std::uint64_t hash, bool negated);

 private:
  struct Reader;
  static constexpr std::size_t kPadding = 16;  // bytes that can be read behind a word
  // The last word may begin right before the bound; and three features are written at once.
  static constexpr std::size_t kStretches = 3 * (kSentimentBytesMax + kSentimentWordBytesMax) + 3;
  static constexpr std::array<std::size_t, kGroups> kRoom{2 * kSentimentTokensMax,
                                                          kSentimentTokensMax + 1, kStretches,
                                                          2 * kSentimentTokensMax + 2, 16};
  static constexpr std::array<std::size_t, kGroups + 1> kFirst = [] {
    std::array<std::size_t, kGroups + 1> first{};
    for (std::size_t i = 0; i < kGroups; ++i) first[i + 1] = first[i] + kRoom[i];
    return first;
  }();

  std::unique_ptr<char[]> bytes_;  // "_word_word_"
  std::unique_ptr<Word[]> words_;
  std::unique_ptr<std::uint64_t[]> signs_;  // up to eight bytes of each, zeros behind them
  std::unique_ptr<Feature[]> features_;
  std::array<std::size_t, kGroups> counts_{};
  std::size_t word_count_ = 0;
  std::size_t byte_count_ = 0;
  bool has_words_ = false;
  bool has_emoji_ = false;
};

}  // namespace vigie::sentiment
