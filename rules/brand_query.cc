#include "rules/brand_query.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/common_words.h"
#include "rules/query_builder.h"
#include "rules/query_fields.h"
#include "rules/query_words.h"
#include "rules/regex_guard.h"

namespace vigie::rules {
namespace {

using Part = TextPlace::Part;

constexpr std::array kTermLists{
    TermList{"names", Part::names, Sigil::none, &Brand::names},
    TermList{"hashtags", Part::hashtags, Sigil::hashtag, &Brand::hashtags},
    TermList{"handles", Part::handles, Sigil::handle, &Brand::handles},
    TermList{"exclude", Part::exclude, Sigil::none, &Brand::exclude, true},
};

// Reads the lists of a brand into a tree.
class ListReader {
 public:
  ListReader(const Brand& brand, QueryBuilder* builder, Findings* findings)
      : brand_(brand), builder_(builder), findings_(findings) {}

  std::vector<NodeIndex> positive;
  std::vector<NodeIndex> negative;

  void read() {
    for (const TermList& list : kTermLists) {
      const std::vector<std::string>& terms = brand_.*list.terms;
      for (std::uint32_t i = 0; i < terms.size(); ++i) {
        add(terms[i], list.sigil, list.excludes, findings_->place(list.part, i));
      }
    }
    for (std::uint32_t i = 0; i < brand_.regex.size(); ++i) add_regex(i);
  }

  void add_name() { add(brand_.name, Sigil::none, false, findings_->place(Part::name)); }

 private:
  void add(std::string_view text, Sigil sigil, bool excludes, const TextPlace& place) {
    if (!check_listed(text, sigil, place, findings_)) return;
    Term term;
    term.sigil = sigil;
    term.text = without_sigil(text, sigil);
    (excludes ? negative : positive).push_back(builder_->term(std::move(term), 0, 0));
  }

  void add_regex(std::uint32_t item) {
    const std::string& pattern = brand_.regex[item];
    const TextPlace place = findings_->place(Part::regex, item);
    RegexSet probe;
    const auto added = probe.add(pattern, RegexSet::On::folded);
    if (!added) {
      findings_->error(place, pattern,
                       cat("the regex '", pattern, "' is not valid: ", added.error().message));
      return;
    }
    if (added->expensive) {
      findings_->warn(place, pattern,
                      "it is expensive: it requires no literal of three letters or more, so it is "
                      "tried on every text");
    }
    if (added->matches_empty) {
      findings_->warn(place, pattern,
                      "it matches the empty text: only matches that are not empty count");
    }
    Term term;
    term.kind = Term::Kind::regex;
    term.text = pattern;
    positive.push_back(builder_->term(std::move(term), 0, 0));
  }

  const Brand& brand_;
  QueryBuilder* builder_;
  Findings* findings_;
};

}  // namespace

std::span<const TermList> term_lists() { return kTermLists; }

TextPlace Findings::place(TextPlace::Part part, std::uint32_t item) const {
  TextPlace place;
  place.brand = brand_;
  place.part = part;
  place.item = item;
  return place;
}

void Findings::error(TextPlace place, std::string term, std::string message) {
  Finding finding{Finding::Severity::error, std::move(place), std::move(term), std::move(message)};
  if (!first_error_) first_error_ = finding;
  if (out_ != nullptr) out_->push_back(std::move(finding));
}

void Findings::warn(TextPlace place, std::string term, std::string message) {
  if (out_ == nullptr) return;
  out_->push_back(
      {Finding::Severity::warning, std::move(place), std::move(term), std::move(message)});
}

void Findings::add(const QueryFault& fault, TextPlace place, std::string_view text) {
  place.first = fault.first;
  place.count = fault.count;
  const std::string term(text.substr(std::min<std::size_t>(fault.first, text.size()), fault.count));
  if (fault.severity == Finding::Severity::error) {
    error(std::move(place), term, fault.message);
  } else {
    warn(std::move(place), term, fault.message);
  }
}

std::string_view without_sigil(std::string_view term, Sigil sigil) {
  for (const std::string_view sign : {"#", "＃"}) {
    if (sigil == Sigil::hashtag && term.starts_with(sign)) return term.substr(sign.size());
  }
  for (const std::string_view sign : {"@", "＠"}) {
    if (sigil == Sigil::handle && term.starts_with(sign)) return term.substr(sign.size());
  }
  return term;
}

bool check_listed(std::string_view term, Sigil sigil, const TextPlace& place, Findings* findings) {
  if (term.size() > kTermBytesMax) {
    findings->error(place, std::string(term.substr(0, 60)),
                    cat("a term may have ", kTermBytesMax, " bytes at most"));
    return false;
  }
  const std::string words = folded_words(term);
  if (words.empty()) {
    findings->error(place, std::string(term),
                    cat("'", term, "' holds no letter or digit to look for"));
    return false;
  }
  if (words.size() == 1) {
    findings->warn(place, std::string(term),
                   cat("it is matched as the word '", words,
                       "': symbols do not count, and so short a word is found nearly everywhere"));
  }
  const char first = term[0];
  if (sigil == Sigil::none && (first == '#' || first == '@')) {
    findings->warn(place, std::string(term),
                   cat("it is found with and without its '", std::string_view(&first, 1),
                       "': list it under hashtags or handles if the sign must be there"));
  }
  const bool watched = place.part == Part::names || place.part == Part::name;
  if (watched && words.size() > 1 && frequency_of(words) != Frequency::rare) {
    findings->warn(place, std::string(term),
                   "it is an everyday word: posts about other things hold it, too; write a query "
                   "with words that stand around it");
  }
  return true;
}

void check_owned(const Owned& owned, Findings* findings) {
  const auto error = [&](std::size_t item, const std::string& text, std::string message) {
    const auto place = findings->place(TextPlace::Part::owned, static_cast<std::uint32_t>(item));
    findings->error(place, text, std::move(message));
  };
  for (std::size_t i = 0; i < owned.accounts.size(); ++i) {
    const std::string& account = owned.accounts[i];
    if (account.size() > kTermBytesMax) {
      error(i, account.substr(0, 60), cat("an account may have ", kTermBytesMax, " bytes at most"));
    } else if (folded_words(account).empty()) {
      error(i, account, cat("'", account, "' is no account; write a handle or an id"));
    }
  }
  for (std::size_t i = 0; i < owned.domains.size(); ++i) {
    const std::string& domain = owned.domains[i];
    if (attribute_of(*find_field("site"), domain)) continue;
    error(owned.accounts.size() + i, domain,
          cat("'", domain, "' is not the name of a site; write orange.fr"));
  }
}

bool is_plain(const Brand& brand) {
  return brand.query.empty() && brand.regex.empty() && brand.exclude.empty();
}

std::optional<Query> brand_query(const Brand& brand, std::string_view query, TextPlace::Part part,
                                 const Library* library, Findings* findings) {
  std::vector<QueryFault> faults;
  const QueryContext context{.library = library, .owned = &brand.owned};
  QueryBuilder builder(query, context, &faults);
  // The lists are those of the brand's own query, which has told what is wrong with them.
  Findings told(nullptr, findings->place(part).brand);
  ListReader lists(brand, &builder, part == TextPlace::Part::shadow ? &told : findings);
  lists.read();
  bool good = true;
  if (!query.empty()) {
    if (query.size() > kQueryBytesMax) {
      builder.error(0, 1,
                    cat("a query may have ", kQueryBytesMax, " bytes at most, its comments ",
                        "included; share parts of it by @rule(NAME) or list:NAME"));
      good = false;
    } else if (const auto root = parse_into(query, &builder)) {
      builder.check_positive(*root);
      lists.positive.push_back(*root);
    } else {
      good = false;
    }
  } else if (lists.positive.empty() && !findings->has_error()) {
    lists.add_name();
  }
  const auto wrong = [](const QueryFault& fault) {
    return fault.severity == Finding::Severity::error;
  };
  good = good && !lists.positive.empty() && std::ranges::none_of(faults, wrong);
  NodeIndex root = 0;
  if (good) {
    root = builder.join(Node::Kind::any, std::move(lists.positive));
    if (!lists.negative.empty()) {
      const NodeIndex excluded = builder.join(Node::Kind::any, std::move(lists.negative));
      root = builder.join(Node::Kind::all, {root, builder.negate(excluded, 0, 0)});
    }
    good = std::ranges::none_of(faults, wrong);
  }
  Query out = builder.take(root);
  if (good && !query.empty()) lint_query(out, &faults);
  for (const QueryFault& fault : faults) findings->add(fault, findings->place(part), query);
  if (!good) return std::nullopt;
  return out;
}

}  // namespace vigie::rules
