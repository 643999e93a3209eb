#include "engine/app/configuration.h"

#include <cstdio>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/app/mappings.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// It changes no result.
std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

void print_diagnostics(std::span<const Diagnostic> diagnostics) {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
    if (++(is_error ? errors : warnings) > kDiagnosticsShownMax) continue;
    std::fprintf(stderr, "%s\n%s", diagnostic.text().c_str(), diagnostic.excerpt.c_str());
  }
  const auto tell_rest = [](std::size_t count, const char* what) {
    if (count <= kDiagnosticsShownMax) return;
    std::fprintf(stderr, "vigie: and %zu more %s\n", count - kDiagnosticsShownMax, what);
  };
  tell_rest(errors, "errors");
  tell_rest(warnings, "warnings");
}

void complain(const std::string& message) { std::fprintf(stderr, "vigie: %s\n", message.c_str()); }

void complain(const Error& error) { complain(error.text()); }

ConfigurationRead read_configuration(const std::string& path, const BrandList& known) {
  Loaded loaded = load_settings(path);
  ConfigurationRead read;
  read.stamps = loaded.stamps;
  read.files = loaded.files;
  const std::shared_ptr<const MappingSet> mappings = compile_mappings(&loaded);
  const auto brands = next_brands(known, loaded.settings.brands, loaded.settings.segments);
  Result<std::shared_ptr<const rules::RuleSet>> rules;
  // A file that is missing would leave what it holds to be called unknown.
  if (brands && loaded.every_file_read) {
    const std::vector<BrandId> ids = ids_of(**brands);
    std::vector<rules::Finding> findings;
    const rules::RecommendationPack opinions = opinions_of(loaded.settings);
    const std::vector<rules::CrisisSector> crises = rules::crisis_pack();
    rules = rules::compile(loaded.settings.brands,
                           // Keeps those who write posts from choosing tokens that collide.
                           {.seed = random_seed(),
                            .library = &loaded.settings.library,
                            .ids = ids,
                            .segments = loaded.settings.segments,
                            .opinions = &opinions,
                            .crises = crises},
                           &findings);
    add_findings(findings, &loaded);
  }
  if (loaded.ok()) {
    if (!brands) {
      read.error = brands.error();
    } else if (!rules) {
      read.error = rules.error();
    } else {
      read.configuration = Configuration{.settings = std::move(loaded.settings),
                                         .rules = std::move(*rules),
                                         .mappings = mappings,
                                         .brands = *brands,
                                         .stamps = read.stamps};
    }
  }
  read.diagnostics = std::move(loaded.diagnostics);
  return read;
}

std::optional<Configuration> load_configuration(const std::string& path,
                                                std::shared_ptr<const SettingsFiles>* files) {
  ConfigurationRead read = read_configuration(path, {});
  print_diagnostics(read.diagnostics);
  if (read.error) complain(*read.error);
  if (files != nullptr) *files = read.files;
  return std::move(read.configuration);
}

std::shared_ptr<const MappingSet> mappings_of(const std::string& path) {
  if (path.empty()) return shipped_mappings();
  const auto configuration = load_configuration(path);
  return configuration ? configuration->mappings : nullptr;
}

KeySeed fresh_key_seed() { return {random_seed(), random_seed()}; }

std::optional<std::uint32_t> find_brand(const rules::RuleSet& rules, const std::string& name) {
  const std::vector<std::string>& names = rules::brand_names(rules);
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::uint32_t>(found - names.begin());
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view meant = closest(name, known.data(), known.size());
  complain(cat("there is no brand '", name, "'",
               meant.empty() ? "; write its name as the configuration has it"
                             : cat("; did you mean '", meant, "'?")));
  return std::nullopt;
}

}  // namespace vigie
