// Regular expressions that repeat nothing but single characters: texts, classes, alternatives, and
// parts that may be left out. Most that mappings take ids out of addresses with are such. RE2 takes
// some 300 ns for one, and may allocate; this takes 30, and never does.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::mapping {

// Immutable. Finds what RE2 finds in valid UTF-8: the leftmost match, of several that of the
// alternatives written first.
class SimpleRegex {
 public:
  // Nothing where the pattern is not as simple. REQUIRES: RE2 takes it, and it has one group.
  static std::optional<SimpleRegex> read(std::string_view pattern);

  enum class Answer { no, yes, unknown };  // unknown: it takes too long; ask RE2
  // *group: what the group holds; without bytes (null data()) where it took no part.
  [[nodiscard]] Answer find(std::string_view text, std::string_view* group) const;

 private:
  friend class SimpleRegexReader;
  friend class SimpleRegexMatch;

  using Bytes = std::bitset<256>;
  static constexpr std::size_t kUnlimited = ~std::size_t{0};
  // Places that a match may have to go back to.
  static constexpr std::size_t kChoicesMax = 16;

  // Steps only lead forward, so each is taken once on the way to a match.
  struct Step {
    enum class Kind : std::uint8_t {
      text,   // these bytes
      take,   // characters out of a class, at least `min`, at most `max`
      fork,   // the next step, or else the one `other` steps further
      jump,   // the one `other` steps further
      open,   // here the group begins
      close,  // here it ends
      end,    // here the text ends
    };
    Kind kind = Kind::text;
    bool lazy = false;              // as few as can be; of a fork, the other step first
    bool alone = false;             // of what was taken nothing need be given back
    bool is_last_possible = false;  // nothing more need follow
    std::string text{};
    // ASCII, and all characters beyond it or none: a character belongs where its first byte does.
    Bytes bytes{};
    Bytes next{};  // what else follows may begin with
    std::size_t min = 1;
    std::size_t max = 1;
    std::size_t other = 0;

    [[nodiscard]] bool is_choice() const {
      return kind == Kind::fork || (kind == Kind::take && !alone && min != max);
    }
  };

  // Fills in what is said of steps by those behind them; whether there are few enough choices.
  bool prepare();
  // Where a match may begin, from `at` on, or npos.
  [[nodiscard]] std::size_t next_start(std::string_view text, std::size_t at) const;
  // No match begins at `at`: from where on to look for another.
  [[nodiscard]] std::size_t behind_start(std::string_view text, std::size_t at) const;

  std::vector<Step> steps_;
  bool at_begin_ = false;
  bool may_be_empty_ = false;
  Bytes first_;           // what a match may begin with, unless it may be empty
  std::size_t head_ = 0;  // the first step that takes something
};

}  // namespace vigie::mapping
