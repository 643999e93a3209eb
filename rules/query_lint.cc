// What is doubtful about a query that is well formed.
#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/text.h"
#include "rules/common_words.h"
#include "rules/query.h"
#include "rules/query_words.h"

namespace vigie::rules {
namespace {

// Lists with many terms are not looked through pair by pair.
constexpr std::size_t kPhraseWordsMax = 16;

class Linter {
 public:
  Linter(const Query& query, std::vector<QueryFault>* faults) : query_(query), faults_(faults) {}

  void check_parts() {
    read_forms();
    for (NodeIndex i = 0; i < query_.nodes.size(); ++i) {
      const Node& node = query_.at(i);
      if (node.kind == Node::Kind::all) check_all(node);
      if (node.kind == Node::Kind::any) check_any(node);
      if (node.kind == Node::Kind::term) check_term(node);
    }
  }

  void check_whole() {
    if (!query_.nodes.empty()) check_alone(query_.root);
  }

 private:
  void warn(const Node& node, std::string message) {
    if (node.made || node.count == 0) return;
    // What a shared query holds is said once, where it is written.
    if (query_.written(node).starts_with("@rule(")) return;
    faults_->push_back({Finding::Severity::warning, node.first, node.count, std::move(message)});
  }

  // Equal forms mean the same: hashes, of the children first.
  void read_forms() {
    forms_.resize(query_.nodes.size());
    for (NodeIndex i = 0; i < query_.nodes.size(); ++i) forms_[i] = hash_of(query_.at(i));
  }

  std::size_t hash_of(const Node& node) const {
    std::string out = cat(static_cast<int>(node.kind), ":", node.distance, ":", node.low, ":",
                          node.high, node.in_order ? "f" : "");
    if (node.kind == Node::Kind::term) out += form_of(query_.terms[node.index]);
    if (node.kind == Node::Kind::attribute) out += form_of(query_.attributes[node.index]);
    std::vector<std::size_t> children;
    children.reserve(node.children.size());
    for (const NodeIndex child : node.children) children.push_back(forms_[child]);
    const bool ordered = node.in_order || node.kind == Node::Kind::sequence;
    if (!ordered) std::ranges::sort(children);
    for (const std::size_t child : children) out += cat("(", child, ")");
    return std::hash<std::string>()(out);
  }

  static std::string form_of(const Term& term) {
    const bool folded = term.kind == Term::Kind::words && !term.match_case && !term.match_accents;
    return cat("t", static_cast<int>(term.kind), static_cast<int>(term.sigil),
               static_cast<int>(term.scope), term.match_case ? "c" : "",
               term.match_accents ? "a" : "", term.no_hashtag ? "n" : "", term.fold_text ? "" : "w",
               folded ? folded_words(term.text) : term.text);
  }

  static std::string form_of(const Attribute& attribute) {
    return cat("a", static_cast<int>(attribute.kind), attribute.flag ? "t" : "f",
               static_cast<int>(attribute.post_kind), static_cast<int>(attribute.number),
               attribute.text, "|", attribute.low, "|", attribute.high);
  }

  // Whether a post can have one value only of this attribute.
  static bool is_single(const Attribute& attribute) {
    switch (attribute.kind) {
      case Attribute::Kind::platform:
      case Attribute::Kind::language:
      case Attribute::Kind::country:
      case Attribute::Kind::kind:
      case Attribute::Kind::channel: return true;
      default: return false;
    }
  }

  void check_all(const Node& node) {
    std::unordered_set<std::size_t> wanted;
    std::unordered_map<int, std::string> single;
    std::vector<Attribute> ranges;
    for (const NodeIndex child : node.children) {
      const Node& one = query_.at(child);
      if (one.kind == Node::Kind::none) continue;
      const bool fresh = wanted.insert(forms_[child]).second;
      if (!fresh) warn(one, "it stands here twice");
      if (one.kind != Node::Kind::attribute) continue;
      const Attribute& attribute = query_.attributes[one.index];
      if (attribute.kind == Attribute::Kind::number) check_range(one, attribute, &ranges);
      if (!is_single(attribute)) continue;
      const auto [known, added] =
          single.try_emplace(static_cast<int>(attribute.kind), form_of(attribute));
      if (!added && known->second != form_of(attribute)) {
        warn(one, "always false: a post has one value of this field only; write OR");
      }
    }
    for (const NodeIndex child : node.children) {
      const Node& one = query_.at(child);
      if (one.kind != Node::Kind::none) continue;
      const Node& unwanted = query_.at(one.children[0]);
      bool clash = wanted.contains(forms_[one.children[0]]);
      if (unwanted.kind == Node::Kind::any) {
        for (const NodeIndex side : unwanted.children) {
          clash = clash || wanted.contains(forms_[side]);
        }
      }
      if (clash) warn(one, "always false: this NOT takes away what must be there");
    }
  }

  // Ranges of one number that have nothing in common.
  void check_range(const Node& node, const Attribute& range, std::vector<Attribute>* before) {
    const bool clash = std::ranges::any_of(*before, [&](const Attribute& other) {
      return other.number == range.number && (other.high < range.low || range.high < other.low);
    });
    if (clash) warn(node, "always false: no number is in both ranges; write OR");
    before->push_back(range);
  }

  // A side that another one stands for decides nothing.
  void check_any(const Node& node) {
    std::unordered_set<std::size_t> sides;
    for (const NodeIndex child : node.children) {
      if (!sides.insert(forms_[child]).second) {
        warn(query_.at(child), "it stands here twice");
      }
    }
    for (const NodeIndex child : node.children) {
      const Node& one = query_.at(child);
      if (one.kind == Node::Kind::all) {
        for (const NodeIndex part : one.children) {
          if (!sides.contains(forms_[part])) continue;
          warn(one, cat("it never decides: '", query_.written(query_.at(part)),
                        "' beside it matches already"));
          break;
        }
      } else if (one.kind == Node::Kind::term) {
        check_phrase(one, sides);
      }
    }
  }

  void check_phrase(const Node& node, const std::unordered_set<std::size_t>& sides) {
    const Term& term = query_.terms[node.index];
    if (term.kind != Term::Kind::words || term.sigil != Sigil::none) return;
    std::vector<std::string> words;
    std::string all = folded_words(term.text);
    for (std::string_view rest = all; !rest.empty();) {
      words.emplace_back(rest.substr(0, rest.find(' ')));
      rest.remove_prefix(std::min(rest.size(), words.back().size() + 1));
    }
    if (words.size() < 2 || words.size() > kPhraseWordsMax) return;
    Term part = term;
    for (std::size_t first = 0; first < words.size(); ++first) {
      part.text.clear();
      for (std::size_t last = first; last < words.size(); ++last) {
        part.text += cat(part.text.empty() ? "" : " ", words[last]);
        if (last - first + 1 == words.size()) continue;
        const std::string form = cat(static_cast<int>(node.kind), ":0:0:0", form_of(part));
        if (!sides.contains(std::hash<std::string>()(form))) continue;
        return warn(node, cat("it never decides: '", part.text, "' beside it matches already"));
      }
    }
  }

  void check_term(const Node& node) {
    const Term& term = query_.terms[node.index];
    if (term.kind != Term::Kind::words) return;
    const std::string words = folded_words(term.text);
    const std::string_view written = query_.written(node);
    if (written.starts_with("\"#") || written.starts_with("\"@")) {
      warn(node,
           cat("in quotes '", written.substr(1, 1), "' does not count; leave the quotes out"));
    }
    if (words.size() != 1 || term.scope == Scope::author || term.sigil != Sigil::none) return;
    if (written.size() == 1) {
      return warn(node, cat("'", written, "' is so short that it is found nearly everywhere"));
    }
    warn(node, cat("it is matched as the word '", words,
                   "': symbols do not count, and so short a word is found nearly everywhere; "
                   "raw:\"...\" takes signs"));
  }

  // Everyday words that make a post match by themselves.
  void check_alone(NodeIndex index) {
    const Node& node = query_.at(index);
    if (node.kind == Node::Kind::any) {
      for (const NodeIndex child : node.children) check_alone(child);
    }
    if (node.kind == Node::Kind::all) {
      NodeIndex positive = 0;
      std::size_t count = 0;
      for (const NodeIndex child : node.children) {
        if (query_.at(child).kind == Node::Kind::none) continue;
        positive = child;
        ++count;
      }
      if (count == 1) check_alone(positive);
    }
    if (node.kind != Node::Kind::term) return;
    const Term& term = query_.terms[node.index];
    const bool plain = term.kind == Term::Kind::words && term.sigil == Sigil::none &&
                       term.scope == Scope::anywhere && !term.match_case;
    const std::string words = folded_words(term.text);
    if (!plain || words.size() < 2 || frequency_of(words) == Frequency::rare) return;
    warn(node, cat("'", query_.written(node),
                   "' is an everyday word: posts about other things hold it, too; add words that "
                   "stand around it"));
  }

  const Query& query_;
  std::vector<QueryFault>* faults_;
  std::vector<std::size_t> forms_;  // of each node
};

}  // namespace

void lint_query(const Query& query, std::vector<QueryFault>* faults) {
  Linter linter(query, faults);
  linter.check_parts();
  linter.check_whole();
}

void lint_shared_query(const Query& query, std::vector<QueryFault>* faults) {
  Linter(query, faults).check_parts();
}

}  // namespace vigie::rules
