// The texts of one post as matching sees them: each field folded and cut into tokens, and the way
// back to what was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mention.h"
#include "rules/fold.h"
#include "rules/query.h"
#include "rules/rules.h"
#include "rules/tokens.h"

namespace vigie::rules {

inline constexpr std::uint32_t kNoPart = 0xFFFFFFFF;

// A field, an item of a list, or the words inside of a hashtag.
struct TextPart {
  Field field = Field::text;
  char lead = ' ';            // the sign that an item of a list is taken to have
  std::string_view original;  // of the words of a hashtag: `spaced`
  // Of the words of a hashtag: the part and the token in which they stand.
  std::uint32_t parent = kNoPart;
  std::uint32_t parent_token = 0;
  std::string spaced;
  FoldedText folded;
  Tokens tokens;

  [[nodiscard]] std::span<const Token> all() const { return tokens.all(); }
  [[nodiscard]] std::string_view word(std::uint32_t token) const {
    const Token& at = all()[token];
    return folded.view().substr(at.begin, at.end - at.begin);
  }
  // Folded text with the sign before it that an item is taken to have.
  [[nodiscard]] std::string_view with_lead() const {
    const std::size_t implied = lead == ' ' ? 0 : 1;
    return {folded.data() - implied, folded.size() + implied};
  }
};

// One thread; memory is used again.
class PostText {
 public:
  // What is to be made of a post, beside its fields.
  struct Wanted {
    bool tokens = false;    // else there are none
    bool authors = false;   // the author's handle and id
    bool hashtags = false;  // hashtags(), and the words of CamelCase ones as parts of their own
  };

  // Replaces the parts by those of the mention. Views into it last as long as the mention.
  void read(const Mention& mention, HashSeed seed, Wanted wanted);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(count_); }
  [[nodiscard]] const TextPart& operator[](std::uint32_t part) const { return *parts_[part]; }

  // The part that is this field: title, text or shared text; kNoPart where it has none.
  [[nodiscard]] std::uint32_t find(Field field) const;

  // The hashtags of all fields, where they were wanted.
  struct Hashtag {
    std::uint32_t part = 0;
    std::uint32_t token = 0;
  };
  [[nodiscard]] std::span<const Hashtag> hashtags() const { return hashtags_; }

  // Whether this sign stands right before the token and makes it a hashtag, handle or cashtag, as
  // the rules of twitter-text have it: not inside of a word or an address. For a cashtag, see also
  // cashtag_end().
  [[nodiscard]] bool has_sigil(std::uint32_t part, std::uint32_t token, Sigil sigil) const;

  // The last token of the cashtag that begins with this one: $BRK.A is one cashtag and two tokens.
  // REQUIRES: has_sigil(part, token, Sigil::cashtag).
  [[nodiscard]] std::uint32_t cashtag_end(std::uint32_t part, std::uint32_t token) const;

  // The stretch of the original text from token `first` to `last`, the sign before it included
  // where `with_sigil` is set.
  [[nodiscard]] Span span(std::uint32_t part, std::uint32_t first, std::uint32_t last,
                          bool with_sigil) const;
  // The same for folded bytes.
  [[nodiscard]] Span span_of_bytes(std::uint32_t part, std::uint32_t begin,
                                   std::uint32_t end) const;

 private:
  void add(Field field, std::string_view original, char lead, HashSeed seed, bool with_tokens);
  void add_hashtags(std::uint32_t part, HashSeed seed);
  void add_words_of(std::uint32_t part, std::uint32_t token, HashSeed seed);
  TextPart& next();

  std::vector<std::unique_ptr<TextPart>> parts_;  // addresses are stable
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  // of the fields
  std::vector<Hashtag> hashtags_;
};

// Writes the text with a space where a new word begins in CamelCase, behind an underscore or
// between letters and digits. False when there is no such place.
bool space_words(std::string_view hashtag, std::string* spaced);

}  // namespace vigie::rules
