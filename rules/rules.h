// The face of the rule stage: brands as people write them are compiled once into an immutable
// RuleSet; a Matcher per thread says which brands a post mentions, where, and why.
//
// How it works: the text is folded and cut into tokens once; every token is looked up once in an
// index of all terms (token_index.h). Each query has a guard, the rarest group of terms of which
// one must be there (guards.cc); only queries whose guard is present are evaluated (program.h).
// Regex terms run only where a literal they require is present (regex_guard.h). The language is
// described in LANGUAGE.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/mention.h"
#include "engine/base/post_key.h"
#include "engine/base/result.h"
#include "engine/base/token.h"
#include "rules/shipped_packs.h"

namespace vigie::rules {

// --- What is watched -----------------------------------------------------------------------------

// Accounts and web sites that belong to the brand: what they publish is owned media.
struct Owned {
  std::vector<std::string> accounts{};  // handles or ids
  std::vector<std::string> domains{};   // and their subdomains
};

// A call for contributions under hashtags of its own.
struct Campaign {
  std::string name{};
  std::vector<std::string> hashtags{};
  std::optional<EventTime> start{};  // first moment of it; none: since ever
  std::optional<EventTime> end{};    // first moment after it; none: for ever
  std::uint64_t target = 0;          // participations hoped for; 0: none stated
  std::string guideline{};           // a query: contributions that match it are rejected
};

// A post that the brand's query must, or must not, match.
struct Example {
  std::string text{};      // the text of a post, or one mention/1 record as JSON
  bool is_record = false;  // which of the two
};

// A brand as the configuration gives it. A post mentions the brand when at least one of names,
// hashtags, handles, regex or query matches and none of `exclude` does, or when it takes part in
// one of its campaigns. Where names, hashtags, handles, regex and query are all empty, `name` is
// taken as the only one of names.
struct Brand {
  std::string name;
  std::string panel{};  // brands that are compared with each other have the same
  // Words or phrases, found as whole words after folding: case, width and diacritics do not count,
  // and whatever stands between the words of a phrase (spaces, hyphens, punctuation) is the same.
  std::vector<std::string> names{};
  std::vector<std::string> hashtags{};  // found only behind '#', or in the post's list of hashtags
  std::vector<std::string> handles{};   // found only behind '@', or in the post's list of mentions
  std::vector<std::string> exclude{};   // like names; one of these and the post is not a mention
  // RE2, tried on each folded field by itself; case does not count, and an empty match is none.
  std::vector<std::string> regex{};
  std::string query{};   // see LANGUAGE.md
  std::string shadow{};  // another version of `query`, evaluated beside it: it decides nothing
  Owned owned{};
  std::vector<Campaign> campaigns{};
  std::vector<Example> must_match{};
  std::vector<Example> must_not_match{};
};

// Posts of one sort, for all brands: those that mention a brand and match the query.
struct Segment {
  std::string name{};
  std::string query{};
};

// What queries may call by name.
struct Library {
  std::map<std::string, std::string, std::less<>> queries{};                     // @rule(NAME)
  std::map<std::string, std::vector<std::string>, std::less<>> lists{};          // list:NAME
  std::map<std::string, std::vector<std::string>, std::less<>> author_groups{};  // authorGroup:NAME
};

// --- Compilation ---------------------------------------------------------------------------------

// Immutable; shared by any number of matchers and threads.
class RuleSet;

struct CompileSettings {
  // Seed of the token hashes: posts are written by people who may wish to slow the engine down.
  // It never changes a result.
  std::uint64_t seed = 0;
  const Library* library = nullptr;  // null: an empty one
  // BrandId of each brand; empty: its place. They tell brands apart across reloads.
  std::span<const BrandId> ids{};
  std::span<const Segment> segments{};  // kSegmentsMax at most
  // What says that posts recommend a brand, or advise against it; null, or empty: nothing does.
  const RecommendationPack* opinions = nullptr;
  // What says that posts speak of a crisis, by sector; kCrisisSectorsMax at most.
  std::span<const CrisisSector> crises{};
};

// Which text of the configuration something is about.
struct TextPlace {
  enum class Part : std::uint8_t {
    name,
    names,
    hashtags,
    handles,
    exclude,
    regex,
    query,
    shadow,
    campaign,   // `item` is its place; the text is one of its hashtags
    guideline,  // `item` is the place of the campaign
    owned,      // an account or, behind them, a domain
    library,    // a query of the library, called `library_name`
    segment,    // `item` is the place of the segment, called `library_name`
    opinion,    // recommend, advise_against or a sector, which is the `library_name`
  };
  std::uint32_t brand = 0;  // place among the brands; of no meaning from `library` on
  Part part = Part::query;
  std::uint32_t item = 0;  // which text of a list
  std::string library_name{};
  // The bytes of that text that are meant; none: all of it.
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// The key of the configuration under which a text stands: "names"; "campaigns" for their
// guidelines.
[[nodiscard]] std::string_view key_of(TextPlace::Part part);
// "brand 'X', query", "brand 'X', names 2", "queries.core".
[[nodiscard]] std::string to_text(const TextPlace& place, std::span<const Brand> brands);

// What is wrong with a text, or doubtful.
struct Finding {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  TextPlace place;
  std::string term{};     // the words that are meant, as written
  std::string message{};  // what is wrong and what to write instead
};

// Null, and at least one error among the findings, unless everything compiles. All brands are
// looked at, whatever is wrong with one of them. `findings` may be null.
// Errors: config, the text of the first error among the findings.
[[nodiscard]] Result<std::shared_ptr<const RuleSet>> compile(std::span<const Brand> brands,
                                                             const CompileSettings& settings,
                                                             std::vector<Finding>* findings);

// Why RE2 refuses the pattern, or nothing: for diagnostics that know the place of the pattern.
[[nodiscard]] std::optional<std::string> regex_error(std::string_view pattern);

// Names of the brands, in the order given to compile().
[[nodiscard]] const std::vector<std::string>& brand_names(const RuleSet& rules);
// Heap bytes of the compiled index.
[[nodiscard]] std::size_t memory_bytes(const RuleSet& rules);

// What a brand costs, as far as can be said beforehand.
struct CostEstimate {
  std::string guard;          // what wakes its query: terms, or "every post"
  double woken_per_1000 = 0;  // posts
  double nanoseconds = 0;     // a post, on average over all posts
};
// By place of the brand.
[[nodiscard]] std::vector<CostEstimate> estimate_costs(const RuleSet& rules);

// --- Matching ------------------------------------------------------------------------------------

// Which part of a post a span lies in.
enum class Field : std::uint8_t { text, title, shared_text, hashtags, mentions, author };
[[nodiscard]] std::string_view to_text(Field field);

// A stretch of the original field, in bytes; of an item, in the lists. It holds whole characters,
// with the marks and invisible characters behind them; a hashtag's or handle's begins at its sign.
struct Span {
  Field field = Field::text;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  friend auto operator<=>(const Span&, const Span&) = default;
};

// One brand mentioned by one post. The spans lie in Hits::spans. Bit i of `campaigns` stands for
// the brand's campaign i, in which the post takes part; of `rejected`, where its guideline matches.
// A post that others address to an account of the brand mentions it, whatever it says.
struct Hit {
  BrandId brand = 0;
  std::uint32_t first_span = 0;
  std::uint32_t span_count = 0;
  std::uint32_t campaigns = 0;
  std::uint32_t rejected = 0;
  MediaType media = MediaType::shared;  // as the query `media:` has it
  bool owned = false;                   // as `media:owned`
  bool addressed = false;               // it answers or calls an account of the brand
  bool owned_link = false;              // it links to a site of the brand
  friend bool operator==(const Hit&, const Hit&) = default;
};

// A brand with a shadow query whose two versions do not agree on a post.
struct ShadowChange {
  BrandId brand = 0;
  bool gained = false;  // the shadow matches and the query does not; else the other way round
};

struct Hits {
  std::vector<Hit> hits;              // sorted by brand, each brand once
  std::vector<Span> spans;            // per hit sorted and unique, at most kSpansMax
  std::vector<ShadowChange> changes;  // sorted by brand
  std::vector<BrandId> answers;  // sorted: an account of theirs wrote this reply, which does not
                                 // mention them
  // What is asked of posts with hits only. Bit i: it belongs to segment i.
  std::uint32_t segments = 0;
  std::uint32_t crises = 0;  // bit i: it holds words of CompileSettings::crises[i]
  bool recommends = false;
  bool advises_against = false;

  void clear() {
    hits.clear();
    spans.clear();
    changes.clear();
    answers.clear();
    segments = crises = 0;
    recommends = advises_against = false;
  }
};

// What the queries of one brand have cost a matcher so far.
struct RuleCost {
  std::uint64_t candidates = 0;     // posts in which the index woke the brand
  std::uint64_t verifications = 0;  // queries that were evaluated; plain names need none
  std::uint64_t matches = 0;        // posts that mention the brand
  std::uint64_t failures = 0;       // queries given up because they went over their budget
  double seconds = 0;               // of evaluation, from a sample of it; see Matcher
};

// One clause of a query and what became of it, in the order it is written.
struct Clause {
  std::string text;  // as written; of a term that was called by name, where it stands
  bool matched = false;
  bool negative = false;  // looked for on the NOT side
  std::string reason;     // in words, where that helps: what was found instead
  std::vector<Span> spans;
  std::vector<Clause> parts;
};

// What one brand made of one post.
struct Explanation {
  std::uint32_t brand = 0;  // place
  bool woken = false;       // the index found its guard in the post
  bool matched = false;
  bool failed = false;     // over its budget
  std::string guard;       // what wakes it
  Clause query;            // all of its terms and its query as one
  std::string decided_by;  // the clause that decided
  std::optional<Clause> shadow;
  std::vector<std::string> campaigns;  // in which it takes part
  std::vector<std::string> rejected;   // those among them whose guideline it breaks
  // Of a post that mentions the brand.
  MediaType media = MediaType::shared;
  bool addressed = false;
  std::vector<std::string> segments;  // to which it belongs
  std::vector<std::string> crises;    // sectors of crises whose words it holds
};

// A token of a post as the matcher saw it.
struct SeenToken {
  Span at;
  std::string folded;
  bool known = false;  // some term begins with it
};

struct PostWords;  // see post_words.h

// A field of a post, folded and cut into tokens.
struct FieldText {
  std::string_view original;
  std::string_view folded;
  std::span<const Token> tokens;
};

// One thread's matcher: scratch memory that is used again for every post.
class Matcher {
 public:
  // Guard::off looks at every term of every rule without the index: slow, obvious, and the oracle
  // of the tests.
  enum class Guard : std::uint8_t { on, off };

  // A clock for the sample of what queries cost: nanoseconds since any moment. Null: no sample.
  using Nanoseconds = std::uint64_t (*)();

  explicit Matcher(std::shared_ptr<const RuleSet> rules, Guard guard = Guard::on,
                   Nanoseconds clock = nullptr);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  // Replaces *hits with the brands this post mentions. Looks at text, title, shared_text, hashtags
  // and mentions, and where a query asks for it at the other fields.
  void match(const Mention& mention, Hits* hits);

  // What the post that match() was last given says; it must still be alive. Its hashes are the same
  // under the same seed, whatever the rules. Replaces *words, which is valid until the next call.
  void describe(const KeySeed& seed, PostWords* words);

  // The title, the text or the shared text of the post that match() was last given, which must
  // still be alive; empty where it has none. Views are valid until the next match().
  [[nodiscard]] FieldText field(Field field);
  // Of the tokens of that field: the first that ends behind this byte of the original, or their
  // number; and the bytes of the original from token `first` up to `last`. REQUIRES: first < last.
  [[nodiscard]] std::uint32_t token_at(Field field, std::uint32_t byte);
  [[nodiscard]] Span span_of(Field field, std::uint32_t first, std::uint32_t last);

  // By place of the brand; valid until the next call.
  [[nodiscard]] std::span<const RuleCost> costs();

  // What match() does with this post, told clause by clause, for every brand or one. Allocates.
  [[nodiscard]] std::vector<Explanation> explain(const Mention& mention,
                                                 std::optional<std::uint32_t> brand);
  // The tokens of the post that match() or explain() was last given; it must still be alive.
  [[nodiscard]] std::vector<SeenToken> seen() const;

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vigie::rules
