// `vigie mappings`: whose JSON can be read.
#include <cstdio>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/mapping_program.h"
#include "connectors/presets.h"
#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/mappings.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kAboutColumns = 96;

Exit show(const std::string& name, const MappingSet& mappings) {
  for (const auto& program : mappings.programs) {
    if (program->name != name || program->shipped) continue;
    complain(cat("the mapping '", name, "' is yours, not shipped: it stands in its file, under ",
                 "'mappings:'"));
    return Exit::not_started;
  }
  std::vector<std::string_view> known;
  for (const mapping::ShippedMapping& shipped : mapping::shipped_mappings()) {
    if (shipped.name == name) {
      std::fwrite(shipped.yaml.data(), 1, shipped.yaml.size(), stdout);
      return Exit::done;
    }
    known.push_back(shipped.name);
  }
  if (name == kNativeMapping) {
    complain("'mention' is no mapping but Vigie's own record: connectors/mention.md describes it");
    return Exit::not_started;
  }
  const std::string_view meant = closest(name, known.data(), known.size());
  complain(
      cat("no mapping '", name, "' is shipped",
          meant.empty() ? "; `vigie mappings` lists them" : cat("; did you mean '", meant, "'?")));
  return Exit::not_started;
}

}  // namespace

Exit mappings_command(const MappingsArguments& arguments) {
  const auto mappings = mappings_of(arguments.config);
  if (!mappings) return Exit::not_started;
  if (!arguments.show.empty()) return show(arguments.show, *mappings);
  std::vector<std::vector<std::string>> rows{
      {"name", "status", "about"},
      {std::string(kNativeMapping), "stable", "Vigie's own record, mention/1"}};
  for (const auto& program : mappings->programs) {
    rows.push_back({program->name, program->shipped ? program->status : "yours",
                    one_line(program->about, kAboutColumns)});
  }
  std::sort(rows.begin() + 2, rows.end());
  std::fputs(table(rows, "<<<").c_str(), stdout);
  return Exit::done;
}

}  // namespace vigie
