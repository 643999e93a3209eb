// What queries are compiled to: flat arrays that are evaluated against the places at which terms
// were found in a post.
#pragma once

#include <cstdint>
#include <limits>

#include "rules/query.h"
#include "rules/rules.h"

namespace vigie::rules {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// One node of a query. The children of an operation stand next to each other.
struct Op {
  Node::Kind kind = Node::Kind::term;
  bool in_order = false;       // near
  std::uint16_t distance = 0;  // near, window
  std::uint32_t first = 0;     // of the children; of a term or an attribute: its number
  std::uint32_t count = 0;     // of the children; of a term: 1 where `low` and `high` say something
  // count: bounds. Of a term, lower halves of hashes: without a token that has one of them it is
  // not in a post.
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

// Where an operation is written: bytes of the query's text. Without any: nowhere, as it stands for
// the lists of a brand.
struct OpSource {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// A set of fields.
using FieldMask = std::uint8_t;
constexpr FieldMask mask_of(Field field) {
  return static_cast<FieldMask>(1U << static_cast<unsigned>(field));
}
inline constexpr FieldMask kTextFields =
    mask_of(Field::text) | mask_of(Field::title) | mask_of(Field::shared_text);
inline constexpr FieldMask kAnyField =
    kTextFields | mask_of(Field::hashtags) | mask_of(Field::mentions);

// A term as it is looked for.
struct CompiledTerm {
  enum class Kind : std::uint8_t {
    words,
    pattern,         // id: number in the pattern index; typos too
    author_pattern,  // id: the same, on the handle as a whole
    regex,           // id: number in the regex set
    raw,             // maybe without any word
  };
  Kind kind = Kind::words;
  Sigil sigil = Sigil::none;
  FieldMask fields = kAnyField;
  bool no_hashtag = false;
  bool whole = false;        // of an author: all of the field
  bool in_hashtags = false;  // a phrase that is looked for inside of hashtags, too
  bool as_written = false;   // of a regex: tried on the original text
  std::uint32_t id = kNone;
  std::uint32_t surface = kNone;  // number of its surface, where writing counts
  std::uint32_t text = 0;         // its words in the pool, joined by spaces
  std::uint32_t bytes = 0;
  std::uint64_t hash = 0;    // of its first word
  std::uint64_t joined = 0;  // of its words without spaces, where it is looked for in hashtags
};

// What the written form of a term must be.
struct Surface {
  bool match_case = false;
  bool match_accents = false;
  std::uint32_t raw_before = 0;    // bytes before the first word of a raw term
  std::string raw;                 // of a raw term: all of it
  std::vector<std::string> forms;  // of each word; of a pattern: the pattern
};

// A plain term of a rule without a program: words, maybe behind a sign.
struct PlainTerm {
  std::uint32_t text = 0;   // offset of the tokens in the pool, joined by spaces
  std::uint16_t bytes = 0;  // of them
  Sigil sigil = Sigil::none;
};

// One version of a query, or a campaign. The rules of a brand stand next to each other.
struct Rule {
  enum class Role : std::uint8_t { query, shadow, campaign, guideline };
  std::uint32_t brand = 0;  // place
  Role role = Role::query;
  bool plain = false;       // any of its plain terms; else a program
  std::uint8_t item = 0;    // place of the campaign
  std::uint32_t first = 0;  // of the plain terms, or of the probe
  std::uint32_t count = 0;  // of the plain terms, or the root of the program
};

// A probe is what must be there for a program to match, in as few cache lines as possible: a list
// of numbers that begins with the place of the rule's notes and the number of groups. Each group is
// a number of hashes and then these, lower halves, rare groups first: a token of the post must have
// one of them. Nearly every rule that is woken ends here.
inline constexpr std::size_t kProbeHashesMax = 32;  // of one group; larger ones are left out

}  // namespace vigie::rules
