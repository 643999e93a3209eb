// `posts`: what becomes of an item.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

std::string unknown_op(std::string_view word) {
  std::vector<std::string_view> ops;
  for (int i = 0; i <= static_cast<int>(Op::remove_author); ++i) {
    ops.push_back(to_text(static_cast<Op>(i)));
  }
  return cat("unknown op ", in_quotes(word), suggestion(word, ops));
}

class RuleReader {
 public:
  RuleReader(const FieldSet& for_all, const Within& item, Build* build)
      : for_all_(for_all), item_(item), build_(*build) {}

  void read_rule(const YamlNode& node, bool last) {
    if (!build_.faults.visit(node)) return;
    constexpr std::array<std::string_view, 4> kKeys{"when", "op", "drop", "fields"};
    const Section section(node, "a rule of 'posts'", kKeys, &build_.faults);
    if (!section.usable()) return;
    Rule rule;
    if (const YamlNode* when = section.get("when")) {
      rule.when = read_condition(*when, item_, &build_);
    } else if (!last && !section.has("when")) {
      build_.faults.add(node,
                        "this rule has no 'when', so that those below it never come; give "
                        "it one, or move it to the end");
    }
    if (section.has("drop")) {
      read_drop(section, &rule);
      build_.program.rules.push_back(std::move(rule));
      return;
    }
    if (const YamlNode* op = section.get("op")) read_op(*op, &rule);
    const YamlNode* fields = section.get("fields");
    add_rule(node, fields == nullptr ? FieldSet{} : read_fields(*fields, item_, &build_),
             std::move(rule));
  }

  // `own`: the fields of this rule alone.
  void add_rule(const YamlNode& node, const FieldSet& own, Rule rule) {
    const FieldSet fields = merge(for_all_, own);
    check_required(node, fields, rule.op);
    for (std::size_t i = 0; i < kTargets; ++i) {
      const auto target = static_cast<Target>(i);
      if (fields.maps(target)) rule.fields.push_back({target, *fields.exprs[i]});
    }
    for (std::size_t i = 0; i < kListTargets; ++i) {
      const std::optional<ListExpr>& list = fields.lists[i].list;
      if (list) rule.lists.push_back({static_cast<ListTarget>(i), *list});
    }
    build_.program.rules.push_back(std::move(rule));
  }

 private:
  void read_drop(const Section& section, Rule* rule) {
    for (const std::string_view key : {"op", "fields"}) {
      if (const YamlNode::Entry* entry = section.entry(key)) {
        build_.faults.add(*entry->key,
                          cat('\'', key, "' beside 'drop': what is dropped is no post"));
      }
    }
    const YamlNode* drop = section.get("drop");
    const std::string* word =
        drop == nullptr ? nullptr : read_text(*drop, "'drop'", &build_.faults);
    if (word == nullptr) return;
    if (!is_name(*word, kMappingNameBytesMax)) {
      build_.faults.add(*drop, cat(in_quotes(*word), " is no word for why: write 1 to ",
                                   kMappingNameBytesMax, " of a-z 0-9 _ . -, such as no_post"));
    }
    rule->drop = *word;
  }

  void read_op(const YamlNode& node, Rule* rule) {
    const std::string* word = read_text(node, "'op'", &build_.faults);
    if (word == nullptr) return;
    const std::optional<Op> op = parse_op(*word);
    if (!op) build_.faults.add(node, unknown_op(*word));
    rule->op = op.value_or(Op::upsert);
  }

  void check_required(const YamlNode& node, const FieldSet& fields, Op op) {
    std::vector<Target> required{Target::platform};
    required.push_back(op == Op::remove_author ? Target::author_id : Target::id);
    if (op == Op::upsert) required.insert(required.end(), {Target::created_at, Target::text});
    std::string missing;
    for (const Target target : required) {
      if (fields.maps(target)) continue;
      missing += cat(missing.empty() ? "'" : ", '", to_text(target), '\'');
    }
    if (!missing.empty()) {
      build_.faults.add(node, cat("the fields of op '", to_text(op), "' need ", missing,
                                  "; map these in the 'fields' of the rule, or in those of all"));
    }
    const bool counts = op == Op::metrics || op == Op::increment;
    if (counts && !std::ranges::any_of(kCounts, [&](Target t) { return fields.maps(t); })) {
      build_.faults.add(node, cat("op '", to_text(op),
                                  "' without any counter; map at least one, "
                                  "such as metrics: {likes: /likes}"));
    }
  }

  static constexpr std::array<Target, 8> kCounts{Target::metrics_likes,    Target::metrics_shares,
                                                 Target::metrics_comments, Target::metrics_quotes,
                                                 Target::metrics_views,    Target::metrics_clicks,
                                                 Target::metrics_saves,    Target::metrics_reach};

  const FieldSet& for_all_;
  const Within& item_;
  Build& build_;
};

}  // namespace

void read_rules(const YamlNode& root, const YamlNode* fields, const YamlNode* posts,
                const Within& item, Build* build) {
  const FieldSet for_all = fields == nullptr ? FieldSet{} : read_fields(*fields, item, build);
  RuleReader reader(for_all, item, build);
  if (posts == nullptr) {
    reader.add_rule(fields == nullptr ? root : *fields, {}, {});
    return;
  }
  if (posts->kind != YamlNode::Kind::list || posts->items.empty()) {
    build->faults.add(*posts,
                      "'posts' is a list of rules; write for example - {when: {/type: "
                      "post}, fields: {...}}");
    return;
  }
  for (const YamlNode* rule : posts->items) reader.read_rule(*rule, rule == posts->items.back());
}

}  // namespace vigie::mapping
