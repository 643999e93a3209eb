// The mappings of a process: those that are shipped, and those of the user.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/decode.h"
#include "engine/runtime/settings.h"

namespace vigie {

// Compiles the mappings that the settings name, and those that are shipped, but for the ones whose
// names a user's have taken. Faults are added to the diagnostics, each at its place, as are sources
// that name no mapping.
[[nodiscard]] std::shared_ptr<const MappingSet> compile_mappings(Loaded* loaded);

// Those that are shipped.
[[nodiscard]] std::shared_ptr<const MappingSet> shipped_mappings();

// Which mapping reads the files of a command.
struct MappingChoice {
  std::shared_ptr<const MappingSet> mappings = std::make_shared<const MappingSet>();
  std::string name{kNativeMapping};  // a mapping of the set, or one of the words beside them
};

// What --mapping says: a name, auto, or the path of a file with a mapping, which takes the place of
// one that has its name. Complains, and yields nothing, when there is no such thing or the file
// holds an error.
[[nodiscard]] std::optional<MappingChoice> choose_mapping(
    const std::string& word, std::shared_ptr<const MappingSet> mappings);

}  // namespace vigie
