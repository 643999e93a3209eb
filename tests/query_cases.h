// Queries tried on posts in tests: what the examples refer to, posts as texts or records, and the
// outcome as text, with the index and without it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "rules/rules.h"
#include "tests/decode_cases.h"

namespace vigie::query_cases {

// The library and the brand's own accounts that LANGUAGE.md shows.
inline const rules::Library& library() {
  static const rules::Library kLibrary{
      .queries = {{"outage", R"(panne OR coupure OR "ne marche pas")"}},
      .lists = {{"competitors", {"SFR", "Free Mobile", "Bouygues Telecom"}}},
      .author_groups = {{"press", {"lemondefr", "@lefigaro"}}}};
  return kLibrary;
}
inline const rules::Owned& owned() {
  static const rules::Owned kOwned{.accounts = {"orange_fr"}, .domains = {"orange.fr"}};
  return kOwned;
}

// A post: its text, or a record of the form mention/1 without the members that must be there.
class Post {
 public:
  explicit Post(std::string_view text) : text_(text) {
    mention_.text = text_;
    if (!text.starts_with('{')) return;
    // Of two equal keys the last counts.
    records_.add(cat(R"({"id":"1","platform":"web","text":"","created_at":"2026-03-01T10:00:00Z")",
                     text == "{}" ? "" : ",", text.substr(1)));
    decode_cases::Decoders decoders;
    const std::string outcome = decode_cases::decode_all(records_.batch, &decoders, &decoded_);
    REQUIRE_MESSAGE(decoded_.mentions.size() == 1, outcome);
    mention_ = decoded_.mentions.front();
  }
  Post(const Post&) = delete;
  Post& operator=(const Post&) = delete;

  [[nodiscard]] const Mention& mention() const { return mention_; }

 private:
  std::string text_;
  decode_cases::Records records_;
  MentionBatch decoded_;
  Mention mention_;
};

// One query, compiled as that of the only brand.
class CompiledQuery {
 public:
  explicit CompiledQuery(std::string_view query) {
    const rules::Brand brand{.name = "brand", .query = std::string(query), .owned = owned()};
    const auto rules = rules::compile({&brand, 1}, {.seed = 42, .library = &library()}, &findings_);
    if (!rules) return;
    rules_ = *rules;
    on_ = std::make_unique<rules::Matcher>(rules_, rules::Matcher::Guard::on);
    off_ = std::make_unique<rules::Matcher>(rules_, rules::Matcher::Guard::off);
  }

  [[nodiscard]] bool is_whole() const { return rules_ != nullptr; }
  [[nodiscard]] const std::vector<rules::Finding>& findings() const { return findings_; }
  [[nodiscard]] std::string first_error() const {
    for (const rules::Finding& finding : findings_) {
      if (finding.severity == rules::Finding::Severity::error) return finding.message;
    }
    return {};
  }

  // With the index, without it, and explained: all three must agree.
  // REQUIRES: is_whole().
  rules::Hits match(const Mention& mention) {
    rules::Hits on, off;
    on_->match(mention, &on);
    off_->match(mention, &off);
    CHECK(on.spans == off.spans);
    CHECK(on.hits.size() == off.hits.size());
    const std::vector<rules::Explanation> told = on_->explain(mention, 0);
    CHECK(told.size() == 1);
    if (told.size() != 1) return on;
    CHECK(told.front().matched == !on.hits.empty());
    // What is addressed to the brand mentions it, whatever the query says.
    if (!told.front().query.matched) on.hits.clear();
    return on;
  }

 private:
  std::vector<rules::Finding> findings_;
  std::shared_ptr<const rules::RuleSet> rules_;
  std::unique_ptr<rules::Matcher> on_;
  std::unique_ptr<rules::Matcher> off_;
};

// The text with what matched in [brackets]; spans that overlap or touch as one.
inline std::string bracketed(std::string_view text, const std::vector<rules::Span>& spans) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < spans.size();) {
    const std::size_t first = spans[i].first;
    std::size_t end = first + spans[i].count;
    for (++i; i < spans.size() && spans[i].first < end; ++i) {
      end = std::max<std::size_t>(end, spans[i].first + spans[i].count);
    }
    out += cat(text.substr(at, first - at), '[', text.substr(first, end - first), ']');
    at = end;
  }
  return out + std::string(text.substr(at));
}

// "error: message" or "warning: message".
inline std::string to_text(rules::Finding::Severity severity, std::string_view message) {
  return cat(severity == rules::Finding::Severity::error ? "error: " : "warning: ", message);
}

}  // namespace vigie::query_cases
