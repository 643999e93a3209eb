// Wildcards and words with a typo: which of them match a token. A pattern has bytes with which a
// token must begin or end (with a typo, one half of the word or the other is intact); they are
// looked up in tables, and only the patterns found there are verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::rules {

// Whether the token is what the wildcard describes: '*' any characters, '?' exactly one. Both are
// folded. Longer tokens than kWildcardTokenBytesMax are no words and match nothing.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view token);

// Whether one insertion, deletion, replacement or swap of neighbours at most makes one of the
// other (optimal string alignment distance 1 at most), counted in characters.
[[nodiscard]] bool is_one_edit_away(std::string_view a, std::string_view b);

// Filled once, then immutable: any number of threads.
class PatternIndex {
 public:
  // Returns the number of the pattern. `wakes`: find() looks for it.
  std::uint32_t add_wildcard(std::string folded, bool wakes);
  std::uint32_t add_typo(std::string folded, bool wakes);
  // Call once, after the last addition.
  void finish();

  // Whether a pattern has bytes to begin or end with, so that find() is cheap.
  [[nodiscard]] static bool has_anchor(std::string_view pattern);

  [[nodiscard]] bool wakes_any() const { return !entries_.empty() || !always_.empty(); }
  // As it was added, with ~1 behind a word with a typo.
  [[nodiscard]] std::string text(std::uint32_t pattern) const {
    return patterns_[pattern].text + (patterns_[pattern].typo ? "~1" : "");
  }
  [[nodiscard]] bool matches(std::uint32_t pattern, std::string_view token) const;
  // Appends the patterns that match the token, each once.
  void find(std::string_view token, std::vector<std::uint32_t>* found) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Pattern {
    std::string text;
    bool typo = false;
  };
  // A token with these bytes at its beginning, or end, may match the pattern.
  struct Entry {
    std::uint32_t key = 0;
    std::uint8_t bytes = 0;
    bool at_end = false;
    std::uint32_t pattern = 0;
    [[nodiscard]] std::uint64_t order() const;
  };

  void anchor(std::string_view bytes, bool at_end, std::uint32_t pattern);
  void anchor_typo(std::string_view word, std::uint32_t pattern);
  void look_up(std::string_view token, std::size_t bytes, bool at_end,
               std::vector<std::uint32_t>* found, std::size_t first) const;
  void verify(std::uint32_t pattern, std::string_view token, std::vector<std::uint32_t>* found,
              std::size_t first) const;

  std::vector<Pattern> patterns_;
  std::vector<Entry> entries_;         // sorted by order()
  std::vector<std::uint32_t> always_;  // without an anchor: tried on every token
  std::vector<std::uint64_t> begins_;  // a bit for each pair of bytes that an entry begins with
  std::vector<std::uint64_t> ends_;    // the same, ends with
};

}  // namespace vigie::rules
