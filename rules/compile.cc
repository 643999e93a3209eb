#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/brand_query.h"
#include "rules/lower.h"
#include "rules/rule_set.h"
#include "rules/rules.h"

namespace vigie::rules {
namespace {

using Part = TextPlace::Part;

class Compiler {
 public:
  Compiler(std::span<const Brand> brands, const CompileSettings& settings,
           std::vector<Finding>* findings)
      : brands_(brands),
        settings_(settings),
        out_(findings),
        rules_(std::make_shared<RuleSet>()),
        lowering_(rules_.get()) {
    rules_->seed = HashSeed::from(settings.seed);
  }

  Result<std::shared_ptr<const RuleSet>> run() {
    if (brands_.size() > kBrandsMax) {
      return fail(ErrorKind::config, cat("there may be ", kBrandsMax, " brands at most"));
    }
    if (settings_.library != nullptr) check_library();
    for (std::uint32_t i = 0; i < brands_.size() && !has_too_many_terms(); ++i) add_brand(i);
    add_questions();
    rules_->first_rule.push_back(next_rule());
    rules_->first_campaign.push_back(static_cast<std::uint32_t>(rules_->campaigns.size()));
    if (first_error_) {
      return fail(ErrorKind::config, first_error_->message, to_text(first_error_->place, brands_));
    }
    if (has_too_many_terms()) {
      return fail(ErrorKind::config, cat("there may be ", kTermsMax, " terms at most"));
    }
    lowering_.finish();
    rules_->looks_at_tokens = rules_->looks_at_tokens || rules_->owned.has_accounts();
    rules_->plain_terms.shrink_to_fit();
    rules_->rules.shrink_to_fit();
    if (rules_->rules.size() == brands_.size())
      std::vector<std::uint32_t>().swap(rules_->first_rule);
    if (rules_->campaigns.empty()) std::vector<std::uint32_t>().swap(rules_->first_campaign);
    return std::move(rules_);
  }

 private:
  [[nodiscard]] std::uint32_t next_rule() const {
    return static_cast<std::uint32_t>(rules_->rules.size());
  }

  // Lists that many queries call multiply.
  [[nodiscard]] bool has_too_many_terms() const {
    return rules_->plain_terms.size() + rules_->terms.size() > kTermsMax;
  }

  // Queries of the library are checked by themselves, so that what is wrong is said where it
  // stands.
  void check_library() {
    for (const auto& [name, text] : settings_.library->queries) {
      Findings findings(out_, 0);
      std::vector<QueryFault> faults;
      const Query query = parse_query(text, {.library = settings_.library}, &faults);
      const bool good = std::ranges::none_of(faults, [](const QueryFault& fault) {
        return fault.severity == Finding::Severity::error;
      });
      if (good) lint_shared_query(query, &faults);
      TextPlace place;
      place.part = Part::library;
      place.library_name = name;
      for (const QueryFault& fault : faults) findings.add(fault, place, text);
      keep_error(findings);
    }
  }

  void keep_error(const Findings& findings) {
    if (!first_error_) first_error_ = findings.first_error();
  }

  // As brands of a rule set of their own.
  void add_questions() {
    std::vector<Brand> questions;
    for (const Segment& segment : settings_.segments) {
      questions.push_back({.name = segment.name, .query = segment.query});
    }
    rules_->segments = questions.size();
    const auto ask = [&](std::string_view name, const std::string& query, std::uint32_t* place) {
      if (query.empty()) return;
      *place = static_cast<std::uint32_t>(questions.size());
      questions.push_back({.name = std::string(name), .query = query});
    };
    if (settings_.opinions != nullptr) {
      ask("recommend", settings_.opinions->recommend, &rules_->recommend);
      ask("advise_against", settings_.opinions->advise_against, &rules_->advise_against);
    }
    rules_->first_crisis = static_cast<std::uint32_t>(questions.size());
    for (const CrisisSector& sector : settings_.crises) {
      questions.push_back({.name = sector.name, .query = sector.query});
    }
    rules_->end_crisis = static_cast<std::uint32_t>(questions.size());
    if (questions.empty()) return;
    std::vector<Finding> findings;
    const CompileSettings settings{.seed = settings_.seed, .library = settings_.library};
    auto compiled = Compiler(questions, settings, &findings).run();
    if (compiled) rules_->questions = *std::move(compiled);
    for (Finding& finding : findings) {
      // What is doubtful or dear when asked of every post is not so when asked of mentions; and
      // what is wrong in the library has been told.
      if (finding.severity == Finding::Severity::warning) continue;
      if (finding.place.part == Part::library) continue;
      const bool segment = finding.place.brand < rules_->segments;
      finding.place.item = finding.place.brand;
      finding.place.part = segment ? Part::segment : Part::opinion;
      finding.place.library_name = questions[finding.place.item].name;
      if (!first_error_) first_error_ = finding;
      if (out_ != nullptr) out_->push_back(std::move(finding));
    }
  }

  void add_brand(std::uint32_t place) {
    const Brand& brand = brands_[place];
    rules_->names.push_back(brand.name);
    rules_->ids.push_back(place < settings_.ids.size() ? settings_.ids[place] : place);
    rules_->first_rule.push_back(next_rule());
    rules_->first_campaign.push_back(static_cast<std::uint32_t>(rules_->campaigns.size()));
    Findings findings(out_, place);
    check_owned(brand.owned, &findings);
    rules_->owned.add(place, brand.owned);
    Rule rule;
    rule.brand = place;
    if (is_plain(brand)) {
      add_plain(brand, rule, &findings);
    } else {
      add_query(brand, brand.query, Part::query, rule, &findings);
    }
    if (!brand.shadow.empty()) {
      rule.role = Rule::Role::shadow;
      add_query(brand, brand.shadow, Part::shadow, rule, &findings);
    }
    add_campaigns(brand, place, &findings);
    keep_error(findings);
  }

  void add_plain_term(std::string_view text, Sigil sigil, Rule* rule) {
    const auto pooled = lowering_.pool(without_sigil(text, sigil));
    if (!pooled) return;
    Posting posting;
    posting.rule = next_rule();
    posting.sigil = sigil;
    lowering_.index(*pooled, posting, pooled->is_phrase && sigil == Sigil::none);
    rules_->plain_terms.push_back({pooled->text, pooled->bytes, sigil});
    ++rule->count;
  }

  [[nodiscard]] Rule plain(Rule rule) const {
    rule.plain = true;
    rule.first = static_cast<std::uint32_t>(rules_->plain_terms.size());
    rule.count = 0;
    return rule;
  }

  void add_plain(const Brand& brand, const Rule& like, Findings* findings) {
    Rule rule = plain(like);
    bool any = false;
    for (const TermList& list : term_lists()) {
      const std::vector<std::string>& terms = brand.*list.terms;
      for (std::uint32_t i = 0; i < terms.size(); ++i) {
        any = true;
        if (check_listed(terms[i], list.sigil, findings->place(list.part, i), findings)) {
          add_plain_term(terms[i], list.sigil, &rule);
        }
      }
    }
    if (!any && check_listed(brand.name, Sigil::none, findings->place(Part::name), findings)) {
      add_plain_term(brand.name, Sigil::none, &rule);
    }
    rules_->rules.push_back(rule);
  }

  void add_query(const Brand& brand, std::string_view text, Part part, const Rule& rule,
                 Findings* findings, bool wakes = true) {
    const std::optional<Query> query = brand_query(brand, text, part, settings_.library, findings);
    if (query) add_program(*query, part, rule, wakes, findings);
  }

  void add_program(const Query& query, Part part, const Rule& rule, bool wakes,
                   Findings* findings) {
    std::vector<LoweringFault> faults;
    lowering_.add_program(query, rule, wakes, &faults);
    for (const LoweringFault& fault : faults) {
      const Node& node = query.at(fault.node);
      const bool written = node.count != 0;
      findings->add(
          {Finding::Severity::warning, written ? node.first : 0, node.count, fault.message},
          findings->place(written ? part : Part::name), query.source);
    }
  }

  void add_campaigns(const Brand& brand, std::uint32_t place, Findings* findings) {
    if (brand.campaigns.size() > kCampaignsMax) {
      findings->error(findings->place(Part::campaign, kCampaignsMax), "",
                      cat("a brand may have ", kCampaignsMax, " campaigns at most"));
      return;
    }
    for (std::uint32_t i = 0; i < brand.campaigns.size(); ++i) {
      const Campaign& campaign = brand.campaigns[i];
      CampaignNotes& notes = rules_->campaigns.emplace_back();
      notes.name = campaign.name;
      notes.start = campaign.start;
      notes.end = campaign.end;
      Rule like;
      like.brand = place;
      like.item = static_cast<std::uint8_t>(i);
      like.role = Rule::Role::campaign;
      Rule rule = plain(like);
      for (const std::string& tag : campaign.hashtags) {
        if (check_listed(tag, Sigil::hashtag, findings->place(Part::campaign, i), findings)) {
          add_plain_term(tag, Sigil::hashtag, &rule);
        }
      }
      rules_->rules.push_back(rule);
      if (campaign.guideline.empty()) continue;
      notes.guideline = next_rule();
      like.role = Rule::Role::guideline;
      add_guideline(brand, i, like, findings);
    }
  }

  void add_guideline(const Brand& brand, std::uint32_t item, const Rule& rule, Findings* findings) {
    const std::string& text = brand.campaigns[item].guideline;
    std::vector<QueryFault> faults;
    const Query query =
        parse_query(text, {.library = settings_.library, .owned = &brand.owned}, &faults);
    bool good = true;
    for (const QueryFault& fault : faults) {
      good = good && fault.severity != Finding::Severity::error;
      findings->add(fault, findings->place(Part::guideline, item), text);
    }
    if (good) add_program(query, Part::guideline, rule, false, findings);
  }

  std::span<const Brand> brands_;
  const CompileSettings& settings_;
  std::vector<Finding>* out_;
  std::shared_ptr<RuleSet> rules_;
  Lowering lowering_;
  std::optional<Finding> first_error_;
};

}  // namespace

Result<std::shared_ptr<const RuleSet>> compile(std::span<const Brand> brands,
                                               const CompileSettings& settings,
                                               std::vector<Finding>* findings) {
  return Compiler(brands, settings, findings).run();
}

std::string_view key_of(TextPlace::Part part) {
  switch (part) {
    case Part::name: return "name";
    case Part::names: return "names";
    case Part::hashtags: return "hashtags";
    case Part::handles: return "handles";
    case Part::exclude: return "exclude";
    case Part::regex: return "regex";
    case Part::query: return "query";
    case Part::shadow: return "shadow";
    case Part::campaign:
    case Part::guideline: return "campaigns";
    case Part::owned: return "owned";
    case Part::library: return "queries";
    case Part::segment: return "segments";
    case Part::opinion: return "kpis";
  }
  return {};
}

std::string to_text(const TextPlace& place, std::span<const Brand> brands) {
  if (place.part >= Part::library) return cat(key_of(place.part), '.', place.library_name);
  std::string brand =
      cat("brand '", brands[place.brand].name, "', ",
          place.part == Part::guideline ? "guideline of campaign" : key_of(place.part));
  switch (place.part) {
    case Part::name:
    case Part::query:
    case Part::shadow: return brand;
    case Part::names:
    case Part::hashtags:
    case Part::handles:
    case Part::exclude:
    case Part::regex:
    case Part::campaign:
    case Part::guideline:
    case Part::owned:
    case Part::library:
    case Part::segment:
    case Part::opinion: break;
  }
  return cat(brand, " ", place.item + 1);
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

const std::vector<std::string>& brand_names(const RuleSet& rules) { return rules.names; }

std::size_t memory_bytes(const RuleSet& rules) {
  const auto bytes = [](const auto& values) { return values.capacity() * sizeof(values[0]); };
  return rules.pool.capacity() + bytes(rules.rules) + bytes(rules.first_rule) +
         bytes(rules.first_campaign) + bytes(rules.plain_terms) + bytes(rules.probes) +
         bytes(rules.ops) + bytes(rules.sources) + bytes(rules.terms) + bytes(rules.surfaces) +
         bytes(rules.attributes) + rules.index.memory_bytes() + rules.patterns.memory_bytes() +
         rules.regexes.memory_bytes() + rules.owned.memory_bytes() +
         (rules.questions ? memory_bytes(*rules.questions) : 0);
}

}  // namespace vigie::rules
