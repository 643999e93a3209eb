// Loading a configuration for a command: diagnostics go to stderr, rules come out compiled.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/runtime/settings.h"
#include "rules/rules.h"

namespace vigie {

struct Configuration {
  Settings settings;
  std::shared_ptr<const rules::RuleSet> rules;
};

// Prints every error and warning; nothing when there was an error.
[[nodiscard]] std::optional<Configuration> load_configuration(const std::string& path);

// Writes "vigie: <message>" on stderr.
void complain(const std::string& message);
void complain(const Error& error);

}  // namespace vigie
