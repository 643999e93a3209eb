// Cuts a query into the words, quotes and signs of the language.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vigie::rules {

struct Lexeme {
  enum class Kind : std::uint8_t {
    word,    // everything that is none of these, its sign ('#', '@', '$') included
    quoted,  // "text"
    braces,  // {text}
    regex,   // /text/, with the flag i in `number`
    range,   // [text]
    open,
    close,
    op_and,
    op_or,
    op_not,  // NOT, or a '-' right before something
    near,    // NEAR/number
    field,   // text, behind which a ':' stood
    call,    // @rule(text)
    end,
    broken,  // `text` says what is wrong
  };
  Kind kind = Kind::end;
  std::string text;
  std::uint32_t first = 0;  // bytes of the query
  std::uint32_t count = 0;
  std::optional<std::uint32_t> tilde;  // behind a quoted text or a word: ~number
  std::uint32_t number = 0;
  bool in_order = false;  // near

  [[nodiscard]] std::uint32_t end() const { return first + count; }
};

// Reads from left to right; comments and '+' are stepped over.
class QueryLexer {
 public:
  // The text outlives the lexer.
  explicit QueryLexer(std::string_view text) : text_(text) {}

  // The next one; `end` at the end and ever after.
  [[nodiscard]] Lexeme next();

 private:
  [[nodiscard]] Lexeme broken(std::size_t first, std::size_t count, std::string message) const;
  [[nodiscard]] bool leads_something() const;
  std::optional<Lexeme> skip_to_token();
  [[nodiscard]] Lexeme delimited(Lexeme::Kind kind, std::size_t opening, std::string_view closing);
  [[nodiscard]] Lexeme regex();
  [[nodiscard]] Lexeme call();
  [[nodiscard]] Lexeme word();
  [[nodiscard]] Lexeme near_or_broken(Lexeme lexeme, std::string_view text) const;
  void read_tilde(Lexeme* lexeme);
  [[nodiscard]] std::size_t word_end() const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace vigie::rules
