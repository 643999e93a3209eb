#include "engine/app/mappings.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "connectors/mapping_compile.h"
#include "connectors/presets.h"
#include "engine/app/configuration.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/runtime/yaml_reader.h"

namespace vigie {
namespace {

using Programs = std::vector<std::shared_ptr<const mapping::Program>>;

const mapping::Program* find(const Programs& programs, std::string_view name) {
  const auto found = std::ranges::find_if(programs, [&](const auto& p) { return p->name == name; });
  return found == programs.end() ? nullptr : found->get();
}

bool is_word(std::string_view name) { return name == kNativeMapping || name == kAutoMapping; }

// A test holds every one of them to be good.
std::shared_ptr<const mapping::Program> compile_shipped(const mapping::ShippedMapping& shipped) {
  const auto tree = parse_yaml(shipped.yaml);
  CHECK(tree.has_value());
  const auto compiled = mapping::compile(*tree);
  if (!compiled) {
    const mapping::Fault& fault = compiled.error().front();
    complain(cat("the mapping '", shipped.name, "' of this program is broken and left out: line ",
                 fault.place.line, ": ", fault.message));
    return nullptr;
  }
  auto program = std::make_shared<mapping::Program>(**compiled);
  program->shipped = true;
  return program;
}

// All of them, compiled once: a configuration may be read a thousand times.
const Programs& shipped_programs() {
  static const Programs programs = [] {
    Programs compiled;
    for (const mapping::ShippedMapping& shipped : mapping::shipped_mappings()) {
      if (auto program = compile_shipped(shipped)) compiled.push_back(std::move(program));
    }
    return compiled;
  }();
  return programs;
}

// Those whose names are free.
void add_shipped(Programs* programs) {
  const Programs own = *programs;
  for (const auto& program : shipped_programs()) {
    if (find(own, program->name) == nullptr) programs->push_back(program);
  }
}

// Where a mapping file gives its name.
YamlPlace place_of_name(const YamlTree& tree) {
  for (const YamlNode::Entry& entry : tree.root->entries) {
    if (entry.key->text == "mapping") return entry.value->place;
  }
  return tree.root->place;
}

// The mappings of the files that the settings name.
Programs compile_own(Loaded* loaded) {
  Programs programs;
  const std::vector<const YamlTree*> trees = mapping_trees(*loaded->files);
  for (std::size_t i = 0; i < trees.size(); ++i) {
    if (trees[i] == nullptr) continue;
    auto compiled = mapping::compile(*trees[i]);
    if (!compiled) {
      for (mapping::Fault& fault : compiled.error()) {
        add_mapping_error(i, fault.place, std::move(fault.message), loaded);
      }
      continue;
    }
    const std::string& name = (*compiled)->name;
    const YamlPlace place = place_of_name(*trees[i]);
    if (find(programs, name) != nullptr) {
      add_mapping_error(
          i, place, cat("there is a mapping '", name, "' already; choose another name"), loaded);
    } else {
      programs.push_back(std::move(*compiled));
    }
  }
  return programs;
}

// What to say of a name that no mapping has; `own` is how a file of one's own is named.
std::string unknown(const Programs& programs, std::string_view name, std::string_view own) {
  std::vector<std::string_view> known{kNativeMapping, kAutoMapping};
  for (const auto& program : programs) known.push_back(program->name);
  const std::string_view meant = closest(name, known.data(), known.size());
  return cat("there is no mapping '", name, "'; ",
             meant.empty() ? cat("`vigie mappings` lists them, and a file of your own ", own)
                           : cat("did you mean '", meant, "'?"));
}

bool is_path(const std::string& word) {
  struct stat about{};
  return word.find('/') != std::string::npos || word.ends_with(".yaml") || word.ends_with(".yml") ||
         (stat(word.c_str(), &about) == 0 && S_ISREG(about.st_mode));
}

}  // namespace

std::shared_ptr<const MappingSet> compile_mappings(Loaded* loaded) {
  const bool whole = loaded->ok();
  auto set = std::make_shared<MappingSet>();
  set->programs = compile_own(loaded);
  add_shipped(&set->programs);
  // A mapping that is broken would be called unknown.
  if (!whole || !loaded->ok()) return set;
  const std::vector<SourceSettings>& sources = loaded->settings.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::string& name = mapping_of(sources[i]);
    if (is_word(name) || find(set->programs, name) != nullptr) continue;
    add_source_error(i, unknown(set->programs, name, "stands under 'mappings:'"), loaded);
  }
  return set;
}

std::shared_ptr<const MappingSet> shipped_mappings() {
  auto set = std::make_shared<MappingSet>();
  add_shipped(&set->programs);
  return set;
}

std::optional<MappingChoice> choose_mapping(const std::string& word,
                                            std::shared_ptr<const MappingSet> mappings) {
  if (is_word(word) || find(mappings->programs, word) != nullptr) {
    return MappingChoice{std::move(mappings), word};
  }
  if (!is_path(word)) {
    complain(unknown(mappings->programs, word, "is named by its path"));
    return std::nullopt;
  }
  Loaded loaded = load_mapping(word);
  Programs own = loaded.ok() ? compile_own(&loaded) : Programs{};
  print_diagnostics(loaded.diagnostics);
  if (!loaded.ok()) return std::nullopt;
  auto set = std::make_shared<MappingSet>();
  set->programs = own;
  for (const auto& program : mappings->programs) {
    if (program->name != own[0]->name) set->programs.push_back(program);
  }
  return MappingChoice{std::move(set), own[0]->name};
}

}  // namespace vigie
