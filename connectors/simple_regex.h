// Regular expressions that need no going back: characters and classes one after the other, where
// what may be repeated or left out never begins like what follows it. Most that mappings take ids
// out of addresses with are such; RE2 takes some 300 ns for one, this 30.
#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace vigie::mapping {

// Immutable. Finds what RE2 finds in valid UTF-8: the leftmost match, repetitions as long as can
// be.
class SimpleRegex {
 public:
  // Nothing where the pattern is not as simple. REQUIRES: RE2 takes it, and it has one group.
  static std::optional<SimpleRegex> read(std::string_view pattern);

  enum class Answer { no, yes, unknown };  // unknown: it takes too long; ask RE2
  // *group: what the group holds.
  [[nodiscard]] Answer find(std::string_view text, std::string_view* group) const;

 private:
  friend class SimpleRegexReader;

  using Bytes = std::bitset<256>;
  // One character out of a class, which may be optional and repeated. A class holds all characters
  // beyond ASCII or none.
  struct Piece {
    Bytes bytes;
    bool optional = false;
    bool repeated = false;
  };

  // What the rest of the pattern from this piece on may begin with.
  [[nodiscard]] Bytes begins(std::size_t piece) const;
  [[nodiscard]] bool is_deterministic() const;
  // Where a match that begins here ends, or npos.
  std::size_t match(std::string_view text, std::size_t at, std::string_view* group) const;

  std::vector<Piece> pieces_;
  std::size_t group_first_ = 0;  // pieces
  std::size_t group_end_ = 0;
  Bytes first_;  // bytes that a match may begin with
  bool at_begin_ = false;
  bool at_end_ = false;
};

}  // namespace vigie::mapping
