#include "connectors/mapping_compile.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connectors/decode.h"
#include "connectors/envelope.h"
#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

constexpr std::array<std::string_view, 7> kKeys{"mapping", "about",  "status", "detect",
                                                "items",   "fields", "posts"};
constexpr std::array<std::string_view, 2> kStatus{"stable", "experimental"};

void read_name(const Section& root, Build* build) {
  const YamlNode* node = root.need("mapping", "the name that sources and metrics call it by");
  const std::string* name =
      node == nullptr ? nullptr : read_text(*node, "'mapping'", &build->faults);
  if (name == nullptr) return;
  if (!is_name(*name, kMappingNameBytesMax)) {
    build->faults.add(*node, cat(in_quotes(*name), " is no name of a mapping: write 1 to ",
                                 kMappingNameBytesMax, " of a-z 0-9 _ . -"));
  }
  if (*name == kNativeMapping || *name == kAutoMapping) {
    build->faults.add(*node, cat(in_quotes(*name), " has a meaning of its own; call it otherwise"));
  }
  build->program.name = *name;
}

void read_status(const Section& root, Build* build) {
  build->program.status = kStatus[0];
  const YamlNode* node = root.get("status");
  const std::string* word =
      node == nullptr ? nullptr : read_text(*node, "'status'", &build->faults);
  if (word == nullptr) return;
  if (std::ranges::find(kStatus, *word) == kStatus.end()) {
    build->faults.add(*node, cat("unknown status ", in_quotes(*word), suggestion(*word, kStatus)));
  }
  build->program.status = *word;
}

void read_about(const Section& root, Build* build) {
  const YamlNode* node = root.get("about");
  const std::string* text = node == nullptr ? nullptr : read_text(*node, "'about'", &build->faults);
  if (text != nullptr) build->program.about = *text;
}

// After all else, so that what a mapping asks for stands together.
void add_envelope(Build* build) {
  for (const EnvelopeKey& key : kEnvelopeKeys) {
    build->program.envelope.*key.slot = build->tries.capture({0}, {std::string(key.name)});
  }
}

void read_root(const YamlNode& node, Build* build) {
  const Section root(node, "the mapping", kKeys, &build->faults);
  if (!root.usable()) return;
  read_name(root, build);
  read_about(root, build);
  read_status(root, build);
  const Within document{{{0}}};
  const YamlNode* items = root.get("items");
  const Within item = items == nullptr ? document : read_items(*items, build);
  if (!root.has("fields") && !root.has("posts")) {
    build->faults.add(node,
                      "a mapping needs 'fields' or 'posts'; write for example fields: {id: "
                      "/id, ...}");
  } else {
    read_rules(node, root.get("fields"), root.get("posts"), item, build);
  }
  const YamlNode* detect = root.get("detect");
  if (detect != nullptr) build->program.detect = read_condition(*detect, document, build);
  add_envelope(build);
}

}  // namespace

std::expected<std::shared_ptr<const Program>, std::vector<Fault>> compile(const YamlTree& tree) {
  if (tree.root == nullptr) {
    return std::unexpected(
        std::vector<Fault>{{{}, "the file holds nothing; a mapping begins with mapping: NAME"}});
  }
  Build build;
  read_root(*tree.root, &build);
  if (!build.faults.empty()) return std::unexpected(build.faults.take());
  return std::make_shared<const Program>(std::move(build.program));
}

}  // namespace vigie::mapping
