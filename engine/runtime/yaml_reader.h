// YAML files as plain trees whose nodes know their place: the diagnostics of the configuration need
// the line and column of every key and value, and must see keys that are given twice.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

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

struct YamlFault {
  YamlPlace place;
  std::string message;  // what is wrong and what to write instead
};

// Reads one document. A byte order mark at its start is no part of the text; see
// drop_byte_order_mark().
[[nodiscard]] std::expected<YamlTree, YamlFault> parse_yaml(std::string_view text);

void drop_byte_order_mark(std::string* text);

// The whole of a small file. Errors: unreadable (absent, a directory, not permitted, or larger than
// kConfigBytesMax), with the cause.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

}  // namespace vigie
