// Expressions: what one text, number or flag is made of.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

// Each key that makes an expression, and those that may stand beside it.
using Reader = void (*)(const Section&, const Within&, Build*, Expr*);
struct Form {
  std::string_view key;
  std::array<std::string_view, 2> beside;
  Reader read;
};

const YamlNode* list_of(const Section& section, std::string_view key, Build* build) {
  const YamlNode* node = section.get(key);
  if (node == nullptr) return nullptr;
  if (node->kind == YamlNode::Kind::list && !node->items.empty()) return node;
  build->faults.add(
      *node,
      cat('\'', key, "' is ", node->kind == YamlNode::Kind::list ? "an empty list" : kind_of(*node),
          "; write a list of expressions: [/text, /title]"));
  return nullptr;
}

void read_parts(const YamlNode* list, const Within& within, Build* build, Expr* expr) {
  if (list == nullptr) return;
  for (const YamlNode* item : list->items) expr->parts.push_back(read_expr(*item, within, build));
}

void read_at(const Section& section, const Within& within, Build* build, Expr* expr) {
  const YamlNode* node = section.get("at");
  if (node == nullptr) return;
  expr->kind = Expr::Kind::at;
  if (const std::optional<Ref> ref = read_ref(*node, within, build)) expr->value = *ref;
}

void read_any(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::any;
  read_parts(list_of(section, "any", build), within, build, expr);
}

void read_const(const Section& section, const Within& /*within*/, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::constant;
  const YamlNode* node = section.get("const");
  if (node == nullptr) return;
  const std::string* text = read_text(*node, "'const'", &build->faults);
  if (text != nullptr) expr->text = build->add_text(*text);
}

void read_concat(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::concat;
  read_parts(list_of(section, "concat", build), within, build, expr);
  const YamlNode* with = section.get("with");
  const std::string* text = with == nullptr ? nullptr : read_text(*with, "'with'", &build->faults);
  expr->text = build->add_text(text == nullptr ? std::string_view(" ") : *text);
}

ExprId add_constant(std::string_view text, Build* build) {
  Expr expr;
  expr.kind = Expr::Kind::constant;
  expr.text = build->add_text(text);
  return build->add(std::move(expr));
}

// Reads "{POINTER}" at the front of *rest, and steps over it. False when it is faulty.
bool read_brace(const YamlNode& node, std::string_view* rest, const Within& within, Build* build,
                Expr* expr) {
  const std::size_t end = rest->find('}');
  if (end == std::string_view::npos) {
    build->faults.add(node, cat("the brace of ", in_quotes(*rest),
                                " is not closed; write {/pointer}, or {{ for a brace"));
    return false;
  }
  const std::string_view pointer = rest->substr(1, end - 1);
  rest->remove_prefix(end + 1);
  if (!is_pointer(pointer)) {
    build->faults.add(
        node, cat(in_quotes(pointer), " in braces is no pointer, which begins with /; write {/",
                  pointer, "}, or {{ for a brace"));
    return false;
  }
  if (!build->faults.visit(node)) return false;
  const std::optional<Ref> ref = read_ref(node, pointer, within, build);
  if (ref) expr->parts.push_back(add_at(*ref, build));
  return true;
}

void read_template(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::fill;
  const YamlNode* node = section.get("template");
  if (node == nullptr) return;
  const std::string* text = read_text(*node, "'template'", &build->faults);
  if (text == nullptr) return;
  std::string_view rest = *text;
  std::string literal;
  bool has_pointer = false;
  while (!rest.empty()) {
    if (rest.starts_with("{{") || rest.front() != '{') {
      literal += rest.front();
      rest.remove_prefix(rest.front() == '{' ? 2 : 1);
      continue;
    }
    if (!literal.empty()) expr->parts.push_back(add_constant(literal, build));
    literal.clear();
    if (!read_brace(*node, &rest, within, build, expr)) return;
    has_pointer = true;
  }
  if (!literal.empty()) expr->parts.push_back(add_constant(literal, build));
  if (!has_pointer) {
    build->faults.add(*node, "this template holds no {/pointer}; write {const: ...} for a text");
  }
}

void read_case(const YamlNode& node, bool last, const Within& within, Build* build, Expr* expr) {
  constexpr std::array<std::string_view, 2> kKeys{"when", "is"};
  const Section section(node, "a case", kKeys, &build->faults);
  if (!section.usable()) return;
  const YamlNode* when = section.get("when");
  if (!last && !section.has("when")) {
    build->faults.add(node, "only the last case may be without 'when': those behind it never come");
  }
  expr->conditions.push_back(when == nullptr ? Condition{} : read_condition(*when, within, build));
  const YamlNode* is = section.need("is", "what it yields: {when: ..., is: {const: reply}}");
  expr->parts.push_back(is == nullptr ? kNone : read_expr(*is, within, build));
}

void read_cases(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::cases;
  const YamlNode* list = list_of(section, "cases", build);
  if (list == nullptr) return;
  for (const YamlNode* item : list->items) {
    read_case(*item, item == list->items.back(), within, build, expr);
  }
}

void read_first(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::first;
  const YamlNode* node = section.get("first");
  const YamlNode* when = section.get("when");
  const YamlNode* take = section.need("take", "what to take of the element, \"\" for all of it");
  if (node == nullptr || take == nullptr) return;
  const auto opening = read_opening(*node, within, Through::elements, build);
  if (!opening) return;
  expr->value = opening->ref;
  expr->conditions.push_back(when == nullptr ? Condition{}
                                             : read_condition(*when, opening->within, build));
  expr->parts.push_back(read_expr(*take, opening->within, build));
}

void read_parse_json(const Section& section, const Within& within, Build* build, Expr* expr) {
  expr->kind = Expr::Kind::first;  // the only one
  const YamlNode* node = section.get("parse_json");
  const YamlNode* take = section.need("take", "what to take of it, such as /id");
  if (node == nullptr || take == nullptr) return;
  const auto opening = read_opening(*node, within, Through::json, build);
  if (!opening) return;
  expr->value = opening->ref;
  expr->conditions.emplace_back();
  expr->parts.push_back(read_expr(*take, opening->within, build));
}

void read_by(const YamlNode& node, const Within& within, Build* build, Expr* expr) {
  const std::optional<Ref> ref = read_ref(node, within, build);
  if (!ref) return;
  if (ref->up != 0)
    build->faults.add(node, "'by' lies in the element itself: write it without '^'");
  expr->by = ref->slot;
}

void read_lookup(const Section& section, const Within& within, Build* build, Expr* expr) {
  constexpr std::array<std::string_view, 4> kKeys{"in", "by", "key", "take"};
  expr->kind = Expr::Kind::lookup;
  const YamlNode* node = section.get("lookup");
  if (node == nullptr) return;
  if (within.lookup) {
    build->faults.add(*node, "a 'lookup' inside of a 'lookup'; take what the outer one finds");
    return;
  }
  const Section lookup(*node, "'lookup'", kKeys, &build->faults);
  if (!lookup.usable()) return;
  const YamlNode* in = lookup.need("in", "the pointer of the array that is looked through");
  const YamlNode* by = lookup.need("by", "the pointer, in its elements, of what 'key' must equal");
  const YamlNode* key = lookup.need("key", "what to look for");
  const YamlNode* take = lookup.need("take", "what to take of the element found");
  if (in == nullptr || by == nullptr || key == nullptr || take == nullptr) return;
  Within inside = within;
  inside.lookup = true;
  const auto opening = read_opening(*in, inside, Through::elements, build);
  if (!opening) return;
  expr->value = opening->ref;
  read_by(*by, opening->within, build, expr);
  expr->parts.push_back(read_expr(*take, opening->within, build));
  expr->parts.push_back(read_expr(*key, inside, build));
}

void read_facet(const Section& section, const Within& within, Build* build, Expr* expr) {
  constexpr std::array<std::string_view, 4> kKeys{"text", "from", "to", "unit"};
  constexpr std::array<std::string_view, 2> kUnits{"bytes", "code_points"};
  expr->kind = Expr::Kind::facet;
  const YamlNode* node = section.get("facet");
  if (node == nullptr) return;
  const Section facet(*node, "'facet'", kKeys, &build->faults);
  if (!facet.usable()) return;
  for (const std::string_view key : {"text", "from", "to"}) {
    const YamlNode* part = facet.need(key, key == "text" ? "the text that is cut" : "an offset");
    expr->parts.push_back(part == nullptr ? kNone : read_expr(*part, within, build));
  }
  const YamlNode* unit = facet.need("unit", "bytes or code_points: what the offsets count");
  const std::string* word = unit == nullptr ? nullptr : read_text(*unit, "'unit'", &build->faults);
  if (word == nullptr) return;
  if (std::ranges::find(kUnits, *word) == kUnits.end()) {
    build->faults.add(*unit, cat("unknown unit ", in_quotes(*word), suggestion(*word, kUnits)));
  }
  expr->code_points = *word == "code_points";
}

constexpr std::array<Form, 10> kForms{{{"at", {}, read_at},
                                       {"any", {}, read_any},
                                       {"const", {}, read_const},
                                       {"concat", {"with"}, read_concat},
                                       {"template", {}, read_template},
                                       {"cases", {}, read_cases},
                                       {"first", {"when", "take"}, read_first},
                                       {"lookup", {}, read_lookup},
                                       {"facet", {}, read_facet},
                                       {"parse_json", {"take"}, read_parse_json}}};
constexpr std::array<std::string_view, 15> kKeys{"at",    "any",   "const",  "concat", "template",
                                                 "cases", "first", "lookup", "facet",  "parse_json",
                                                 "with",  "when",  "take",   "unless", "as"};

// The form of the expression; null, and a fault, when it has none or several.
const Form* form_of(const Section& section, Build* build) {
  const Form* form = nullptr;
  for (const Form& candidate : kForms) {
    const YamlNode::Entry* entry = section.entry(candidate.key);
    if (entry == nullptr) continue;
    if (form != nullptr) {
      build->faults.add(*entry->key,
                        cat("an expression is one of '", form->key, "' and '", candidate.key,
                            "', not both; {any: [...]} takes the "
                            "first that is there"));
      return nullptr;
    }
    form = &candidate;
  }
  // An unknown key may have been meant to be it.
  const auto is_known = [](const YamlNode::Entry& entry) {
    return std::ranges::find(kKeys, entry.key->text) != kKeys.end();
  };
  if (form == nullptr && std::ranges::all_of(section.node().entries, is_known)) {
    build->faults.add(section.node(),
                      "this expression says not where its value is; write for example {at: "
                      "/pointer} or {const: text}");
  }
  return form;
}

void check_beside(const Section& section, const Form& form, Build* build) {
  for (const std::string_view key : {"with", "when", "take"}) {
    const YamlNode::Entry* entry = section.entry(key);
    if (entry == nullptr || std::ranges::find(form.beside, key) != form.beside.end()) continue;
    build->faults.add(*entry->key,
                      cat('\'', key, "' does not go with '", form.key, "'; remove it"));
  }
}

void read_unless(const YamlNode& node, const Within& within, Build* build, Expr* expr) {
  if (node.kind != YamlNode::Kind::list || node.items.empty()) {
    build->faults.add(node,
                      "'unless' is a list of texts and pointers; write for example "
                      "[\"[deleted]\", /other]");
    return;
  }
  for (const YamlNode* item : node.items) {
    const std::string* text = read_text(*item, "this element of 'unless'", &build->faults);
    if (text == nullptr) continue;
    // An empty text is one: whatever is at "" always equals it.
    if (text->empty() || !is_pointer(*text)) {
      expr->unless.push_back(*text);
    } else if (const std::optional<Ref> ref = read_ref(*item, within, build)) {
      expr->unless_equal.push_back(*ref);
    }
  }
}

ExprId read_form(const YamlNode& node, const Within& within, Build* build) {
  const Section section(node, "an expression", kKeys, &build->faults);
  const Form* form = form_of(section, build);
  if (form == nullptr) return kNone;
  check_beside(section, *form, build);
  Within inside = within;
  ++inside.depth;
  Expr expr;
  form->read(section, inside, build, &expr);
  if (const YamlNode* unless = section.get("unless")) read_unless(*unless, within, build, &expr);
  if (const YamlNode* as = section.get("as")) expr.convert = read_conversions(*as, build);
  return build->add(std::move(expr));
}

}  // namespace

ExprId add_at(const Ref& ref, Build* build) {
  Expr expr;
  expr.value = ref;
  return build->add(std::move(expr));
}

ExprId read_expr(const YamlNode& node, const Within& within, Build* build) {
  if (!build->faults.visit(node)) return kNone;
  if (within.depth >= kMappingDepthMax) {
    build->faults.add(node, cat("expressions may stand ", kMappingDepthMax, " deep in each other"));
    return kNone;
  }
  switch (node.kind) {
    case YamlNode::Kind::null:
      build->faults.add(node,
                        "an expression is missing here; a text that starts with # needs quotes");
      return kNone;
    case YamlNode::Kind::list:
      build->faults.add(node,
                        "a list where one value is wanted; write {any: [...]} for the first "
                        "that is there, or {concat: [...]} for all of them");
      return kNone;
    case YamlNode::Kind::scalar: {
      if (!is_pointer(node.text)) {
        build->faults.add(node, cat(in_quotes(node.text),
                                    " is no pointer, which begins with /; for the text itself "
                                    "write {const: ",
                                    node.text.size() > 60 ? "..." : node.text, "}"));
        return kNone;
      }
      const std::optional<Ref> ref = read_ref(node, within, build);
      return ref ? add_at(*ref, build) : kNone;
    }
    case YamlNode::Kind::mapping: return read_form(node, within, build);
  }
  return kNone;
}

}  // namespace vigie::mapping
