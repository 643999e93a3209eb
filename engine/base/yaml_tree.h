// YAML files as plain trees whose nodes know their place: diagnostics need the line and column of
// every key and value, and must see keys that are given twice. engine/runtime/yaml_reader.h makes
// them; the configuration and the mappings of connectors are read from them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace vigie {

// Counted from 1; the column in bytes. {0, 0} stands for the file as a whole.
struct YamlPlace {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const YamlPlace&, const YamlPlace&) = default;
};

// All scalars are texts: what they mean is decided by who asks for them. `1664`, `yes` and `1.0`
// are these very characters.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, mapping };
  struct Entry {
    const YamlNode* key = nullptr;
    const YamlNode* value = nullptr;
  };

  Kind kind = Kind::null;
  YamlPlace place;
  std::string text;                    // of a scalar
  bool plain = false;                  // a scalar without quotes, not in a block
  std::vector<const YamlNode*> items;  // of a list
  std::vector<Entry> entries;          // of a mapping, in the order of the file
};

// Owns its nodes. An alias is the node that it names, so a node may be reached twice; there are no
// cycles.
struct YamlTree {
  std::deque<YamlNode> nodes;
  const YamlNode* root = nullptr;  // null when the file holds nothing
};

}  // namespace vigie
