#include "rules/post_words.h"

#include <algorithm>
#include <span>

#include "engine/base/limits.h"
#include "rules/buffer.h"
#include "rules/common_words.h"
#include "rules/query_fields.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kLettersMin = 3;
constexpr std::size_t kWideLettersMin = 2;  // of scripts whose letters are syllables or ideas

bool is_digits(std::string_view word) {
  return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_short(std::string_view word) {
  std::size_t letters = 0;
  bool wide = true;  // three bytes and more each
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    ++letters;
    wide = wide && byte >= 0xE1;
  }
  return letters < (wide ? kWideLettersMin : kLettersMin);
}

bool may_be_term(std::string_view word) {
  return word.size() <= kLabelBytesMax && !is_short(word) && !is_digits(word) &&
         !is_very_common(word);
}

// Folded bytes [begin, end) of the addresses of a text, one after the other.
class Addresses {
 public:
  explicit Addresses(std::string_view text) : text_(text) { find(0); }

  // Whether the address at hand, or one behind it, holds this byte. Bytes are asked for in order.
  bool holds(std::size_t at) {
    while (at >= end_) find(end_);
    return at >= begin_;
  }

 private:
  void find(std::size_t from) {
    // Each is looked for again only when it was passed: a text may hold very many of one alone.
    if (scheme_ != std::string_view::npos && scheme_ <= from) scheme_ = text_.find("://", from);
    if (www_ != std::string_view::npos && www_ <= from) www_ = text_.find("www.", from);
    begin_ = std::min(scheme_, www_);
    if (begin_ == std::string_view::npos) {
      end_ = begin_;
      return;
    }
    end_ = std::min(text_.find(' ', begin_), text_.size());
    while (begin_ > from && is_word_byte(text_[begin_ - 1])) --begin_;  // the scheme
    if (end_ == text_.size()) end_ = std::string_view::npos;
  }

  std::string_view text_;
  std::size_t scheme_ = 0;  // the next "://" and "www."; npos when there is none
  std::size_t www_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

class WordReader {
 public:
  WordReader(const PostText& text, HashSeed seed, PostWords* out)
      : text_(text), seed_(seed), out_(out) {}

  void read() {
    bool own = false;
    for (std::uint32_t part = 0; part < text_.size(); ++part) {
      const TextPart& in = text_[part];
      if (in.parent != kNoPart || in.field == Field::author || in.field == Field::mentions)
        continue;
      own = own || in.field == Field::text || in.field == Field::title;
      read_part(part, in.field != Field::hashtags && (in.field != Field::shared_text || !own));
    }
  }

 private:
  void read_part(std::uint32_t part, bool words) {
    const TextPart& in = text_[part];
    Addresses addresses(in.folded.view());
    const std::span<const Token> tokens = in.all();
    for (std::uint32_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      const char sign = in.folded.data()[static_cast<std::ptrdiff_t>(token.begin) - 1];
      if (sign == '#' && text_.has_sigil(part, i, Sigil::hashtag)) {
        add(in, token, kListItemsMax, &out_->hashtag_tokens, &out_->hashtags);
        if (words) add_hash(in, token);
        continue;
      }
      if (!words || addresses.holds(token.begin)) continue;
      if (sign == '@' && text_.has_sigil(part, i, Sigil::handle)) continue;
      add_hash(in, token);
      if (!may_be_term(in.word(i))) continue;
      add(in, token, kLabelsPerPostMax, &out_->word_tokens, &out_->words);
    }
  }

  void add_hash(const TextPart& in, const Token& token) {
    if (out_->hashes.size() == kSignatureWordsMax) return;
    out_->hashes.push_back(
        token_hash(in.folded.data() + token.begin, token.end - token.begin, seed_));
  }

  // Each once.
  void add(const TextPart& in, const Token& token, std::size_t most,
           std::vector<std::uint64_t>* seen, std::vector<std::string_view>* out) {
    if (std::ranges::find(*seen, token.hash) != seen->end()) return;
    if (seen->size() == most) {
      ++out_->dropped;
      return;
    }
    seen->push_back(token.hash);
    out->push_back(in.folded.view().substr(token.begin, token.end - token.begin));
  }

  const PostText& text_;
  HashSeed seed_;
  PostWords* out_;
};

}  // namespace

void read_words(const PostText& text, HashSeed seed, PostWords* out) {
  out->clear();
  trim(&out->hashes);
  WordReader(text, seed, out).read();
}

bool is_marked_as_ad(const PostText& text) {
  for (std::uint32_t part = 0; part < text.size(); ++part) {
    const TextPart& in = text[part];
    if (in.parent != kNoPart || in.field == Field::author) continue;
    for (std::uint32_t i = 0; i < in.all().size(); ++i) {
      const std::uint32_t begin = in.all()[i].begin;
      if (in.folded.data()[static_cast<std::ptrdiff_t>(begin) - 1] != '#') continue;
      if (std::ranges::find(ad_markers(), in.word(i)) == ad_markers().end()) continue;
      if (text.has_sigil(part, i, Sigil::hashtag)) return true;
    }
  }
  return false;
}

}  // namespace vigie::rules
