#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "rules/query.h"
#include "rules/rules.h"
#include "tests/fuzz/targets.h"

namespace vigie::fuzz {
namespace {

using namespace rules;

constexpr std::array<std::string_view, 4> kTexts{
    "Orange, la pâte brisée! coca-cola Coca cola #ILoveCocaCola @Orange_FR $ORA C++ 日本 "
    "🤷🏽‍♀️",
    "a b c d a b c d a a a b a orange orang oranges peugeot pegueot https://orange.fr/#a", "",
    "word"};

Library library() {
  Library out;
  out.queries["core"] = "orange OR \"coca cola\"";
  out.queries["self"] = "a AND @rule(self)";
  out.lists["names"] = {"SFR", "la box"};
  out.author_groups["press"] = {"lemondefr"};
  return out;
}

// What is told about a query lies within it, or where it ends, and says something.
bool has_errors(const std::vector<QueryFault>& faults, std::string_view input) {
  bool found = false;
  for (const QueryFault& fault : faults) {
    CHECK(fault.first <= input.size() && fault.count <= input.size() - fault.first + 1);
    CHECK(!fault.message.empty());
    found |= fault.severity == Finding::Severity::error;
  }
  return found;
}

void check_tree(const Query& query, std::string_view input) {
  CHECK(query.root < query.nodes.size());
  for (std::size_t i = 0; i < query.nodes.size(); ++i) {
    const Node& node = query.nodes[i];
    CHECK(node.first <= input.size() && node.count <= input.size() - node.first);
    for (const NodeIndex child : node.children) CHECK(child < i);
    if (node.kind == Node::Kind::term) CHECK(node.index < query.terms.size());
    if (node.kind == Node::Kind::attribute) CHECK(node.index < query.attributes.size());
  }
}

bool same(const Hits& a, const Hits& b) {
  const auto same_hit = [](const Hit& one, const Hit& other) {
    return one.brand == other.brand && one.first_span == other.first_span &&
           one.span_count == other.span_count;
  };
  return std::ranges::equal(a.hits, b.hits, same_hit) && a.spans == b.spans;
}

void check_matches(const std::shared_ptr<const RuleSet>& rules) {
  Matcher fast(rules, Matcher::Guard::on);
  Matcher slow(rules, Matcher::Guard::off);
  Hits on;
  Hits off;
  const std::array<std::string_view, 2> tags{"CocaCola", "#a"};
  const std::array<Handle, 1> handles{{{"1", "orange"}}};
  for (const std::string_view text : kTexts) {
    Mention mention;
    mention.text = text;
    mention.title = kTexts[3];
    mention.hashtags = tags;
    mention.mentions = handles;
    mention.author.handle = "lemondefr";
    fast.match(mention, &on);
    slow.match(mention, &off);
    for (const Span& span : on.spans) {
      if (span.field == Field::text) CHECK(span.first + span.count <= text.size());
    }
    if (fast.costs()[0].failures != 0 || slow.costs()[0].failures != 0) return;
    CHECK(same(on, off));
    const std::vector<Explanation> told = fast.explain(mention, 0);
    CHECK(told.size() == 1 && told[0].matched == !on.hits.empty());
  }
}

}  // namespace

void try_query(std::string_view input) {
  static const Library known = library();
  const Owned owned{.accounts = {"orange_fr"}, .domains = {"orange.fr"}};
  std::vector<QueryFault> faults;
  const Query query = parse_query(input, {.library = &known, .owned = &owned}, &faults);
  const bool broken = has_errors(faults, input);
  if (!broken) {
    check_tree(query, input);
    lint_query(query, &faults);
    has_errors(faults, input);
  }
  Brand brand{.name = "brand"};
  brand.query = input;
  brand.owned = owned;
  std::vector<Finding> findings;
  const auto rules = compile({&brand, 1}, {.seed = 1, .library = &known}, &findings);
  // An empty query is none at all.
  CHECK(!broken || input.empty() || !rules.has_value());
  if (rules) check_matches(*rules);
}

}  // namespace vigie::fuzz
