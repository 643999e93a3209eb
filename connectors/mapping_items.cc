// `items`: where the posts of a document are.
#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

struct PathStep {
  const YamlNode* pointer = nullptr;
  Through through = Through::elements;
};

constexpr std::string_view kWrite =
    "write a pointer, {values_of: POINTER}, {parse_json: POINTER}, {path: [POINTER, POINTER]}, or "
    "a list of them";

class ItemsReader {
 public:
  explicit ItemsReader(Build* build) : build_(*build) {}

  Within read(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::list) {
      read_path(node);
    } else {
      if (node.items.empty()) build_.faults.add(node, cat("'items' is an empty list; ", kWrite));
      if (node.items.size() > kMappingItemsMax) {
        build_.faults.add(node, cat("'items' has more than ", kMappingItemsMax,
                                    " paths; make two mappings of it"));
        return within();
      }
      for (const YamlNode* item : node.items) read_path(*item);
    }
    return within();
  }

 private:
  void read_path(const YamlNode& node) {
    std::vector<PathStep> steps;
    constexpr std::array<std::string_view, 1> kKeys{"path"};
    const bool is_path = node.kind == YamlNode::Kind::mapping && node.entries.size() == 1 &&
                         node.entries[0].key->text == kKeys[0];
    if (!is_path) {
      add_step(node, &steps);
    } else if (const YamlNode& path = *node.entries[0].value;
               path.kind != YamlNode::Kind::list || path.items.empty() ||
               path.items.size() > kMappingDepthMax) {
      build_.faults.add(path, cat("'path' is a list of 1 to ", kMappingDepthMax,
                                  " pointers, each within what the one before finds"));
    } else {
      for (const YamlNode* step : path.items) add_step(*step, &steps);
    }
    add_path(node, steps);
  }

  void add_step(const YamlNode& node, std::vector<PathStep>* steps) {
    if (!build_.faults.visit(node)) return;
    if (node.kind == YamlNode::Kind::scalar) {
      steps->push_back({&node, Through::elements});
      return;
    }
    constexpr std::array<std::string_view, 3> kKeys{"values_of", "parse_json", "path"};
    if (node.kind != YamlNode::Kind::mapping || node.entries.size() != 1) {
      build_.faults.add(node, cat("this is ", kind_of(node), "; ", kWrite));
      return;
    }
    const Section section(node, "'items'", kKeys, &build_.faults);
    if (section.has("path")) {
      build_.faults.add(node, "a 'path' inside of a 'path'; write the pointers in one list");
    } else if (const YamlNode* values = section.get("values_of")) {
      steps->push_back({values, Through::values});
    } else if (const YamlNode* text = section.get("parse_json")) {
      steps->push_back({text, Through::json});
    }
  }

  void add_path(const YamlNode& node, const std::vector<PathStep>& steps) {
    ScopeId scope = 0;
    std::vector<Ref> refs;
    for (const PathStep& step : steps) {
      const std::optional<Opening> opening = read_step(*step.pointer, scope, step.through, &build_);
      if (!opening) return;
      refs.push_back(opening->ref);
      scope = opening->within.places[0][0];
    }
    if (refs.empty()) return;
    if (std::ranges::find(items_, scope) != items_.end()) {
      build_.faults.add(node, "these items are given already, above; remove one of the two");
    }
    items_.push_back(scope);
    build_.program.items.push_back(std::move(refs));
  }

  // Where an item stands: what may be around it, and around that. The document may be the item.
  [[nodiscard]] Within within() {
    Within within;
    items_.push_back(0);
    for (Place place = items_; !place.empty(); place = around(place)) {
      std::ranges::stable_sort(place, std::greater{},
                               [&](ScopeId scope) { return build_.tries.depth(scope); });
      within.places.insert(within.places.begin(), place);
    }
    build_.program.item = within.places.back().front();
    return within;
  }

  [[nodiscard]] Place around(const Place& place) const {
    Place all;
    for (const ScopeId scope : place) {
      const ScopeId one = build_.program.scopes[scope].around;
      if (one != kNone && std::ranges::find(all, one) == all.end()) all.push_back(one);
    }
    return all;
  }

  Build& build_;
  Place items_;
};

}  // namespace

Within read_items(const YamlNode& node, Build* build) { return ItemsReader(build).read(node); }

}  // namespace vigie::mapping
