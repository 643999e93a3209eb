#include "bench/queries.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <utility>

#include "bench/corpus.h"
#include "bench/posts.h"
#include "bench/words.h"
#include "engine/base/text.h"

namespace vigie::bench {
namespace {

using Kind = QueryTree::Kind;

std::string joined(std::span<const std::string> parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) out += cat(out.empty() ? "" : between, part);
  return out;
}

std::string quoted(const std::string& word) { return cat('"', word, '"'); }

template <class Items, class Write>
std::vector<std::string> written(const Items& items, Write write) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(write(item));
  return out;
}

// Words of the posts by how many posts they are in, and phrases of the posts.
class Vocabulary {
 public:
  Vocabulary(const std::vector<std::string>& posts, std::mt19937_64* random)
      : random_(random), known_(words_of(posts)), coiner_(known_) {
    std::map<std::string, std::size_t> posts_with;
    WordText word_text;
    for (const std::string& post : posts) {
      std::istringstream text(word_text.of(post));
      std::vector<std::string> words;
      for (std::string word; text >> word;) words.push_back(word);
      add_phrase(words);
      for (const std::string& word : std::set(words.begin(), words.end())) ++posts_with[word];
    }
    for (const auto& [word, count] : posts_with) {
      if (!known_.contains(word) || word == "near") continue;
      const auto is_in = [&](std::size_t one_in) { return count * one_in <= posts.size(); };
      (is_in(2500) || count == 1 ? rare_
       : is_in(200)              ? everyday_
       : is_in(20)               ? usual_
                                 : common_)
          .push_back({Kind::term, 0, {word}, {}});
    }
    // Made-up posts leave classes empty.
    if (usual_.empty()) usual_ = common_;
    if (common_.empty()) common_ = usual_;
    if (everyday_.empty()) everyday_ = usual_;
    if (rare_.empty()) rare_ = everyday_;
    for (const QueryTree& phrase : phrases_) {
      const auto is_name = [&](const std::string& word) {
        return posts_with[word] * 200 <= posts.size();
      };
      if (std::ranges::any_of(phrase.words, is_name)) name_phrases_.push_back(phrase);
    }
  }

  QueryTree rare_name() {
    switch (below(8)) {
      case 0: return coined_name();
      case 1:
      case 2: return from(name_phrases_);
      default: return from(rare_);
    }
  }
  QueryTree coined_name() { return {Kind::term, 0, {coiner_.coin(random_)}, {}}; }
  QueryTree everyday_name() { return from(everyday_); }
  QueryTree subject() {
    if (below(8) == 0) return from(phrases_);
    const std::size_t draw = below(6);
    return from(draw < 3 ? everyday_ : draw < 5 ? usual_ : common_);
  }
  std::size_t below(std::size_t end) { return (*random_)() % end; }

 private:
  // Two words in a row from somewhere in a post, both of four letters at least.
  void add_phrase(const std::vector<std::string>& words) {
    if (words.size() < 2) return;
    const std::size_t at = below(words.size() - 1);
    if (!known_.contains(words[at]) || !known_.contains(words[at + 1])) return;
    if (words[at] != words[at + 1]) {
      phrases_.push_back({Kind::phrase, 0, {words[at], words[at + 1]}, {}});
    }
  }
  const QueryTree& from(const std::vector<QueryTree>& list) { return list[below(list.size())]; }

  std::mt19937_64* random_;
  std::set<std::string> known_;
  Coiner coiner_;
  std::vector<QueryTree> rare_;
  std::vector<QueryTree> everyday_;
  std::vector<QueryTree> usual_;
  std::vector<QueryTree> common_;
  std::vector<QueryTree> phrases_;
  std::vector<QueryTree> name_phrases_;
};

class QueryMaker {
 public:
  explicit QueryMaker(Vocabulary* vocabulary) : vocabulary_(vocabulary) {}

  // A query about what has this name, if there is one.
  QueryTree make(std::string_view name) {
    used_.clear();
    const std::size_t terms = 5 + below(26);
    const bool is_rare = below(25) != 0;
    const std::size_t names = 1 + below(std::min<std::size_t>(4, terms - 3));
    QueryTree brand = group(names, [&] {
      if (!name.empty()) return vocabulary_->coined_name();
      return is_rare ? vocabulary_->rare_name() : vocabulary_->everyday_name();
    });
    if (!name.empty()) brand.children[0] = name_of(name);
    std::size_t left = terms - names;
    const std::size_t refused = below(2) == 0 ? 1 + left / 4 : 0;
    left -= refused;
    const std::size_t groups = std::min<std::size_t>(1 + below(3), left);
    const auto subject = [&] { return vocabulary_->subject(); };
    QueryTree query{Kind::all, 0, {}, {}};
    for (std::size_t i = groups; i > 0; --i) {
      query.children.push_back(group(left / i, subject));
      left -= left / i;
    }
    if (below(2) == 0) {
      const auto distance = static_cast<std::uint32_t>(3 + below(13));
      query.children[0] = {
          Kind::near, distance, {}, {std::move(brand), std::move(query.children[0])}};
    } else {
      query.children.insert(query.children.begin(), std::move(brand));
    }
    if (refused > 0) query.children.push_back({Kind::none, 0, {}, {group(refused, subject)}});
    return query;
  }

 private:
  std::size_t below(std::size_t end) { return vocabulary_->below(end); }

  QueryTree name_of(std::string_view name) {
    std::istringstream text{std::string(name)};
    QueryTree term{Kind::term, 0, {}, {}};
    for (std::string word; text >> word;) term.words.push_back(word);
    if (term.words.size() > 1) term.kind = Kind::phrase;
    used_.insert(term.words.begin(), term.words.end());
    return term;
  }

  // No word is twice in a query.
  template <class Draw>
  QueryTree group(std::size_t size, Draw draw) {
    QueryTree any{Kind::any, 0, {}, {}};
    while (any.children.size() < size) {
      QueryTree term = draw();
      const auto is_used = [&](const std::string& word) { return used_.contains(word); };
      if (std::ranges::any_of(term.words, is_used)) continue;
      used_.insert(term.words.begin(), term.words.end());
      any.children.push_back(std::move(term));
    }
    return any;
  }

  Vocabulary* vocabulary_;
  std::set<std::string> used_;
};

// Made-up posts have but few different words, all of them common: they get rarer ones.
void add_coined_words(std::vector<std::string>* posts) {
  constexpr std::size_t kCoined = 20'000;
  constexpr std::size_t kEveryday = 2'000;
  constexpr std::size_t kInEachPost = 6;
  const std::set<std::string> known = words_of(*posts);
  const Coiner coiner(known);
  std::mt19937_64 random(5);
  std::vector<std::string> coined(kCoined);
  for (std::string& word : coined) word = coiner.coin(&random);
  for (std::string& post : *posts) {
    for (std::size_t i = 0; i < kInEachPost; ++i) {
      const std::string& word = coined[random() % (i % 2 == 0 ? kCoined : kEveryday)];
      post.insert(post.find(' ', random() % (post.size() / 2)), " " + word);
    }
  }
}

void collect_terms(const QueryTree& tree, std::set<std::string>* terms) {
  if (!tree.words.empty()) terms->insert(joined(tree.words, " "));
  for (const QueryTree& child : tree.children) collect_terms(child, terms);
}

}  // namespace

std::string to_query(const QueryTree& tree) {
  const auto parts = written(tree.children, to_query);
  switch (tree.kind) {
    case Kind::term: return tree.words[0];
    case Kind::phrase: return quoted(joined(tree.words, " "));
    case Kind::all: return joined(parts, " AND ");
    case Kind::any: return parts.size() == 1 ? parts[0] : cat("(", joined(parts, " OR "), ")");
    case Kind::none: return cat("NOT ", parts[0]);
    case Kind::near: return cat(parts[0], " NEAR/", tree.distance, " ", parts[1]);
  }
  return {};
}

std::string to_json(const QueryTree& tree) {
  const std::string parts = joined(written(tree.children, to_json), ",");
  switch (tree.kind) {
    case Kind::term: return cat(R"({"term":)", quoted(tree.words[0]), "}");
    case Kind::phrase: return cat(R"({"phrase":[)", joined(written(tree.words, quoted), ","), "]}");
    case Kind::all: return cat(R"({"all":[)", parts, "]}");
    case Kind::any: return cat(R"({"any":[)", parts, "]}");
    case Kind::none: return cat(R"({"none":)", parts, "}");
    case Kind::near: return cat(R"({"near":[)", parts, R"(],"distance":)", tree.distance, "}");
  }
  return {};
}

std::vector<std::string> posts_for_queries(const std::string& texts, std::size_t count) {
  std::vector<std::string> posts = texts.empty() ? made_posts(count, {}, 3) : real_texts(texts);
  posts.resize(std::min(posts.size(), count));
  if (texts.empty()) add_coined_words(&posts);
  for (std::string& post : posts) {
    std::ranges::replace(post, '#', ' ');
    for (std::size_t at = 0; (at = post.find("＃", at)) != std::string::npos;) {
      post.replace(at, std::string_view("＃").size(), " ");
    }
  }
  return posts;
}

std::vector<QueryTree> made_queries(const std::vector<std::string>& posts, std::size_t count,
                                    std::uint64_t seed, const std::vector<std::string>& names) {
  std::mt19937_64 random(seed);
  Vocabulary vocabulary(posts, &random);
  QueryMaker maker(&vocabulary);
  std::vector<QueryTree> queries(count);
  for (std::size_t i = 0; i < count; ++i) {
    queries[i] = maker.make(names.empty() ? std::string_view() : names[i % names.size()]);
  }
  return queries;
}

std::vector<rules::Brand> brands_of(std::span<const QueryTree> queries) {
  std::vector<rules::Brand> brands(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    brands[i].name = cat("query ", i);
    brands[i].query = to_query(queries[i]);
  }
  return brands;
}

std::vector<rules::Brand> plain_terms_of(std::span<const QueryTree> queries) {
  std::set<std::string> terms;
  for (const QueryTree& query : queries) collect_terms(query, &terms);
  std::vector<rules::Brand> brands;
  brands.reserve(terms.size());
  for (const std::string& term : terms) brands.push_back({.name = term, .names = {term}});
  return brands;
}

}  // namespace vigie::bench
