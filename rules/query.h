// The query language as a tree: what the parser makes of a text and what compilation, the linter
// and the oracle of the tests read. LANGUAGE.md says what each form means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mention.h"
#include "rules/rules.h"

namespace vigie::rules {

using NodeIndex = std::uint32_t;

// What must stand right before a word.
enum class Sigil : std::uint8_t { none, hashtag, handle, cashtag };
// Letters of a cashtag, before and behind the '.' or '_' that may be in it, as twitter-text has it.
inline constexpr std::size_t kCashtagLettersMax = 6;
inline constexpr std::size_t kCashtagSuffixMax = 2;

// Where a term is looked for.
enum class Scope : std::uint8_t {
  anywhere,  // text, title, shared_text, the lists of hashtags and mentions
  title,     // the title alone
  author,    // the author's handle and id, as a whole
};

// Something that is looked for in the words of a post.
struct Term {
  enum class Kind : std::uint8_t {
    words,    // these words, adjacent: a word, a name, a phrase
    pattern,  // one word with '*' and '?' in it
    typo,     // one word, at most one edit away
    regex,    // `text` is an RE2 pattern
    raw,      // `text`, byte for byte
  };
  Kind kind = Kind::words;
  Sigil sigil = Sigil::none;
  Scope scope = Scope::anywhere;
  bool match_case = false;     // {Orange}
  bool match_accents = false;  // accent:"pâte"
  bool no_hashtag = false;     // nohash: neither behind '#' nor inside of a hashtag
  bool fold_text = true;       // of a regex: tried on the folded text, else on the text itself
  std::string text;            // as written, without the signs around it
};

// Something about a post beside its words.
struct Attribute {
  enum class Kind : std::uint8_t {
    platform,  // text: folded name
    language,  // text: two-letter code, or three where there is none
    country,   // text: two-letter code, lower case
    kind,      // post_kind
    original,  // neither a repost nor a quote
    verified,  // flag
    site,      // text: host and maybe path of the post's own address; subdomains count
    url,       // text: part of the post's own address, lower case
    links,     // text: part of one of its links, lower case
    channel,   // text: folded name, or id
    to,        // text: folded handle, or id: whom it answers
    thread,    // text: id of the post itself, its root or its parent
    has_media,
    has_links,
    has_hashtags,
    has_mentions,
    has_geo,
    number,  // number within [low, high]
    sample,  // low percent of the posts, by their id
  };
  enum class Number : std::uint8_t {
    followers,
    views,
    shares,
    likes,
    comments,
    rating,
  };
  Kind kind = Kind::platform;
  std::string text;
  bool flag = true;
  vigie::Kind post_kind = vigie::Kind::post;
  Number number = Number::followers;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct Node {
  enum class Kind : std::uint8_t {
    all,        // every child
    any,        // at least one child
    none,       // not its only child
    near,       // two children, at most `distance` words between them
    window,     // all children, in any order, at most `distance` other words among them
    sequence,   // all children, adjacent and in order
    count,      // its only child at least `low` and at most `high` times
    term,       // terms[index]
    attribute,  // attributes[index]
  };
  Kind kind = Kind::term;
  bool in_order = false;       // near
  std::uint32_t distance = 0;  // near, window
  std::uint32_t low = 0;       // count
  std::uint32_t high = 0;
  std::uint32_t index = 0;
  std::vector<NodeIndex> children{};
  // Where it is written, in the text of the query itself: what was called by name has the place of
  // the call.
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  bool made = false;  // not written by anyone: what a macro stands for
};

// One query. Nodes are in no particular order; children have smaller indices than their parents.
struct Query {
  std::string source;
  std::vector<Node> nodes;
  std::vector<Term> terms;
  std::vector<Attribute> attributes;
  NodeIndex root = 0;

  [[nodiscard]] const Node& at(NodeIndex index) const { return nodes[index]; }
  [[nodiscard]] std::string_view written(const Node& node) const {
    return std::string_view(source).substr(node.first, node.count);
  }
};

// What is wrong with a query: bytes of its text, and a sentence.
struct QueryFault {
  Finding::Severity severity = Finding::Severity::error;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::string message;
};

// What a query may refer to. `owned` is the brand's; both outlive the call.
struct QueryContext {
  const Library* library = nullptr;
  const Owned* owned = nullptr;
};

// Reads a query. Whether it holds is in the faults: without an error among them the query is whole.
[[nodiscard]] Query parse_query(std::string_view text, const QueryContext& context,
                                std::vector<QueryFault>* faults);

// Doubtful forms of a query that was parsed: clauses that are always false or never decide, AND
// and OR without parentheses, everyday words on their own.
void lint_query(const Query& query, std::vector<QueryFault>* faults);
// The same of a query that others call: it need not be good enough by itself.
void lint_shared_query(const Query& query, std::vector<QueryFault>* faults);

// Whether the attribute holds for the post. What is unknown about a post does not hold.
[[nodiscard]] bool holds(const Attribute& attribute, const Mention& mention);
// Whether the address lies on the site, whose host and path are as Attribute::text has them.
[[nodiscard]] bool is_at(std::string_view url, std::string_view site);

}  // namespace vigie::rules
