#include "tests/rules_oracle.h"

#include <cstdint>
#include <utility>

#include "tests/rules_hits.h"

namespace vigie::rules::oracle {
namespace {

bool is_whole(const std::vector<QueryFault>& faults, std::string* why) {
  for (const QueryFault& fault : faults) {
    if (fault.severity != Finding::Severity::error) continue;
    *why = fault.message;
    return false;
  }
  return true;
}

// `query` without one of its clauses, or with one of them alone, in every way.
std::vector<std::string> smaller_queries(const std::string& query, const Library& library) {
  std::vector<QueryFault> faults;
  const Owned owned{.accounts = {"orange_fr"}, .domains = {"orange.fr"}};
  const Query parsed = parse_query(query, {.library = &library, .owned = &owned}, &faults);
  std::vector<std::string> out;
  for (const Node& node : parsed.nodes) {
    if (!node.made && node.count != 0 && node.count < query.size()) {
      out.emplace_back(parsed.written(node));
    }
    if (node.made || (node.kind != Node::Kind::all && node.kind != Node::Kind::any)) continue;
    const std::string_view joint = node.kind == Node::Kind::all ? " AND " : " OR ";
    for (const NodeIndex dropped : node.children) {
      std::string rest;
      for (const NodeIndex child : node.children) {
        if (child == dropped) continue;
        if (!rest.empty()) rest += joint;
        rest += "(" + std::string(parsed.written(parsed.at(child))) + ")";
      }
      if (!rest.empty() && rest.size() < query.size()) out.push_back(rest);
    }
  }
  return out;
}

std::vector<std::string> smaller_texts(const std::string& text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  out.emplace_back();
  for (std::size_t at = text.find(' '); at != text.npos; at = text.find(' ', at + 1)) {
    const std::size_t next = text.find(' ', at + 1);
    out.push_back(text.substr(0, at) + (next == text.npos ? "" : text.substr(next)));
    out.push_back(text.substr(0, at));
    out.push_back(text.substr(at + 1));
  }
  return out;
}

std::vector<rules_posts::Post> smaller_posts(const rules_posts::Post& post) {
  std::vector<rules_posts::Post> out;
  using Text = std::string rules_posts::Post::*;
  for (const Text field :
       {&rules_posts::Post::text, &rules_posts::Post::title, &rules_posts::Post::shared_text}) {
    for (std::string& smaller : smaller_texts(post.*field)) {
      out.push_back(post);
      out.back().*field = std::move(smaller);
    }
  }
  for (std::size_t i = 0; i < post.hashtags.size(); ++i) {
    out.push_back(post);
    out.back().hashtags.erase(out.back().hashtags.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (std::size_t i = 0; i < post.mentions.size(); ++i) {
    out.push_back(post);
    out.back().mentions.erase(out.back().mentions.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return out;
}

}  // namespace

bool is_addressed(const Mention& mention) {
  const auto holds = [](std::string_view query, const Mention& post) {
    std::vector<QueryFault> faults;
    const Query parsed = parse_query(query, {}, &faults);
    return naive::Rule(parsed).matches(naive::Post(post));
  };
  Mention own = mention;
  own.shared_text = {};
  return holds("at_mentions:orange_fr", own) && !holds("author:orange_fr", mention);
}

Watched watch(const std::vector<std::string>& queries, const Library& library, std::uint64_t seed) {
  Watched out;
  for (const std::string& query : queries) {
    Brand brand{.name = "brand " + std::to_string(out.brands.size())};
    brand.query = query;
    brand.owned = {.accounts = {"orange_fr"}, .domains = {"orange.fr"}};
    std::vector<QueryFault> faults;
    out.queries.push_back(std::make_unique<const Query>(
        parse_query(query, {.library = &library, .owned = &brand.owned}, &faults)));
    if (!is_whole(faults, &out.fault)) {
      out.fault = query + "\n" + out.fault;
      return out;
    }
    out.plain.emplace_back(*out.queries.back());
    out.brands.push_back(std::move(brand));
  }
  std::vector<Finding> findings;
  auto rules = compile(out.brands, {.seed = seed, .library = &library}, &findings);
  if (!rules) {
    out.fault = rules.error().message;
    return out;
  }
  out.rules = *std::move(rules);
  return out;
}

std::string disagreement(const std::string& query, const rules_posts::Post& post,
                         const Library& library) {
  const Watched watched = watch({query}, library, 1);
  if (!watched.fault.empty()) return {};
  const Mention mention = post.mention();
  Hits on;
  Hits off;
  Matcher(watched.rules, Matcher::Guard::on).match(mention, &on);
  Matcher(watched.rules, Matcher::Guard::off).match(mention, &off);
  const bool plain = watched.plain[0].matches(naive::Post(mention)) || is_addressed(mention);
  if (described(on) == described(off) && plain == !on.hits.empty()) return {};
  return "guard on: " + described(on) + "\nguard off: " + described(off) +
         "\nnaive: " + (plain ? "matches" : "does not match");
}

std::string told_small(std::string query, rules_posts::Post post, const Library& library) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::string& one : smaller_queries(query, library)) {
      if (disagreement(one, post, library).empty()) continue;
      query = std::move(one);
      smaller = true;
      break;
    }
    for (rules_posts::Post& one : smaller_posts(post)) {
      if (disagreement(query, one, library).empty()) continue;
      post = std::move(one);
      smaller = true;
      break;
    }
  }
  return "query: " + query + "\n" + rules_posts::told(post) + disagreement(query, post, library);
}

}  // namespace vigie::rules::oracle
