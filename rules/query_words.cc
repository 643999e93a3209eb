#include "rules/query_words.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kWildcardLiteralsMin = 2;
constexpr std::size_t kTypoCharactersMin = 5;

std::string_view first_character(std::string_view text) {
  return text.substr(0, character_bytes(text));
}

// What a gender sign behind a joiner adds to an emoji: taken away, the emoji is what people mean.
std::string without_genders(std::string_view text) {
  std::string out(text);
  for (const std::string_view sign : {"\u200D\u2640", "\u200D\u2642"}) {
    for (std::size_t at = out.find(sign); at != std::string::npos; at = out.find(sign, at)) {
      out.erase(at, sign.size());
    }
  }
  return out;
}

// Cuts a text into pieces of one kind each.
class Cutter {
 public:
  Cutter(std::string_view text, const TermForm& form) : rest_(text), form_(form) {}

  Result<std::vector<Term>> run() {
    while (!rest_.empty()) take_character();
    end_word();
    end_run();
    if (!fault_.empty()) return fail(ErrorKind::config, fault_);
    if (terms_.empty())
      return fail(ErrorKind::config,
                  "it holds no letter or digit to look for; raw:\"...\" takes signs");
    return std::move(terms_);
  }

 private:
  void take_character() {
    const std::string_view character = first_character(rest_);
    const char c = character[0];
    if (form_.quoted && (c == '{' || c == '}')) {
      end_word();
      end_run();
      braces_ = c == '{';
    } else if (c == '*' && word_.empty() && behind_solo_ && !leads_word(rest_.substr(1))) {
      // What is before it is found inside of longer texts anyway.
    } else if (c == '*' || (c == '?' && is_wildcard_here())) {
      word_ += c;
      wild_ = true;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
      take_folded(character, {&lower, 1});
    } else {
      fold_scalar(character, &folded_);
      take_folded(character, folded_.view());
    }
    rest_.remove_prefix(character.size());
  }

  // A word ends where folding leaves nothing of a word; a character that is a word of its own ends
  // it on both sides; marks and invisible characters fold to nothing and belong to it.
  void take_folded(std::string_view character, std::string_view folded) {
    const bool separates = !folded.empty() && std::ranges::none_of(folded, is_word_byte);
    const bool solo = folded.size() > 1 && folded.back() == ' ' && !separates;
    if (solo && word_.find_first_not_of('*') == std::string::npos) drop_word();
    if (separates || solo) end_word();
    if (separates || solo || !folded.empty()) behind_solo_ = solo;
    if (separates) return;
    word_ += character;
    literals_ +=
        count_characters(folded) - static_cast<std::size_t>(std::ranges::count(folded, ' '));
    if (solo) end_word();
  }

  [[nodiscard]] bool is_wildcard_here() const {
    return !form_.quoted || leads_word(rest_.substr(1));
  }

  static bool leads_word(std::string_view text) {
    FoldedText next;
    if (!text.empty()) fold_scalar(first_character(text), &next);
    return next.size() != 0 && is_word_byte(next.view()[0]);
  }

  void end_word() {
    if (word_.empty()) return;
    if (!wild_) {
      if (!run_.empty()) run_ += ' ';
      run_ += word_;
    } else if (literals_ < kWildcardLiteralsMin) {
      fault_ = cat("'", word_, "' has too few letters; a wildcard needs at least two beside it");
    } else {
      end_run();
      add(Term::Kind::pattern, word_);
    }
    drop_word();
  }

  void drop_word() {
    word_.clear();
    wild_ = false;
    literals_ = 0;
  }

  void end_run() {
    if (!run_.empty() && literals_in(run_)) add(Term::Kind::words, run_);
    run_.clear();
  }

  static bool literals_in(const std::string& text) { return !folded_words(text).empty(); }

  void add(Term::Kind kind, const std::string& text) {
    Term term = form_.like;
    term.kind = kind;
    term.match_case = term.match_case || braces_;
    term.text = text;
    if (!terms_.empty()) term.sigil = Sigil::none;  // it stands before the first word only
    terms_.push_back(std::move(term));
  }

  std::string_view rest_;
  const TermForm& form_;
  std::vector<Term> terms_;
  std::string run_;   // words without wildcards
  std::string word_;  // the word at hand, as written
  std::size_t literals_ = 0;
  bool wild_ = false;
  bool behind_solo_ = false;  // a character that is a word of its own stands right before
  bool braces_ = false;
  std::string fault_;
  FoldedText folded_;
};

bool is_letters(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// As twitter-text has it: ORA, BRK.A, BRK_B.
bool is_cashtag(std::string_view text) {
  const std::size_t mark = std::min(text.find_first_of("._"), text.size());
  return is_letters(text.substr(0, mark), kCashtagLettersMax) &&
         (mark == text.size() || is_letters(text.substr(mark + 1), kCashtagSuffixMax));
}

// A handle is looked at as a whole, its dots and hyphens included.
Result<std::vector<Term>> author_pattern(std::string_view text, const TermForm& form) {
  const auto wild = [](char c) { return c == '*' || c == '?'; };
  if (count_characters(text) - static_cast<std::size_t>(std::ranges::count_if(text, wild)) <
      kWildcardLiteralsMin) {
    return fail(ErrorKind::config,
                cat("'", text, "' has too few letters; a wildcard needs at least two beside it"));
  }
  Term term = form.like;
  term.kind = Term::Kind::pattern;
  term.text = text;
  return std::vector<Term>{term};
}

}  // namespace

Result<std::vector<Term>> cut_term(std::string_view text, const TermForm& form) {
  if (text.size() > kTermBytesMax) {
    return fail(ErrorKind::config, cat("a term may have ", kTermBytesMax, " bytes at most"));
  }
  if (form.like.sigil == Sigil::cashtag && !is_cashtag(text)) {
    return fail(ErrorKind::config, cat("'$", text, "' is no cashtag, which has 1 to ",
                                       kCashtagLettersMax, " letters, and maybe . or _ and 1 to ",
                                       kCashtagSuffixMax, " more; put an amount in quotes"));
  }
  if (form.like.kind == Term::Kind::raw) {
    Term term = form.like;
    term.text = text;
    if (text.empty()) return fail(ErrorKind::config, "it is empty");
    return std::vector<Term>{term};
  }
  if (form.like.scope == Scope::author && text.find_first_of("*?") != std::string_view::npos) {
    return author_pattern(text, form);
  }
  const std::string plain = without_genders(text);
  return Cutter(plain, form).run();
}

std::string folded_words(std::string_view text) {
  FoldedText folded;
  Tokens tokens;
  fold_scalar(text, &folded);
  tokenise_scalar(folded, {}, &tokens);
  std::string out;
  for (const Token& token : tokens.all()) {
    if (!out.empty()) out += ' ';
    out += folded.view().substr(token.begin, token.end - token.begin);
  }
  return out;
}

Result<Term> typo_of(std::string_view text, const TermForm& form) {
  const std::string word = folded_words(text);
  if (word.find(' ') != std::string::npos || text.find_first_of("*?") != std::string_view::npos) {
    return fail(ErrorKind::config, "~1 stands behind a single word without wildcards");
  }
  if (count_characters(word) < kTypoCharactersMin) {
    return fail(ErrorKind::config, cat("'", text, "' is too short for ~1, which needs ",
                                       kTypoCharactersMin, " characters; list the spellings"));
  }
  if (form.like.match_case || form.like.match_accents) {
    return fail(ErrorKind::config, "~1 does not go with case or accents that count");
  }
  Term term = form.like;
  term.kind = Term::Kind::typo;
  term.text = text;
  return term;
}

}  // namespace vigie::rules
