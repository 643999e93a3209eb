// Loading a configuration for a command: diagnostics go to stderr, rules come out compiled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/decode.h"
#include "engine/base/post_key.h"
#include "engine/base/result.h"
#include "engine/runtime/brand_ids.h"
#include "engine/runtime/file_stamp.h"
#include "engine/runtime/settings.h"
#include "rules/rules.h"

namespace vigie {

struct Configuration {
  Settings settings;
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const MappingSet> mappings;  // those of the sources are among them
  std::shared_ptr<const BrandList> brands;     // with whose ids the rules were compiled
  std::vector<StampedFile> stamps;             // of the files it was read from
};

// What came of reading one.
struct ConfigurationRead {
  std::optional<Configuration> configuration;  // nothing when there was an error
  std::vector<Diagnostic> diagnostics;
  std::optional<Error> error;       // that has no diagnostic
  std::vector<StampedFile> stamps;  // of what was read, or tried
  std::shared_ptr<const SettingsFiles> files{};
};

// Brands keep the ids that they have in `known`. Prints nothing.
[[nodiscard]] ConfigurationRead read_configuration(const std::string& path, const BrandList& known);

// Prints every error and warning, of each at most kDiagnosticsShownMax; nothing when there was an
// error. `files` may be null; otherwise it is given what the settings were read from.
[[nodiscard]] std::optional<Configuration> load_configuration(
    const std::string& path, std::shared_ptr<const SettingsFiles>* files = nullptr);

// The mappings of that configuration, or, of no path, those that are shipped. Prints as above; null
// when there was an error.
[[nodiscard]] std::shared_ptr<const MappingSet> mappings_of(const std::string& path);

// Of the keys of posts and authors, as long as no state outlives the process: it keeps those who
// choose ids from making one post pass for another.
[[nodiscard]] KeySeed fresh_key_seed();

// The place of the brand of this name; nothing, and a complaint, when there is none.
[[nodiscard]] std::optional<std::uint32_t> find_brand(const rules::RuleSet& rules,
                                                      const std::string& name);

// Writes them on stderr, at most kDiagnosticsShownMax errors and as many warnings.
void print_diagnostics(std::span<const Diagnostic> diagnostics);

// Writes "vigie: <message>" on stderr.
void complain(const std::string& message);
void complain(const Error& error);

}  // namespace vigie
