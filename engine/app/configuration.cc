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

ConfigurationRead read_configuration(const std::string& path, const BrandList& known) {
  Loaded loaded = load_settings(path);
  const bool ok = loaded.ok();
  ConfigurationRead read;
  read.diagnostics = std::move(loaded.diagnostics);
  read.stamps = std::move(loaded.stamps);
  if (!ok) return read;
  auto brands = next_brands(known, loaded.settings.brands);
  if (!brands) {
    read.error = brands.error();
    return read;
  }
  const std::vector<BrandId> ids = ids_of(**brands);
  std::vector<rules::Finding> findings;
  auto rules = rules::compile(loaded.settings.brands, {.seed = hash_seed(), .ids = ids}, &findings);
  if (!rules) {
    read.error = rules.error();
    return read;
  }
  for (const rules::Finding& warning : findings) {
    read.diagnostics.push_back(
        {.severity = Diagnostic::Severity::warning,
         .place = loaded.settings.brand_places[warning.place.brand],
         .message = cat("brand '", loaded.settings.brands[warning.place.brand].name, "', '",
                        warning.term, "': ", warning.message)});
  }
  read.configuration = Configuration{.settings = std::move(loaded.settings),
                                     .rules = std::move(*rules),
                                     .brands = std::move(*brands),
                                     .stamps = read.stamps};
  return read;
}

std::optional<Configuration> load_configuration(const std::string& path) {
  ConfigurationRead read = read_configuration(path, {});
  for (const Diagnostic& diagnostic : read.diagnostics) {
    std::fprintf(stderr, "%s\n", diagnostic.text().c_str());
  }
  if (read.error) complain(*read.error);
  return std::move(read.configuration);
}

}  // namespace vigie
