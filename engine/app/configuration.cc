#include "engine/app/configuration.h"

#include <cstdio>

#include <random>
#include <utility>
#include <vector>

#include "engine/base/text.h"

namespace vigie {
namespace {

// The seed keeps those who write posts from choosing tokens that collide; it changes no result.
std::uint64_t hash_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

}  // namespace

void complain(const std::string& message) { std::fprintf(stderr, "vigie: %s\n", message.c_str()); }

void complain(const Error& error) { complain(error.text()); }

std::optional<Configuration> load_configuration(const std::string& path) {
  Loaded loaded = load_settings(path);
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  }
  if (!loaded.ok()) return std::nullopt;
  std::vector<rules::Finding> findings;
  auto rules = rules::compile(loaded.settings.brands, {.seed = hash_seed()}, &findings);
  if (!rules) {
    complain(rules.error());
    return std::nullopt;
  }
  for (const rules::Finding& warning : findings) {
    const Diagnostic diagnostic{
        .severity = Diagnostic::Severity::warning,
        .place = loaded.settings.brand_places[warning.place.brand],
        .message = cat("brand '", loaded.settings.brands[warning.place.brand].name, "', '",
                       warning.term, "': ", warning.message)};
    std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  }
  return Configuration{std::move(loaded.settings), std::move(*rules)};
}

}  // namespace vigie
