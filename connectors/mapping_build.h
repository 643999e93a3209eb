// The parts of the compiler of mappings: each reads one kind of YAML node into the program that is
// being built. What is wrong is noted in Build::faults, and something harmless returned: a program
// with faults is thrown away. Private to mapping_*.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/mapping_pointers.h"
#include "connectors/mapping_program.h"
#include "connectors/mapping_section.h"

namespace vigie::mapping {

struct Build {
  Program program;
  Faults faults;
  Tries tries{&program.scopes};

  // The place of the text in Program::texts, where equal ones stand once.
  std::uint16_t add_text(std::string_view text);
  ExprId add(Expr expr);

 private:
  std::unordered_map<std::string, std::uint16_t> texts_;
};

// Where something stands: what its pointers are relative to.
struct Within {
  std::vector<Place> places;  // the outermost first; the last one is at hand
  bool lookup = false;        // inside of a lookup
  std::size_t depth = 0;      // expressions around it
};

// --- Pointers ------------------------------------------------------------------------------------

// The slot of what a pointer names.
std::optional<Ref> read_ref(const YamlNode& node, const Within& within, Build* build);
// The same for a pointer that stands in a longer text, at `node`.
std::optional<Ref> read_ref(const YamlNode& node, std::string_view pointer, const Within& within,
                            Build* build);

// What is gone through at a pointer, and where its elements' pointers are relative to.
struct Opening {
  Ref ref;
  Within within;
};
std::optional<Opening> read_opening(const YamlNode& node, const Within& within, Through through,
                                    Build* build);
// The same for a step to the items, from this scope.
std::optional<Opening> read_step(const YamlNode& node, ScopeId scope, Through through,
                                 Build* build);

// --- Expressions, conditions, lists --------------------------------------------------------------

// kNone where it is faulty.
ExprId read_expr(const YamlNode& node, const Within& within, Build* build);
// `at` without anything beside it.
ExprId add_at(const Ref& ref, Build* build);
std::vector<Conversion> read_conversions(const YamlNode& node, Build* build);
Condition read_condition(const YamlNode& node, const Within& within, Build* build);
ListExpr read_list(const YamlNode& node, ListTarget target, const Within& within, Build* build);

// --- Fields and items ----------------------------------------------------------------------------

// What `fields` says, of a rule or of all of them.
struct FieldSet {
  // Nothing: not mentioned; kNone: left out.
  std::array<std::optional<ExprId>, kTargets> exprs;
  struct List {
    bool given = false;
    std::optional<ListExpr> list;  // nothing: left out
  };
  std::array<List, kListTargets> lists;

  [[nodiscard]] bool maps(Target target) const {
    return exprs[static_cast<std::size_t>(target)].value_or(kNone) != kNone;
  }
};
FieldSet read_fields(const YamlNode& node, const Within& item, Build* build);
// Those of `over`, and for the others those of `under`.
FieldSet merge(const FieldSet& under, const FieldSet& over);

// Sets Program::items and Program::item; says where an item stands.
Within read_items(const YamlNode& node, Build* build);

// `posts`, or without them `fields` alone; both may be null.
void read_rules(const YamlNode& root, const YamlNode* fields, const YamlNode* posts,
                const Within& item, Build* build);

}  // namespace vigie::mapping
