#include "connectors/mapping_build.h"

#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

// A pointer, and what it is relative to.
struct Resolved {
  Place place;
  Pointer pointer;
};

// Why `^` does not lead anywhere from there.
std::string outside(const Within& within) {
  if (within.places.size() == 1) {
    return "'^' leads out of the document; it stands for what is around an item or an element";
  }
  return cat("'^' leads out of the document: here it may stand ",
             count_of(within.places.size() - 1, "time"));
}

std::optional<Resolved> resolve(const YamlNode& node, std::string_view text, const Within& within,
                                Build* build) {
  std::expected<Pointer, std::string> pointer = parse_pointer(text);
  if (!pointer) {
    build->faults.add(node, cat(in_quotes(text), ": ", pointer.error()));
    return std::nullopt;
  }
  if (pointer->tokens.size() > static_cast<std::size_t>(kJsonDepthMax)) {
    build->faults.add(node, cat(in_quotes(text), " has more than ", kJsonDepthMax,
                                " parts; no record may nest as deep"));
    return std::nullopt;
  }
  if (pointer->up >= within.places.size()) {
    build->faults.add(node, cat(in_quotes(text), ": ", outside(within)));
    return std::nullopt;
  }
  if (build->tries.size() >= kMappingPointersMax) {
    build->faults.add(node, cat("a mapping may hold ", kMappingPointersMax,
                                " pointers, and this is one more; make two mappings of it"));
    return std::nullopt;
  }
  const Place& place = within.places[within.places.size() - 1 - pointer->up];
  return Resolved{place, std::move(*pointer)};
}

Ref make_ref(const Resolved& resolved, SlotId slot, std::string_view text, Build* build) {
  return {static_cast<std::uint8_t>(resolved.pointer.up), slot, build->add_text(text)};
}

const std::string* pointer_text(const YamlNode& node, Build* build) {
  if (node.kind == YamlNode::Kind::scalar) return &node.text;
  build->faults.add(
      node, cat("a pointer is wanted here, not ", kind_of(node), "; write for example /author/id"));
  return nullptr;
}

std::nullopt_t two_ways(const YamlNode& node, std::string_view text, Build* build) {
  build->faults.add(node, cat(in_quotes(text),
                              " is gone through in two ways in this mapping: as an array, as "
                              "'values_of' or as 'parse_json'; keep one of them"));
  return std::nullopt;
}

}  // namespace

std::uint16_t Build::add_text(std::string_view text) {
  const auto [found, added] =
      texts_.try_emplace(std::string(text), static_cast<std::uint16_t>(program.texts.size()));
  if (added) program.texts.emplace_back(text);
  return found->second;
}

ExprId Build::add(Expr expr) {
  program.exprs.push_back(std::move(expr));
  return static_cast<ExprId>(program.exprs.size() - 1);
}

std::optional<Ref> read_ref(const YamlNode& node, const Within& within, Build* build) {
  const std::string* text = pointer_text(node, build);
  return text == nullptr ? std::nullopt : read_ref(node, *text, within, build);
}

std::optional<Ref> read_ref(const YamlNode& node, std::string_view pointer, const Within& within,
                            Build* build) {
  const std::optional<Resolved> resolved = resolve(node, pointer, within, build);
  if (!resolved) return std::nullopt;
  const SlotId slot = build->tries.capture(resolved->place, resolved->pointer.tokens);
  return make_ref(*resolved, slot, pointer, build);
}

std::optional<Opening> read_opening(const YamlNode& node, const Within& within, Through through,
                                    Build* build) {
  const std::string* text = pointer_text(node, build);
  if (text == nullptr) return std::nullopt;
  const std::optional<Resolved> resolved = resolve(node, *text, within, build);
  if (!resolved) return std::nullopt;
  const auto opened = build->tries.open(resolved->place, resolved->pointer.tokens, through);
  if (!opened) return two_ways(node, *text, build);
  Opening opening{make_ref(*resolved, opened->slot, *text, build), within};
  std::vector<Place>& places = opening.within.places;
  places.resize(places.size() - resolved->pointer.up);
  places.push_back({opened->scope});
  return opening;
}

std::optional<Opening> read_step(const YamlNode& node, ScopeId scope, Through through,
                                 Build* build) {
  const std::string* text = pointer_text(node, build);
  if (text == nullptr) return std::nullopt;
  if (text->starts_with('^')) {
    build->faults.add(node, cat(in_quotes(*text),
                                ": each pointer of 'items' lies in what the one "
                                "before it finds; write it without '^'"));
    return std::nullopt;
  }
  const std::optional<Resolved> resolved = resolve(node, *text, {{{scope}}}, build);
  if (!resolved) return std::nullopt;
  const auto opened = build->tries.open_step(scope, resolved->pointer.tokens, through);
  if (!opened) return two_ways(node, *text, build);
  return Opening{make_ref(*resolved, opened->slot, *text, build), {{{opened->scope}}}};
}

}  // namespace vigie::mapping
