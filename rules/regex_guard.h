// The regex terms of all brands, and the guard before them. RE2 says which literals ("atoms") a
// pattern cannot match without; one cheap pass over a text finds the atoms it holds, and only
// patterns whose atoms are there are tried. A pattern without such a literal is tried on every
// text: it is expensive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rules/atom_index.h"
#include "rules/fold.h"

namespace vigie::rules {

// The pattern as it is tried on folded text: characters that are not ASCII are folded, except
// escaped ones. Outside of a character class what becomes several characters is one group, and an
// ideograph, kana or emoji allows for the spaces that folding puts around it.
[[nodiscard]] std::string fold_pattern(std::string_view pattern);

// Filled once, then immutable: any number of threads, each with its own Scratch.
class RegexSet {
 public:
  // Where a regex may match, for all that is known of the text: no match begins before `first`, and
  // none behind `last`.
  struct Within {
    std::uint32_t first = 0;
    std::uint32_t last = UINT32_MAX;
  };
  // What a thread remembers while it scans a text.
  struct Scratch {
    struct Seen {
      std::uint32_t round = 0;  // what follows is of
      std::uint32_t count = 0;  // required atoms found
      Within within;
    };
    std::uint32_t round = 0;
    std::vector<AtomIndex::Found> atoms_found;
    std::vector<std::uint32_t> atom_seen;  // the round it was last found in
    std::vector<Seen> regex_seen;
    std::vector<std::uint32_t> candidates;  // regexes to try

    // Of a candidate. REQUIRES: it is tried on folded text.
    [[nodiscard]] Within within(std::uint32_t regex) const {
      return regex_seen[regex].round == round ? regex_seen[regex].within : Within{};
    }
  };

  RegexSet();
  ~RegexSet();
  RegexSet(RegexSet&&) noexcept;
  RegexSet& operator=(RegexSet&&) noexcept;

  // What a pattern is tried on.
  enum class On : std::uint8_t {
    folded,   // folded text, with the pattern folded too; case does not count
    written,  // the text as it is written; case counts
  };
  struct Added {
    std::uint32_t regex = 0;     // its number
    bool expensive = false;      // no literal is required
    bool matches_empty = false;  // it matches the empty text, which counts for nothing
  };
  // Errors: config, without a place.
  Result<Added> add(std::string_view pattern, On on);
  // find_candidates() shall look for this one.
  void look_for(std::uint32_t regex);
  // Builds the guard. Call once, after the last add() and look_for().
  void finish();

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t size() const;
  // The pattern as it is tried.
  [[nodiscard]] std::string_view pattern(std::uint32_t regex) const;
  [[nodiscard]] std::size_t memory_bytes() const;

  // Replaces scratch->candidates with the regexes that may match, among those looked for: a
  // superset of those that do.
  void find_candidates(std::string_view folded, Scratch* scratch) const;

  // When find_matches() stops.
  struct Most {
    std::size_t matches = 0;
    std::size_t bytes = 0;  // that the searches behind the first match may have before them
  };
  // Replaces *matches with the leftmost matches of one regex that do not overlap and are not
  // empty, without spaces at their ends. Returns the bytes that it has counted. `within`: as it was
  // found in the same text; of a regex that is tried on text as it is written it does not count.
  std::size_t find_matches(std::uint32_t regex, std::string_view text, Most most, Within within,
                           std::vector<Stretch>* matches) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigie::rules
