// Records given as examples in a configuration: YAML mappings as the JSON of mention/1.
#pragma once

#include <optional>
#include <string>

#include "engine/runtime/yaml_reader.h"

namespace vigie {

// The mapping as one JSON object, with the fields that every record needs filled in where they are
// missing. Scalars without quotes that read as a number, true, false or null are that; everything
// else is a text. What is wrong with it, or nothing, is returned; *json is set when nothing is.
[[nodiscard]] std::optional<YamlFault> example_json(const YamlNode& mapping, std::string* json);

}  // namespace vigie
