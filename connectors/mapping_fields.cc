// `fields`: which expression fills which field of a mention.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/short_name.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

constexpr std::array<std::string_view, 6> kSections{"author", "metrics",   "rating",
                                                    "geo",    "sentiment", "channel"};
constexpr std::string_view kOp = "op";  // of rules, and looked for here
constexpr std::size_t kPlatformBytesMax = ShortName::kBytesMax;

std::optional<Target> target_of(std::string_view word) {
  for (std::size_t i = 0; i < kTargets; ++i) {
    if (to_text(static_cast<Target>(i)) == word) return static_cast<Target>(i);
  }
  return std::nullopt;
}

std::optional<ListTarget> list_of(std::string_view word) {
  for (std::size_t i = 0; i < kListTargets; ++i) {
    if (to_text(static_cast<ListTarget>(i)) == word) return static_cast<ListTarget>(i);
  }
  return std::nullopt;
}

// The names of fields at one level: "" or "author.".
std::vector<std::string_view> names_below(std::string_view prefix) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kTargets; ++i) {
    std::string_view word = to_text(static_cast<Target>(i));
    if (!word.starts_with(prefix)) continue;
    word.remove_prefix(prefix.size());
    if (!word.contains('.')) names.push_back(word);
  }
  if (!prefix.empty()) return names;
  names.insert(names.end(), kSections.begin(), kSections.end());
  for (std::size_t i = 0; i < kListTargets; ++i) {
    names.push_back(to_text(static_cast<ListTarget>(i)));
  }
  return names;
}

std::string no_kind(std::string_view text) {
  std::vector<std::string_view> kinds;
  for (int i = 0; i <= static_cast<int>(Kind::message); ++i) {
    kinds.push_back(to_text(static_cast<Kind>(i)));
  }
  return cat(in_quotes(text), " is no kind of post", suggestion(text, kinds));
}

// What is wrong with a text that a mapping itself gives to a field, or nothing.
std::string wrong_constant(Target target, std::string_view text) {
  if (target == Target::kind && !parse_kind(text)) {
    return no_kind(text);
  }
  if (target == Target::platform && !is_name(text, kPlatformBytesMax)) {
    return cat(in_quotes(text), " is no name of a platform: write 1 to ", kPlatformBytesMax,
               " of a-z 0-9 _ . -");
  }
  return {};
}

// Checks the texts that the mapping gives to a field.
class ConstantCheck {
 public:
  ConstantCheck(Target target, const YamlNode& node, Build* build)
      : target_(target), node_(node), build_(*build) {}

  void check(ExprId id) {
    if (id == kNone) return;
    const Expr& expr = build_.program.exprs[id];
    if (!expr.convert.empty()) {
      const Conversion& last = expr.convert.back();
      for (const auto& [from, to] : last.words) check_text(to);
      if (last.otherwise) check_text(*last.otherwise);
      return;
    }
    switch (expr.kind) {
      case Expr::Kind::constant:
        if (expr.text != kNone) check_text(build_.program.texts[expr.text]);
        break;
      case Expr::Kind::any:
      case Expr::Kind::cases:
        for (const ExprId part : expr.parts) check(part);
        break;
      case Expr::Kind::first:
      case Expr::Kind::lookup:
        if (!expr.parts.empty()) check(expr.parts[0]);
        break;
      case Expr::Kind::at:
      case Expr::Kind::concat:
      case Expr::Kind::fill:
      case Expr::Kind::facet: break;
    }
  }

 private:
  void check_text(std::string_view text) {
    std::string wrong = wrong_constant(target_, text);
    if (!wrong.empty()) build_.faults.add(node_, std::move(wrong));
  }

  Target target_;
  const YamlNode& node_;
  Build& build_;
};

class FieldReader {
 public:
  FieldReader(const Within& item, Build* build) : item_(item), build_(*build) {}

  void read_level(const YamlNode& node, std::string_view name) {
    const std::string prefix = name.empty() ? std::string() : cat(name, '.');
    std::vector<std::string_view> names = names_below(prefix);
    const auto is_op = [](const YamlNode::Entry& entry) { return entry.key->text == kOp; };
    if (name.empty() && std::ranges::any_of(node.entries, is_op)) names.push_back(kOp);
    const Section section(node, name.empty() ? "'fields'" : cat('\'', name, '\''), names,
                          &build_.faults);
    for (const YamlNode::Entry& entry : node.entries) {
      if (entry.key->kind == YamlNode::Kind::scalar && build_.faults.visit(*entry.key)) {
        read_entry(entry, prefix);
      }
    }
  }

  [[nodiscard]] FieldSet take() { return std::move(fields_); }

 private:
  void read_entry(const YamlNode::Entry& entry, std::string_view prefix) {
    if (prefix.empty() && entry.key->text == kOp) {
      build_.faults.add(*entry.key,
                        "'op' is no field: it stands in a rule of 'posts', beside its "
                        "'fields'");
      return;
    }
    const std::string word = cat(prefix, entry.key->text);
    const bool nothing = entry.value->kind == YamlNode::Kind::null;
    if (const std::optional<Target> target = target_of(word)) {
      // A name with a dot in it is no key, and told to be unknown.
      ExprId& expr = fields_.exprs[static_cast<std::size_t>(*target)].emplace(kNone);
      if (nothing) return;
      expr = read_expr(*entry.value, item_, &build_);
      // A faulty one is mapped all the same: it is not told to be missing.
      if (expr == kNone) expr = build_.add({});
      ConstantCheck(*target, *entry.value, &build_).check(expr);
    } else if (const std::optional<ListTarget> list = list_of(word)) {
      FieldSet::List& to = fields_.lists[static_cast<std::size_t>(*list)];
      to.given = true;
      if (!nothing) to.list = read_list(*entry.value, *list, item_, &build_);
    } else if (std::ranges::find(kSections, word) != kSections.end()) {
      if (nothing) {
        leave_out(cat(word, '.'));
      } else {
        read_level(*entry.value, word);
      }
    }
  }

  void leave_out(std::string_view prefix) {
    for (std::size_t i = 0; i < kTargets; ++i) {
      if (to_text(static_cast<Target>(i)).starts_with(prefix)) fields_.exprs[i] = kNone;
    }
  }

  const Within& item_;
  Build& build_;
  FieldSet fields_;
};

}  // namespace

FieldSet read_fields(const YamlNode& node, const Within& item, Build* build) {
  FieldReader reader(item, build);
  reader.read_level(node, "");
  return reader.take();
}

FieldSet merge(const FieldSet& under, const FieldSet& over) {
  FieldSet merged = over;
  for (std::size_t i = 0; i < kTargets; ++i) {
    if (!over.exprs[i]) merged.exprs[i] = under.exprs[i];
  }
  for (std::size_t i = 0; i < kListTargets; ++i) {
    if (!over.lists[i].given) merged.lists[i] = under.lists[i];
  }
  return merged;
}

}  // namespace vigie::mapping
