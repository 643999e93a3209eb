#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/regex_guard.h"
#include "rules/rule_set.h"
#include "rules/rules.h"
#include "rules/token_index.h"
#include "rules/tokens.h"

namespace vigie::rules {
namespace {

// A list of terms in the configuration: its key there, and what its terms are.
struct TermList {
  std::string_view key;
  Role role;
  std::vector<std::string> Brand::* terms;
};
constexpr std::array kTermLists{
    TermList{"names", Role::name, &Brand::names},
    TermList{"hashtags", Role::hashtag, &Brand::hashtags},
    TermList{"handles", Role::handle, &Brand::handles},
    TermList{"exclude", Role::exclude, &Brand::exclude},
};

class Compiler {
 public:
  Compiler(const CompileSettings& settings, std::vector<Finding>* findings)
      : rules_(std::make_shared<RuleSet>()), findings_(findings) {
    rules_->seed = HashSeed::from(settings.seed);
  }

  Result<void> add(BrandId id, const Brand& brand) {
    brand_ = id;
    rules_->names.push_back(brand.name);
    for (const TermList& list : kTermLists) {
      const std::vector<std::string>& terms = brand.*list.terms;
      for (std::size_t i = 0; i < terms.size(); ++i) {
        const auto place = cat("brand '", brand.name, "', ", list.key, " ", i + 1);
        if (auto done = add_term(terms[i], list.role, place); !done) return done;
      }
    }
    if (auto done = add_regexes(brand); !done) return done;
    const bool named = brand.names.empty() && brand.hashtags.empty() && brand.handles.empty() &&
                       brand.regex.empty();
    if (!named) return {};
    return add_term(brand.name, Role::name, cat("brand '", brand.name, "', name"));
  }

  std::shared_ptr<const RuleSet> finish(std::span<const BrandId> ids) {
    rules_->ids.assign(ids.begin(), ids.end());
    for (auto i = static_cast<BrandId>(ids.size()); i < rules_->names.size(); ++i) {
      rules_->ids.push_back(i);
    }
    const std::size_t bytes = rules_->pool.size();
    rules_->pool.append(kFoldPaddingBytes, '\0');
    rules_->pool.shrink_to_fit();
    rules_->terms.shrink_to_fit();
    rules_->index = TokenIndex::build(std::string_view(rules_->pool).substr(0, bytes),
                                      rules_->terms, rules_->seed);
    rules_->regexes.finish();
    return std::move(rules_);
  }

 private:
  Result<void> add_term(const std::string& term, Role role, const std::string& place) {
    if (term.size() > kTermBytesMax) {
      return fail(ErrorKind::config, cat("a term may have ", kTermBytesMax, " bytes at most"),
                  place);
    }
    if (rules_->terms.size() == kTermsMax) {
      return fail(ErrorKind::config, cat("there may be ", kTermsMax, " terms at most"), place);
    }
    fold_scalar(term, &folded_);
    tokenise_scalar(folded_, rules_->seed, &tokens_);
    if (tokens_.all().empty()) {
      return fail(ErrorKind::config, cat("'", term, "' holds no letter or digit to look for"),
                  place);
    }
    const std::size_t begin = rules_->pool.size();
    for (const Token& token : tokens_.all()) {
      if (rules_->pool.size() != begin) rules_->pool.push_back(' ');
      rules_->pool.append(folded_.view().substr(token.begin, token.end - token.begin));
    }
    const std::size_t bytes = rules_->pool.size() - begin;
    rules_->terms.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint16_t>(bytes), brand_, role});
    warn_about(term, role, std::string_view(rules_->pool).substr(begin));
    return {};
  }

  void warn_about(const std::string& term, Role role, std::string_view matched) {
    if (matched.size() == 1) {
      warn(term, cat("it is matched as the word '", matched,
                     "': symbols do not count, and so short a word is found nearly everywhere"));
    }
    const bool sigil = folded_.view().starts_with('#') || folded_.view().starts_with('@');
    if (sigil && (role == Role::name || role == Role::exclude)) {
      warn(term, cat("it is found with and without its '", folded_.view().substr(0, 1),
                     "': list it under hashtags or handles if the sign must be there"));
    }
  }

  Result<void> add_regexes(const Brand& brand) {
    for (std::size_t i = 0; i < brand.regex.size(); ++i) {
      auto added = rules_->regexes.add(brand_, brand.regex[i]);
      if (!added) {
        return fail(ErrorKind::config,
                    cat("the regex '", brand.regex[i], "' is not valid: ", added.error().message),
                    cat("brand '", brand.name, "', regex ", i + 1));
      }
      if (added->expensive) {
        warn(brand.regex[i],
             "it is expensive: it requires no literal of three letters or more, so it is tried on "
             "every text");
      }
      if (added->matches_empty) {
        warn(brand.regex[i], "it matches the empty text: only matches that are not empty count");
      }
    }
    return {};
  }

  void warn(const std::string& term, std::string message) {
    if (findings_ == nullptr) return;
    Finding finding;
    finding.severity = Finding::Severity::warning;
    finding.place.brand = brand_;
    finding.term = term;
    finding.message = std::move(message);
    findings_->push_back(std::move(finding));
  }

  std::shared_ptr<RuleSet> rules_;
  std::vector<Finding>* findings_;
  BrandId brand_ = 0;
  FoldedText folded_;
  Tokens tokens_;
};

}  // namespace

Result<std::shared_ptr<const RuleSet>> compile(std::span<const Brand> brands,
                                               const CompileSettings& settings,
                                               std::vector<Finding>* findings) {
  if (brands.size() > kBrandsMax) {
    return fail(ErrorKind::config, cat("there may be ", kBrandsMax, " brands at most"));
  }
  Compiler compiler(settings, findings);
  for (BrandId i = 0; i < brands.size(); ++i) {
    if (auto added = compiler.add(i, brands[i]); !added) return std::unexpected(added.error());
  }
  return compiler.finish(settings.ids);
}

std::vector<CostEstimate> estimate_costs(const RuleSet& rules) {
  return std::vector<CostEstimate>(rules.names.size());
}

std::string_view to_text(Field field) {
  switch (field) {
    case Field::text: return "text";
    case Field::title: return "title";
    case Field::shared_text: return "shared_text";
    case Field::hashtags: return "hashtags";
    case Field::mentions: return "mentions";
    case Field::author: return "author";
  }
  return {};
}

std::string to_text(const TextPlace& place, std::span<const Brand> brands) {
  return cat("brand '", brands[place.brand].name, "'");
}

const std::vector<std::string>& brand_names(const RuleSet& rules) { return rules.names; }

std::size_t memory_bytes(const RuleSet& rules) {
  return rules.pool.capacity() + rules.terms.capacity() * sizeof(TokenIndex::Term) +
         rules.index.memory_bytes() + rules.regexes.memory_bytes();
}

}  // namespace vigie::rules
