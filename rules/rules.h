// The face of the rule stage: brands as people write them are compiled once into an immutable
// RuleSet; a Matcher per thread says which brands a post mentions, and where.
//
// How it works: the text is folded and cut into tokens once; every token is looked up once in an
// index of all terms (token_index.h); only terms whose first tokens are present are verified, byte
// by byte. Regex terms run only where a literal they require is present (regex_guard.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/fact.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"

namespace vigie::rules {

// A brand as the configuration gives it. A post mentions the brand when at least one of names,
// hashtags, handles or regex occurs and none of `exclude` does. Where names, hashtags, handles and
// regex are all empty, `name` is taken as the only one of names.
struct Brand {
  std::string name;
  // Words or phrases, found as whole words after folding: case, width and diacritics do not count,
  // and whatever stands between the words of a phrase (spaces, hyphens, punctuation) is the same.
  std::vector<std::string> names{};
  std::vector<std::string> hashtags{};  // found only behind '#', or in the post's list of hashtags
  std::vector<std::string> handles{};   // found only behind '@', or in the post's list of mentions
  std::vector<std::string> exclude{};   // like names; one of these and the post is not a mention
  // RE2, tried on each folded field by itself; case does not count, and an empty match is none.
  std::vector<std::string> regex{};
};

// Immutable; shared by any number of matchers and threads.
class RuleSet;

struct CompileSettings {
  // Seed of the token hashes: posts are written by people who may wish to slow the engine down.
  // It never changes a result.
  std::uint64_t seed = 0;
};

// What was found wanting but did not stop compilation.
struct Warning {
  BrandId brand = 0;
  std::string term;
  std::string message;
};

// Errors: config, with the brand's name as place ("brand 'X', regex 2").
[[nodiscard]] Result<std::shared_ptr<const RuleSet>> compile(std::span<const Brand> brands,
                                                             CompileSettings settings,
                                                             std::vector<Warning>* warnings);

// Why RE2 refuses the pattern, or nothing: for diagnostics that know the place of the pattern.
[[nodiscard]] std::optional<std::string> regex_error(std::string_view pattern);

// Names of the brands, in the order given to compile().
[[nodiscard]] const std::vector<std::string>& brand_names(const RuleSet& rules);
// Heap bytes of the compiled index.
[[nodiscard]] std::size_t memory_bytes(const RuleSet& rules);

// Which part of a post a span lies in.
enum class Field : std::uint8_t { text, title, shared_text, hashtags, mentions };

// A stretch of the original field, in bytes; of an item, in the lists. It holds whole characters,
// with the marks and invisible characters behind them; a hashtag's or handle's begins at its sign.
struct Span {
  Field field = Field::text;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  friend auto operator<=>(const Span&, const Span&) = default;
};

// One brand mentioned by one post. The spans lie in Hits::spans.
struct Hit {
  BrandId brand = 0;
  std::uint32_t first_span = 0;
  std::uint32_t span_count = 0;
};

struct Hits {
  std::vector<Hit> hits;    // sorted by brand, each brand once
  std::vector<Span> spans;  // per hit sorted and unique, at most kSpansMax
  void clear() {
    hits.clear();
    spans.clear();
  }
};

// One thread's matcher: scratch memory that is used again for every post.
class Matcher {
 public:
  // Guard::off looks at every term of every rule without the index: slow, obvious, and the oracle
  // of the tests.
  enum class Guard : std::uint8_t { on, off };

  explicit Matcher(std::shared_ptr<const RuleSet> rules, Guard guard = Guard::on);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  // Replaces *hits with the brands this post mentions. Looks at text, title, shared_text, hashtags
  // and mentions.
  void match(const Mention& mention, Hits* hits);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vigie::rules
