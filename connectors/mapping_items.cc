// `items`: where the posts of a document are.
#include <array>
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
      for (const YamlNode* item : node.items) read_path(*item);
    }
    return item_ ? std::move(*item_) : Within{{0}};
  }

 private:
  void read_path(const YamlNode& node) {
    std::vector<PathStep> steps;
    constexpr std::array<std::string_view, 1> kKeys{"path"};
    const bool is_path = node.kind == YamlNode::Kind::mapping && node.entries.size() == 1 &&
                         node.entries[0].key->text == kKeys[0];
    if (!is_path) {
      read_step(node, &steps);
    } else if (const YamlNode& path = *node.entries[0].value;
               path.kind != YamlNode::Kind::list || path.items.empty() ||
               path.items.size() > kMappingDepthMax) {
      build_.faults.add(path, cat("'path' is a list of 1 to ", kMappingDepthMax,
                                  " pointers, each within what the one before finds"));
    } else {
      for (const YamlNode* step : path.items) read_step(*step, &steps);
    }
    add_path(steps);
  }

  void read_step(const YamlNode& node, std::vector<PathStep>* steps) {
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

  void add_path(const std::vector<PathStep>& steps) {
    Within around{{0}};
    std::vector<Ref> refs;
    for (const PathStep& step : steps) {
      const bool last = &step == &steps.back();
      const ScopeId into = last ? item_scope(around) : kNone;
      std::optional<Opening> opening =
          read_opening(*step.pointer, around, step.through, &build_, into);
      if (!opening) return;
      if (opening->ref.up != 0) {
        build_.faults.add(*step.pointer,
                          "each pointer of a path lies in what the one before "
                          "finds: write it without '^'");
      }
      refs.push_back(opening->ref);
      around = std::move(opening->within);
      build_.tries.keep_for_items(around.scopes.back());
    }
    if (refs.empty()) return;
    build_.program.items.push_back(std::move(refs));
    if (!item_) {
      item_ = around;
    } else if (item_->scopes != around.scopes) {
      item_ = Within{{build_.program.item}, true};
    }
  }

  ScopeId item_scope(const Within& around) {
    ScopeId& item = build_.program.item;
    if (item == 0) item = build_.tries.add_item_scope(around.scopes.back());
    return item;
  }

  Build& build_;
  std::optional<Within> item_;
};

}  // namespace

Within read_items(const YamlNode& node, Build* build) { return ItemsReader(build).read(node); }

}  // namespace vigie::mapping
