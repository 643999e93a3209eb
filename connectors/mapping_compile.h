// Mappings from YAML: connectors/MAPPINGS.md is the language.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_program.h"
#include "engine/base/yaml_tree.h"

namespace vigie::mapping {

struct Fault {
  YamlPlace place;
  std::string message;  // what is wrong and what to write instead
};

// Compiles one mapping file. All that is wrong with it is told at once, in the order of the file.
// Unknown keys are faults ("did you mean").
[[nodiscard]] std::expected<std::shared_ptr<const Program>, std::vector<Fault>> compile(
    const YamlTree& tree);

}  // namespace vigie::mapping
