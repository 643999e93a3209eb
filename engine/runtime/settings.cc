#include "engine/runtime/settings.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/settings_fields.h"
#include "engine/runtime/settings_reader.h"
#include "engine/runtime/yaml_reader.h"

namespace vigie {
namespace {

// A rule pack: what an included file may hold.
struct Pack {
  Settings settings;
};

template <class Visitor>
void describe(Visitor& v, Pack& pack) {
  describe_brands(v, pack.settings);
}

// "packs/" of "packs/telecom.yaml".
std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

// The file itself, however it is written.
std::string identity_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(path, error);
  return error ? path : whole.string();
}

// The value at root[section] or root[section][key]; null when there is none.
const YamlNode* find(const YamlNode* root, std::string_view section, std::string_view key = {}) {
  if (root == nullptr) return nullptr;
  for (const YamlNode::Entry& entry : root->entries) {
    if (entry.key->text == section) return key.empty() ? entry.value : find(entry.value, key);
  }
  return nullptr;
}

// Opens the main file and what it includes, one after the other.
class Loader {
 public:
  Loaded load(const std::string& path);

 private:
  // A file, and the files that led to it.
  struct Opening {
    std::string path;
    std::string identity;
    const Opening* parent = nullptr;
    std::size_t depth = 0;
  };

  std::optional<YamlTree> open(const std::string& path, const Where* asked, FileNotes* notes);
  void include_all(const FileNotes& notes, const Opening& opening);
  void include(const FileNotes::Include& include, const FileNotes& notes, const Opening& parent);
  [[nodiscard]] bool may_open(const Opening& opening, Where asked);
  void append(std::vector<rules::Brand>&& brands, const std::vector<Where>& places);
  void check_whole(const Settings& settings, const YamlNode* root, std::uint32_t file);
  void check_brands();

  Problems problems_;
  std::vector<rules::Brand> brands_;
  std::vector<StampedFile> stamps_;                // of what was opened, or tried
  std::vector<Where> places_;                      // of the brands, in their order
  std::unordered_map<std::string, Where> opened_;  // identity to where it was asked for
  bool complete_ = true;                           // every file was read
};

template <class Whole>
void read_tree(const YamlTree& tree, std::string_view name, FileNotes* notes, Whole* whole) {
  if (tree.root == nullptr) return;
  SectionReader reader(*tree.root, name, notes);
  describe(reader, *whole);
  reader.finish();
}

// A file that cannot be opened is reported at `asked`, where it was named, or as itself.
std::optional<YamlTree> Loader::open(const std::string& path, const Where* asked,
                                     FileNotes* notes) {
  stamps_.push_back({path, stamp_of(path)});
  notes->problems = &problems_;
  notes->directory = directory_of(path);
  Result<std::string> text = read_text_file(path);
  if (!text) {
    const Where where = asked != nullptr ? *asked : Where{problems_.add_file(path), {}};
    problems_.error(where, cat(text.error().message, "; give the path of a YAML file"));
    complete_ = false;
    return std::nullopt;
  }
  notes->file = problems_.add_file(path);
  auto tree = parse_yaml(std::move(*text));
  if (tree) return std::move(*tree);
  problems_.error({notes->file, tree.error().place}, tree.error().message);
  complete_ = false;
  return std::nullopt;
}

bool Loader::may_open(const Opening& opening, Where asked) {
  for (const Opening* open = opening.parent; open != nullptr; open = open->parent) {
    if (open->identity != opening.identity) continue;
    problems_.error(asked, cat("'", opening.path, "' ends up including itself; remove this line"));
    return false;
  }
  if (opening.depth > kIncludeDepthMax) {
    problems_.error(asked, cat("included files stand more than ", kIncludeDepthMax,
                               " deep; include '", opening.path, "' further up"));
    return false;
  }
  const auto [first, added] = opened_.try_emplace(opening.identity, asked);
  if (added) return true;
  problems_.error(asked, cat("'", opening.path, "' is included already, at ",
                             problems_.text(first->second), "; remove one of the two"));
  return false;
}

void Loader::include(const FileNotes::Include& include, const FileNotes& notes,
                     const Opening& parent) {
  const bool absolute = include.path.starts_with('/');
  const std::string path = absolute ? include.path : notes.directory + include.path;
  const Opening opening{path, identity_of(path), &parent, parent.depth + 1};
  if (!may_open(opening, include.where)) {
    complete_ = false;
    return;
  }
  FileNotes inside;
  const std::optional<YamlTree> tree = open(path, &include.where, &inside);
  if (!tree) return;
  Pack pack;
  read_tree(*tree, kIncludedFile, &inside, &pack);
  include_all(inside, opening);
  append(std::move(pack.settings.brands), inside.brands);
}

void Loader::include_all(const FileNotes& notes, const Opening& opening) {
  for (const FileNotes::Include& one : notes.includes) include(one, notes, opening);
}

void Loader::append(std::vector<rules::Brand>&& brands, const std::vector<Where>& places) {
  std::ranges::move(brands, std::back_inserter(brands_));
  places_.insert(places_.end(), places.begin(), places.end());
}

void Loader::check_brands() {
  if (brands_.size() > kBrandsMax) {
    problems_.error(places_[kBrandsMax], cat(brands_.size(), " brands are more than the ",
                                             kBrandsMax, " that one process may watch"));
  }
  std::unordered_map<std::string_view, std::size_t> names;
  std::size_t terms = 0;
  for (std::size_t i = 0; i < brands_.size(); ++i) {
    const rules::Brand& brand = brands_[i];
    const std::size_t before = terms;
    terms += brand.names.size() + brand.hashtags.size() + brand.handles.size() +
             brand.exclude.size() + brand.regex.size();
    if (before <= kTermsMax && terms > kTermsMax) {
      problems_.error(places_[i], cat("from here on the brands have more than the ", kTermsMax,
                                      " names, hashtags, handles, exclusions and patterns that one "
                                      "process may look for"));
    }
    if (brand.name.empty()) continue;  // reported already
    const auto [first, added] = names.try_emplace(brand.name, i);
    if (added) continue;
    problems_.error(places_[i], cat("the brand '", brand.name, "' exists already, at ",
                                    problems_.text(places_[first->second]),
                                    "; give it another name or join the two"));
  }
}

void Loader::check_whole(const Settings& settings, const YamlNode* root, std::uint32_t file) {
  check_brands();
  const bool readable = root == nullptr || root->kind == YamlNode::Kind::mapping;
  if (brands_.empty() && complete_ && readable) {
    const YamlNode* node = find(root, "brands");
    problems_.error(
        {file, node != nullptr ? node->place : YamlPlace{1, 1}},
        "there are no brands; write at least one under 'brands:', such as - name: Acme");
  }
  const YamlNode* topic = find(root, "dead_letters", "topic");
  const bool kafka = std::ranges::any_of(settings.sources, [](const SourceSettings& source) {
    return std::holds_alternative<KafkaSettings>(source);
  });
  if (!settings.dead_letters.topic.empty() && !kafka) {
    problems_.error({file, topic->place},
                    "'dead_letters.topic' needs a Kafka source, whose brokers it lies on; add one "
                    "to 'sources', or write 'file:' instead");
  }
}

Loaded Loader::load(const std::string& path) {
  Loaded loaded;
  Settings& settings = loaded.settings;
  FileNotes notes;
  if (const std::optional<YamlTree> tree = open(path, nullptr, &notes)) {
    read_tree(*tree, "", &notes, &settings);
    include_all(notes, {path, identity_of(path), nullptr, 0});
    append(std::move(settings.brands), notes.brands);
    check_whole(settings, tree->root, notes.file);
  }
  settings.brands = std::move(brands_);
  for (const Where& where : places_) settings.brand_places.push_back(problems_.text(where));
  loaded.diagnostics = problems_.take();
  loaded.stamps = std::move(stamps_);
  return loaded;
}

}  // namespace

std::string Diagnostic::text() const {
  return cat(place, severity == Severity::error ? ": error: " : ": warning: ", message);
}

bool Loaded::ok() const {
  return std::ranges::none_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
  });
}

Loaded load_settings(const std::string& path) { return Loader().load(path); }

}  // namespace vigie
