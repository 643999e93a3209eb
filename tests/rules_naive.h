// The query language evaluated the plain way: a walk over the tree for every post, every place of
// every term written out. It shares no code with compilation, the indexes or Matcher, and is what
// they are compared with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/mention.h"
#include "rules/query.h"
#include "tests/rules_naive_words.h"

namespace re2 {
class RE2;
}

namespace vigie::rules::naive {

// A post, cut into words once for any number of rules. The mention must outlive it.
struct Post {
  explicit Post(const Mention& from);

  const Mention* mention;
  std::vector<Field> fields;
  std::string author;  // its handle, folded, without '@'
  Field author_words;
};

// A query that parse_query() found whole, made ready. The query must outlive it.
class Rule {
 public:
  explicit Rule(const Query& query);
  ~Rule();
  Rule(Rule&&) noexcept;
  Rule& operator=(Rule&&) = delete;

  [[nodiscard]] bool matches(const Post& post) const;

 private:
  friend struct Walk;
  // A term with what does not depend on the post.
  struct Ready {
    std::vector<std::u32string> words;      // of words: their keys
    std::u32string glob;                    // of a pattern, of an author: the whole
    std::unique_ptr<const re2::RE2> regex;  // of a regex
  };

  const Query* query_;
  std::vector<Ready> terms_;  // as the query's
};

// Whether an attribute holds, by an implementation of its own. A sample is taken as the program
// takes it.
[[nodiscard]] bool holds_plainly(const Attribute& attribute, const Mention& mention);

}  // namespace vigie::rules::naive
