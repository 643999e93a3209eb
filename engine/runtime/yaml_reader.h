// Reads YAML files as the plain trees of engine/base/yaml_tree.h.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/yaml_tree.h"

namespace vigie {

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
