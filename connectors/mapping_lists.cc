// Expressions for lists: hashtags, urls, mentions, media.
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

constexpr std::array<std::string_view, 2> kHandleKeys{"id", "handle"};
constexpr std::array<std::string_view, 3> kMediaKeys{"type", "url", "alt"};

// The keys of an element; none where it is a text.
std::span<const std::string_view> keys_of(ListTarget target) {
  switch (target) {
    case ListTarget::hashtags:
    case ListTarget::urls: return {};
    case ListTarget::mentions: return kHandleKeys;
    case ListTarget::media: return kMediaKeys;
  }
  return {};
}

std::string example_of(ListTarget target) {
  switch (target) {
    case ListTarget::hashtags: return "{each: /tags, take: /name}";
    case ListTarget::urls: return "{each: /links, take: /url}";
    case ListTarget::mentions: return "{each: /mentions, take: {id: /id, handle: /name}}";
    case ListTarget::media: return "{each: /photos, take: {type: {const: image}, url: /url}}";
  }
  return {};
}

std::array<ExprId, 3> read_take(const YamlNode& node, ListTarget target, const Within& within,
                                Build* build) {
  std::array<ExprId, 3> take{kNone, kNone, kNone};
  const std::span<const std::string_view> keys = keys_of(target);
  if (keys.empty()) {
    take[0] = read_expr(node, within, build);
    return take;
  }
  const Section section(node, cat("an element of '", to_text(target), '\''), keys, &build->faults);
  if (section.usable() && node.entries.empty()) {
    build->faults.add(node, cat("an empty element; write for example ", example_of(target)));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const YamlNode* part = section.get(keys[i])) take[i] = read_expr(*part, within, build);
  }
  return take;
}

// Where a list stands in another.
enum class Inside : std::uint8_t { nothing, concat, any };

class ListReader {
 public:
  ListReader(ListTarget target, Build* build, ListExpr* list)
      : target_(target), build_(*build), list_(*list) {}

  void read(const YamlNode& node, Inside inside, const Within& within) {
    if (!build_.faults.visit(node)) return;
    if (within.depth >= kMappingDepthMax) {
      build_.faults.add(node, cat("lists may stand ", kMappingDepthMax, " deep in each other"));
    } else if (node.kind == YamlNode::Kind::list) {
      read_elements(node, inside, within);
    } else if (node.kind == YamlNode::Kind::mapping) {
      read_form(node, inside, within);
    } else {
      build_.faults.add(node, cat('\'', to_text(target_), "' is a list: write for example ",
                                  example_of(target_), ", or [...] for single values"));
    }
  }

 private:
  void read_elements(const YamlNode& node, Inside inside, const Within& within) {
    if (node.items.empty())
      build_.faults.add(node, "an empty list; leave it out, or map it to null");
    if (inside == Inside::any && node.items.size() > 1) refuse(node, "[...] of several values");
    for (const YamlNode* item : node.items) {
      ListExpr::Source source;
      source.take = read_take(*item, target_, within, &build_);
      list_.sources.push_back(std::move(source));
    }
  }

  void read_form(const YamlNode& node, Inside inside, const Within& within) {
    constexpr std::array<std::string_view, 5> kKeys{"each", "concat", "any", "when", "take"};
    const Section section(node, cat("the list '", to_text(target_), '\''), kKeys, &build_.faults);
    const int forms = section.has("each") + section.has("concat") + section.has("any");
    if (forms != 1) {
      build_.faults.add(node, cat("a list is one of 'each', 'concat' and 'any'; write for example ",
                                  example_of(target_)));
    } else if (section.has("each")) {
      read_each(section, within);
    } else {
      read_several(section, inside, within);
    }
  }

  void read_several(const Section& section, Inside inside, const Within& within) {
    const bool any = section.has("any");
    const std::string_view key = any ? "any" : "concat";
    for (const std::string_view other : {"when", "take"}) {
      if (const YamlNode::Entry* entry = section.entry(other)) {
        build_.faults.add(*entry->key,
                          cat('\'', other, "' goes with 'each', inside of '", key, '\''));
      }
    }
    if (any && inside == Inside::concat) refuse(section.node(), "'any' inside of 'concat'");
    if (!any && inside == Inside::any) refuse(section.node(), "'concat' inside of 'any'");
    if (any) list_.first_only = true;
    const YamlNode* parts = section.get(key);
    if (parts == nullptr) return;
    if (parts->kind != YamlNode::Kind::list || parts->items.empty()) {
      build_.faults.add(*parts, cat('\'', key, "' holds a list of lists; write for example [",
                                    example_of(target_), ", ...]"));
      return;
    }
    Within deeper = within;
    ++deeper.depth;
    for (const YamlNode* part : parts->items) {
      read(*part, any ? Inside::any : Inside::concat, deeper);
    }
  }

  void read_each(const Section& section, const Within& within) {
    const YamlNode* each = section.get("each");
    if (each == nullptr) return;
    std::vector<const YamlNode*> pointers{each};
    if (each->kind == YamlNode::Kind::list) pointers = each->items;
    if (pointers.empty()) build_.faults.add(*each, "'each' is an empty list; write a pointer");
    ListExpr::Source source;
    Within element = within;
    for (const YamlNode* pointer : pointers) {
      if (!build_.faults.visit(*pointer)) return;
      std::optional<Opening> opening = read_opening(*pointer, element, Through::elements, &build_);
      if (!opening) return;
      if (opening->ref.up != 0 && pointer != pointers.front()) {
        build_.faults.add(*pointer,
                          "this array lies in the elements of the one before: write it "
                          "without '^'");
      }
      source.path.push_back(opening->ref);
      element = std::move(opening->within);
    }
    if (const YamlNode* when = section.get("when")) {
      source.when = read_condition(*when, element, &build_);
    }
    if (section.has("take")) {
      const YamlNode* take = section.get("take");
      if (take != nullptr) source.take = read_take(*take, target_, element, &build_);
    } else if (keys_of(target_).empty()) {
      const std::optional<Ref> whole = read_ref(*each, "", element, &build_);
      if (whole) source.take[0] = add_at(*whole, &build_);
    } else {
      build_.faults.add(section.node(), cat("'take' is missing: of each element say what it is; "
                                            "write for example ",
                                            example_of(target_)));
    }
    list_.sources.push_back(std::move(source));
  }

  void refuse(const YamlNode& node, std::string_view what) {
    build_.faults.add(node, cat(what, " does not work; write one of them"));
  }

  ListTarget target_;
  Build& build_;
  ListExpr& list_;
};

}  // namespace

ListExpr read_list(const YamlNode& node, ListTarget target, const Within& within, Build* build) {
  ListExpr list;
  ListReader(target, build, &list).read(node, Inside::nothing, within);
  return list;
}

}  // namespace vigie::mapping
