#include "tests/rules_naive.h"

#include <re2/re2.h>

#include <algorithm>
#include <compare>
#include <limits>
#include <string_view>
#include <utility>

namespace vigie::rules::naive {
namespace {

constexpr std::uint32_t kNoWord = std::numeric_limits<std::uint32_t>::max();

// Where something was found: words [first, last] and bytes [begin, end) of a field.
struct Place {
  std::uint32_t field = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  auto operator<=>(const Place&) const = default;
};
using Places = std::vector<Place>;

void make_unique(Places* places) {
  std::ranges::sort(*places);
  const auto rest = std::ranges::unique(*places);
  places->erase(rest.begin(), rest.end());
}

// '*' any number of characters, '?' exactly one.
bool matches_glob(std::u32string_view glob, std::u32string_view word) {
  if (glob.empty()) return word.empty();
  if (glob[0] == U'*') {
    return matches_glob(glob.substr(1), word) ||
           (!word.empty() && matches_glob(glob, word.substr(1)));
  }
  if (word.empty()) return false;
  return (glob[0] == U'?' || glob[0] == word[0]) && matches_glob(glob.substr(1), word.substr(1));
}

// Inserts, deletes, replacements and swaps of neighbours from one to the other: optimal string
// alignment.
std::size_t edits(std::u32string_view a, std::u32string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + other});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}
bool is_typo(std::u32string_view a, std::u32string_view b) {
  const std::size_t difference = a.size() < b.size() ? b.size() - a.size() : a.size() - b.size();
  return difference <= 1 && edits(a, b) <= 1;
}

// Of an author, whose name is looked at as a whole, signs count.
std::u32string glob_of(const Term& term) {
  const std::size_t which = key_of(term.match_case, term.match_accents);
  std::string_view text = term.text;
  std::u32string out;
  while (!text.empty()) {
    if (text[0] == '*' || text[0] == '?') {
      out.push_back(static_cast<char32_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view piece = text.substr(0, text.find_first_of("*?"));
    out += term.scope == Scope::author ? decoded(folded(piece)) : key(piece, which);
    text.remove_prefix(piece.size());
  }
  return out;
}

bool is_text(Field::Kind kind) {
  return kind == Field::Kind::text || kind == Field::Kind::title ||
         kind == Field::Kind::shared_text;
}

bool has_sigil(Sigil sigil, const Word& word) {
  switch (sigil) {
    case Sigil::none: return true;
    case Sigil::hashtag: return word.is_hashtag;
    case Sigil::handle: return word.is_handle;
    case Sigil::cashtag: return word.is_cashtag;
  }
  return false;
}

// Whether what begins at `begin` of a folded text, behind its sign, is a cashtag that ends at
// `end`.
bool is_whole_cashtag(std::string_view folded, std::size_t begin, std::size_t end) {
  static const RE2 cashtag("([a-z]{1,6}(?:[._][a-z]{1,2})?)(?:$|[^a-z0-9_\\x80-\\xff])",
                           RE2::Latin1);
  folded.remove_prefix(begin);
  re2::StringPiece found;
  if (!RE2::PartialMatch(folded, cashtag, &found)) return false;
  return found.data() == folded.data() && found.size() == end - begin;
}

// Whether a hashtag, or one of its parts, is these words without spaces, or has them in a row.
bool holds_joined(const std::vector<std::u32string>& wanted, const Word& hashtag) {
  std::u32string whole;
  for (const std::u32string& word : wanted) whole += word;
  if (hashtag.keys[0] == whole) return true;
  const std::vector<std::u32string> parts = parts_of_hashtag(hashtag);
  if (std::ranges::find(parts, whole) != parts.end()) return true;
  return !std::ranges::search(parts, wanted).empty();
}

// A picture of a woman or a man is the picture of a person.
std::string without_genders(std::string text) {
  for (const std::string_view sign : {"\u200D\u2640", "\u200D\u2642"}) {
    for (std::size_t at = text.find(sign); at != text.npos; at = text.find(sign)) {
      text.erase(at, sign.size());
    }
  }
  return text;
}

bool is_looked_at(const Term& term, Field::Kind kind) {
  if (term.scope == Scope::title) return kind == Field::Kind::title;
  if (term.kind == Term::Kind::raw) return is_text(kind);
  return true;
}

}  // namespace

Post::Post(const Mention& from) : mention(&from), fields(read_fields(from)) {
  std::string_view handle = from.author.handle;
  if (handle.starts_with('@')) handle.remove_prefix(1);
  author = folded(handle);
  author_words = read_field(Field::Kind::text, handle);
}

Rule::Rule(const Query& query) : query_(&query) {
  for (const Term& term : query.terms) {
    Ready ready;
    const std::size_t which = key_of(term.match_case, term.match_accents);
    if (term.kind == Term::Kind::regex) {
      RE2::Options options;
      options.set_case_sensitive(!term.fold_text);
      ready.regex =
          std::make_unique<const RE2>(term.fold_text ? folded(term.text) : term.text, options);
    } else if (term.kind == Term::Kind::pattern) {
      ready.glob = glob_of(term);
    } else {
      const std::string text = without_genders(term.text);
      const Field field = read_field(Field::Kind::text, text);
      for (const Word& word : field.words) ready.words.push_back(word.keys[which]);
    }
    terms_.push_back(std::move(ready));
  }
}
Rule::~Rule() = default;
Rule::Rule(Rule&&) noexcept = default;

// One rule on one post.
struct Walk {
  const Rule& rule;
  const Query& query;
  const Post& post;

  bool holds(NodeIndex index) const {
    const Node& node = query.at(index);
    const auto child = [&](NodeIndex one) { return holds(one); };
    switch (node.kind) {
      case Node::Kind::all: return std::ranges::all_of(node.children, child);
      case Node::Kind::any: return std::ranges::any_of(node.children, child);
      case Node::Kind::none: return !holds(node.children[0]);
      case Node::Kind::near:
      case Node::Kind::window:
      case Node::Kind::sequence: return !places(index).empty();
      case Node::Kind::count: return counts(node);
      case Node::Kind::term:
        if (query.terms[node.index].scope == Scope::author) return is_author(node.index);
        return !term_places(node.index).empty();
      case Node::Kind::attribute: return holds_plainly(query.attributes[node.index], *post.mention);
    }
    return false;
  }

  bool counts(const Node& node) const {
    Places found = places(node.children[0]);
    std::erase_if(found, [&](const Place& at) { return !is_text(post.fields[at.field].kind); });
    return node.low <= found.size() && found.size() <= node.high;
  }

  // Sorted, each once.
  Places places(NodeIndex index) const {
    const Node& node = query.at(index);
    Places out;
    switch (node.kind) {
      case Node::Kind::any:
        for (const NodeIndex child : node.children) {
          const Places more = places(child);
          out.insert(out.end(), more.begin(), more.end());
        }
        break;
      case Node::Kind::near: out = near_places(node); break;
      case Node::Kind::window: add_windows(node, {}, &out); break;
      case Node::Kind::sequence: add_sequences(node, {}, &out); break;
      case Node::Kind::term: out = term_places(node.index); break;
      case Node::Kind::all:
      case Node::Kind::none:
      case Node::Kind::count:
      case Node::Kind::attribute: break;  // of no place
    }
    make_unique(&out);
    return out;
  }

  static Place around(const Place& a, const Place& b) {
    return {a.field, std::min(a.first, b.first), std::max(a.last, b.last),
            std::min(a.begin, b.begin), std::max(a.end, b.end)};
  }

  Places near_places(const Node& node) const {
    const auto follows = [&](const Place& a, const Place& b) {
      return a.field == b.field && b.first != kNoWord && a.last < b.first &&
             b.first - a.last - 1 <= node.distance;
    };
    const Places left = places(node.children[0]);
    const Places right = places(node.children[1]);
    Places out;
    for (const Place& a : left) {
      for (const Place& b : right) {
        if (follows(a, b) || (!node.in_order && follows(b, a))) out.push_back(around(a, b));
      }
    }
    return out;
  }

  void add_windows(const Node& node, const Places& chosen, Places* out) const {
    if (chosen.size() == node.children.size()) {
      Place all = chosen[0];
      std::uint32_t words = 0;
      for (const Place& one : chosen) {
        all = around(all, one);
        words += one.last - one.first + 1;
      }
      if (all.last - all.first + 1 - words <= node.distance) out->push_back(all);
      return;
    }
    for (const Place& next : places(node.children[chosen.size()])) {
      const bool fits = std::ranges::all_of(chosen, [&](const Place& one) {
        return one.field == next.field && (one.last < next.first || next.last < one.first);
      });
      if (!fits) continue;
      Places more = chosen;
      more.push_back(next);
      add_windows(node, more, out);
    }
  }

  void add_sequences(const Node& node, const Places& chosen, Places* out) const {
    if (chosen.size() == node.children.size()) {
      out->push_back(around(chosen.front(), chosen.back()));
      return;
    }
    for (const Place& next : places(node.children[chosen.size()])) {
      const bool fits = chosen.empty() ||
                        (chosen.back().field == next.field && chosen.back().last + 1 == next.first);
      if (!fits) continue;
      Places more = chosen;
      more.push_back(next);
      add_sequences(node, more, out);
    }
  }

  Places term_places(std::uint32_t index) const {
    const Term& term = query.terms[index];
    Places out;
    if (term.scope == Scope::author) return out;
    for (std::uint32_t i = 0; i < post.fields.size(); ++i) {
      if (!is_looked_at(term, post.fields[i].kind)) continue;
      switch (term.kind) {
        case Term::Kind::words: add_words(index, i, &out); break;
        case Term::Kind::pattern:
        case Term::Kind::typo: add_single_words(index, i, &out); break;
        case Term::Kind::regex: add_regex(index, i, &out); break;
        case Term::Kind::raw: add_raw(term.text, i, &out); break;
      }
    }
    make_unique(&out);
    return out;
  }

  static Place place(std::uint32_t field, const std::vector<Word>& words, std::size_t first,
                     std::size_t last) {
    return {field, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last),
            words[first].begin, words[last].end};
  }

  static bool may_begin(const Term& term, const Word& word) {
    return has_sigil(term.sigil, word) && !(term.no_hashtag && word.is_hashtag);
  }

  void add_words(std::uint32_t index, std::uint32_t field, Places* out) const {
    const Term& term = query.terms[index];
    const Rule::Ready& ready = rule.terms_[index];
    const std::size_t which = key_of(term.match_case, term.match_accents);
    const std::vector<Word>& words = post.fields[field].words;
    const std::size_t count = ready.words.size();
    for (std::size_t first = 0; first + count <= words.size(); ++first) {
      std::size_t same = 0;
      while (same < count && words[first + same].keys[which] == ready.words[same]) ++same;
      if (same != count || !may_begin(term, words[first])) continue;
      const Word& last = words[first + count - 1];
      if (term.sigil == Sigil::cashtag &&
          !is_whole_cashtag(post.fields[field].folded, words[first].folded_begin,
                            last.folded_end)) {
        continue;
      }
      out->push_back(place(field, words, first, first + count - 1));
    }
    const bool may_be_joined = count > 1 && which == 0 && term.sigil == Sigil::none &&
                               term.scope == Scope::anywhere && !term.no_hashtag;
    if (!may_be_joined) return;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!words[i].is_hashtag || !holds_joined(ready.words, words[i])) continue;
      out->push_back(place(field, words, i, i));
    }
  }

  void add_single_words(std::uint32_t index, std::uint32_t field, Places* out) const {
    const Term& term = query.terms[index];
    const Rule::Ready& ready = rule.terms_[index];
    const std::size_t which = key_of(term.match_case, term.match_accents);
    const std::vector<Word>& words = post.fields[field].words;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::u32string& key = words[i].keys[which];
      const bool same = term.kind == Term::Kind::pattern ? matches_glob(ready.glob, key)
                                                         : is_typo(ready.words[0], key);
      if (same && may_begin(term, words[i])) out->push_back(place(field, words, i, i));
    }
  }

  // The place of a stretch of bytes of the folded text, or of the original.
  Place place_of_bytes(std::uint32_t field, bool folded, std::size_t begin, std::size_t end) const {
    Place out{field, kNoWord, kNoWord, static_cast<std::uint32_t>(begin),
              static_cast<std::uint32_t>(end)};
    const std::vector<Word>& words = post.fields[field].words;
    for (std::uint32_t i = 0; i < words.size(); ++i) {
      const std::size_t first = folded ? words[i].folded_begin : words[i].begin;
      const std::size_t last = folded ? words[i].folded_end : words[i].end;
      if (last <= begin || end <= first) continue;
      if (out.first == kNoWord) out.first = i;
      out.last = i;
    }
    return out;
  }

  void add_regex(std::uint32_t index, std::uint32_t field, Places* out) const {
    const bool folded = query.terms[index].fold_text;
    const Field& in = post.fields[field];
    std::string_view sign;  // it is implied
    if (folded && in.kind == Field::Kind::hashtag) sign = "#";
    if (folded && in.kind == Field::Kind::handle) sign = "@";
    if (in.original.empty()) return;
    const std::string text = std::string(sign) + (folded ? in.folded : std::string(in.original));
    re2::StringPiece found;
    for (std::size_t at = 0; at < text.size();) {
      if (!rule.terms_[index].regex->Match(text, at, text.size(), RE2::UNANCHORED, &found, 1)) {
        return;
      }
      const auto begin = static_cast<std::size_t>(found.data() - text.data());
      const std::size_t end = begin + found.size();
      if (end > std::max(begin, sign.size())) {
        out->push_back(place_of_bytes(field, folded, std::max(begin, sign.size()) - sign.size(),
                                      end - sign.size()));
      }
      at = found.empty() ? end + 1 : end;
      while (at < text.size() && (text[at] & 0xC0) == 0x80) ++at;
    }
  }

  void add_raw(std::string_view wanted, std::uint32_t field, Places* out) const {
    const std::string_view text = post.fields[field].original;
    for (std::size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
      if (!stands_alone(text, at, at + wanted.size())) continue;
      out->push_back(place_of_bytes(field, false, at, at + wanted.size()));
    }
  }

  bool is_author(std::uint32_t index) const {
    const Term& term = query.terms[index];
    const Rule::Ready& ready = rule.terms_[index];
    const Author& author = post.mention->author;
    if (term.kind == Term::Kind::regex) {
      return RE2::PartialMatch(term.fold_text ? post.author : std::string(author.handle),
                               *ready.regex);
    }
    if (term.kind == Term::Kind::pattern) return matches_glob(ready.glob, decoded(post.author));
    if (term.kind == Term::Kind::typo) return is_typo(ready.words[0], decoded(post.author));
    const std::size_t which = key_of(term.match_case, term.match_accents);
    const auto same = [&](const std::u32string& wanted, const Word& word) {
      return word.keys[which] == wanted;
    };
    return std::ranges::equal(ready.words, post.author_words.words, same) || author.id == term.text;
  }
};

bool Rule::matches(const Post& post) const {
  return Walk{*this, *query_, post}.holds(query_->root);
}

}  // namespace vigie::rules::naive
