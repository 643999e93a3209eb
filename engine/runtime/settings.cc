#include "engine/runtime/settings.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/settings_fields.h"
#include "engine/runtime/settings_files.h"
#include "engine/runtime/settings_reader.h"
#include "engine/runtime/yaml_reader.h"
#include "rules/shipped_packs.h"

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

// Opens the main file and what it includes, one after the other.
class Loader {
 public:
  Loaded load(const std::string& path);
  Loaded load_mapping(const std::string& path);

 private:
  // A file, and the files that led to it.
  struct Opening {
    std::string path;
    std::string identity;
    const Opening* parent = nullptr;
    std::size_t depth = 0;
  };

  std::optional<const YamlNode*> open(const std::string& path, const Where* asked,
                                      FileNotes* notes);
  void include_all(const FileNotes& notes, const Opening& opening);
  void include(const FileNotes::Include& include, const FileNotes& notes, const Opening& parent);
  [[nodiscard]] bool may_open(const Opening& opening, Where asked);
  std::optional<std::string> open_mapping(const std::string& path, const Where* asked);
  void open_mappings(const FileNotes& notes, Settings* settings);
  void append(Settings* settings, const FileNotes& notes);
  void check_whole(const Settings& settings, const YamlNode* root, std::uint32_t file);
  void check_brands();
  void check_kpis(const KpiSettings& kpis, const YamlNode* section, std::uint32_t file);

  std::shared_ptr<SettingsFiles> files_ = std::make_shared<SettingsFiles>();
  Problems problems_{files_.get()};
  std::vector<rules::Brand> brands_;  // of all files; their places are in files_, in their order
  rules::Library library_;
  std::vector<StampedFile> stamps_;                // of what was opened, or tried
  std::unordered_map<std::string, Where> opened_;  // identity to where it was asked for
  bool complete_ = true;                           // every file was read
};

template <class Whole>
void read_tree(const YamlNode* root, std::string_view name, FileNotes* notes, Whole* whole) {
  if (root == nullptr) return;
  SectionReader reader(*root, name, notes);
  describe(reader, *whole);
  reader.finish();
}

// The root, null in an empty file. A file that cannot be opened is reported at `asked`, where it
// was named, or as itself.
std::optional<const YamlNode*> Loader::open(const std::string& path, const Where* asked,
                                            FileNotes* notes) {
  stamps_.push_back({path, stamp_of(path)});
  notes->problems = &problems_;
  notes->directory = directory_of(path);
  Result<std::string> text = read_text_file(path);
  if (!text) {
    const Where where = asked != nullptr ? *asked : Where{files_->add(path, {}), {}};
    problems_.error(where, cat(text.error().message, "; give the path of a YAML file"));
    complete_ = false;
    return std::nullopt;
  }
  drop_byte_order_mark(&*text);
  notes->file = files_->add(path, std::move(*text));
  auto root = files_->parse(notes->file);
  if (root) return *root;
  problems_.error({notes->file, root.error().place}, root.error().message);
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
                             files_->text(first->second), "; remove one of the two"));
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
  const std::optional<const YamlNode*> root = open(path, &include.where, &inside);
  if (!root) return;
  Pack pack;
  read_tree(*root, kIncludedFile, &inside, &pack);
  include_all(inside, opening);
  append(&pack.settings, inside);
}

void Loader::include_all(const FileNotes& notes, const Opening& opening) {
  for (const FileNotes::Include& one : notes.includes) include(one, notes, opening);
}

// Its text. It is only parsed here: what it means is found out by who knows the language.
std::optional<std::string> Loader::open_mapping(const std::string& path, const Where* asked) {
  FileNotes inside;
  const std::optional<const YamlNode*> root = open(path, asked, &inside);
  if (!root) return std::nullopt;
  if (*root == nullptr) {
    problems_.error(asked != nullptr ? *asked : Where{inside.file, {}},
                    cat("'", path, "' holds nothing; write a mapping into it"));
    return std::nullopt;
  }
  files_->add_mapping(inside.file);
  return std::string(files_->contents(inside.file));
}

void Loader::open_mappings(const FileNotes& notes, Settings* settings) {
  if (notes.mappings.size() > kMappingsMax) {
    problems_.error(notes.mappings[kMappingsMax].where,
                    cat(notes.mappings.size(), " mappings are more than the ", kMappingsMax,
                        " that one process may have"));
  }
  std::unordered_map<std::string, Where> listed;  // identity to where
  for (const FileNotes::Include& mapping : notes.mappings) {
    const bool absolute = mapping.path.starts_with('/');
    const std::string path = absolute ? mapping.path : notes.directory + mapping.path;
    const auto [first, added] = listed.try_emplace(identity_of(path), mapping.where);
    if (!added) {
      problems_.error(mapping.where, cat("'", path, "' is listed twice, first at ",
                                         files_->text(first->second), "; remove one of the two"));
      continue;
    }
    if (const auto text = open_mapping(path, &mapping.where)) {
      settings->mappings.push_back({mapping.path, *text});
    }
  }
}

// Takes the brands and what they call out of the settings of one file.
void Loader::append(Settings* settings, const FileNotes& notes) {
  std::ranges::move(settings->brands, std::back_inserter(brands_));
  for (const Where& where : notes.brands) files_->add_brand(where);
  for (const FileNotes::Named& named : notes.named) {
    const std::optional<Where> first = files_->add_named(named.section, named.name, named.where);
    if (!first) continue;
    problems_.error(named.where, cat("'", named.section, '.', named.name, "' exists already, at ",
                                     files_->text(*first), "; give it another name"));
  }
  library_.queries.merge(settings->library.queries);
  library_.lists.merge(settings->library.lists);
  library_.author_groups.merge(settings->library.author_groups);
}

void Loader::check_brands() {
  if (brands_.size() > kBrandsMax) {
    problems_.error(files_->brand(kBrandsMax), cat(brands_.size(), " brands are more than the ",
                                                   kBrandsMax, " that one process may watch"));
  }
  std::unordered_map<std::string_view, std::size_t> names;
  std::size_t terms = 0;
  for (std::size_t i = 0; i < brands_.size(); ++i) {
    const rules::Brand& brand = brands_[i];
    const std::size_t before = terms;
    terms += brand.names.size() + brand.hashtags.size() + brand.handles.size() +
             brand.exclude.size() + brand.regex.size();
    for (const rules::Campaign& campaign : brand.campaigns) terms += campaign.hashtags.size();
    if (before <= kTermsMax && terms > kTermsMax) {
      problems_.error(files_->brand(i),
                      cat("from here on the brands have more than the ", kTermsMax,
                          " names, hashtags, handles, exclusions and patterns that one "
                          "process may look for"));
    }
    if (brand.name.empty()) continue;  // reported already
    const auto [first, added] = names.try_emplace(brand.name, i);
    if (added) continue;
    problems_.error(files_->brand(i), cat("the brand '", brand.name, "' exists already, at ",
                                          files_->text(files_->brand(first->second)),
                                          "; give it another name or join the two"));
  }
}

void Loader::check_kpis(const KpiSettings& kpis, const YamlNode* section, std::uint32_t file) {
  const auto error = [&](std::string_view key, std::string message) {
    const YamlNode* node = find_value(section, key);
    problems_.error({file, node != nullptr ? node->place : YamlPlace{1, 1}}, std::move(message));
  };
  if (kpis.tiers.micro > kpis.tiers.macro_above) {
    error("tiers",
          cat("'tiers.micro' is ", kpis.tiers.micro, ", which is more than 'macro_above', ",
              kpis.tiers.macro_above, "; authors between the two are micro"));
  }
  if (kpis.engagement.animator_days > kpis.engagement.ambassador_days) {
    error("engagement", cat("'engagement.animator_days' is more than 'ambassador_days'; an ",
                            "ambassador contributes on more days than an animator"));
  }
  const RateCard& card = kpis.rates;
  if (!card.platforms.empty() && (card.version.empty() || card.currency.empty())) {
    error("rates", "'rates' needs 'version' and 'currency'; they are shown with each value");
  }
}

void Loader::check_whole(const Settings& settings, const YamlNode* root, std::uint32_t file) {
  check_brands();
  const bool readable = root == nullptr || root->kind == YamlNode::Kind::mapping;
  if (brands_.empty() && complete_ && readable) {
    const YamlNode* node = find_value(root, "brands");
    problems_.error(
        {file, node != nullptr ? node->place : YamlPlace{1, 1}},
        "there are no brands; write at least one under 'brands:', such as - name: Acme");
  }
  check_kpis(settings.kpis, find_value(root, "kpis"), file);
  const YamlNode* topic = find_value(find_value(root, "dead_letters"), "topic");
  const bool kafka = std::ranges::any_of(settings.sources, [](const SourceSettings& source) {
    return std::holds_alternative<KafkaSettings>(source);
  });
  if (!settings.dead_letters.topic.empty() && !kafka) {
    problems_.error({file, topic->place, topic},
                    "'dead_letters.topic' needs a Kafka source, whose brokers it lies on; add one "
                    "to 'sources', or write 'file:' instead");
  }
}

Loaded Loader::load(const std::string& path) {
  Loaded loaded;
  Settings& settings = loaded.settings;
  FileNotes notes;
  if (const std::optional<const YamlNode*> root = open(path, nullptr, &notes)) {
    read_tree(*root, "", &notes, &settings);
    include_all(notes, {path, identity_of(path), nullptr, 0});
    append(&settings, notes);
    open_mappings(notes, &settings);
    for (const Where& source : notes.sources) files_->add_source(source);
    check_whole(settings, *root, notes.file);
  }
  settings.brands = std::move(brands_);
  settings.library = std::move(library_);
  for (std::size_t i = 0; i < files_->brands(); ++i) {
    settings.brand_places.push_back(files_->text(files_->brand(i)));
  }
  loaded.diagnostics = problems_.take();
  loaded.stamps = std::move(stamps_);
  loaded.every_file_read = complete_;
  loaded.files = files_;
  return loaded;
}

Loaded Loader::load_mapping(const std::string& path) {
  Loaded loaded;
  if (const auto text = open_mapping(path, nullptr)) {
    loaded.settings.mappings.push_back({path, *text});
  }
  loaded.diagnostics = problems_.take();
  loaded.stamps = std::move(stamps_);
  loaded.every_file_read = complete_;
  loaded.files = files_;
  return loaded;
}

// Whether the finding is about the language of queries alone.
bool is_about_query(const rules::Finding& finding) {
  using Part = rules::TextPlace::Part;
  const Part part = finding.place.part;
  return part == Part::query || part == Part::shadow || part == Part::guideline ||
         part >= Part::library;
}

}  // namespace

void add_findings(std::span<const rules::Finding> findings, Loaded* loaded) {
  const bool whole = loaded->ok();
  for (const rules::Finding& finding : findings) {
    if (!whole && !is_about_query(finding)) continue;
    const bool is_error = finding.severity == rules::Finding::Severity::error;
    const auto severity = is_error ? Diagnostic::Severity::error : Diagnostic::Severity::warning;
    // Queries call what is wrong by its words; a name is called by itself.
    std::string message = is_about_query(finding)
                              ? finding.message
                              : cat(in_quotes(finding.term), ": ", finding.message);
    loaded->diagnostics.push_back(loaded->files->diagnose(
        loaded->files->find(finding.place, finding.term), severity, std::move(message)));
  }
  std::ranges::stable_sort(loaded->diagnostics, {}, &Diagnostic::order);
}

std::vector<const YamlTree*> mapping_trees(const SettingsFiles& files) {
  return files.mapping_trees();
}

namespace {

void add_error(const Where& where, std::string message, Loaded* loaded) {
  loaded->diagnostics.push_back(
      loaded->files->diagnose(where, Diagnostic::Severity::error, std::move(message)));
  std::ranges::stable_sort(loaded->diagnostics, {}, &Diagnostic::order);
}

}  // namespace

void add_mapping_error(std::size_t mapping, YamlPlace place, std::string message, Loaded* loaded) {
  add_error(loaded->files->mapping(mapping, place), std::move(message), loaded);
}

void add_source_error(std::size_t source, std::string message, Loaded* loaded) {
  add_error(loaded->files->mapping_of_source(source), std::move(message), loaded);
}

rules::RecommendationPack opinions_of(const Settings& settings) {
  rules::RecommendationPack shipped = rules::recommendation_pack();
  rules::RecommendationPack out = settings.opinions;
  if (out.recommend.empty()) out.recommend = std::move(shipped.recommend);
  if (out.advise_against.empty()) out.advise_against = std::move(shipped.advise_against);
  return out;
}

KeySeed seed_of(const Secret& secret) {
  const Key128 key = siphash128({}, secret.value);
  return {key.high, key.low};
}

const std::string& mapping_of(const SourceSettings& source) {
  return std::visit([](const auto& of) -> const std::string& { return of.mapping; }, source);
}

std::string_view to_text(OnError action) {
  constexpr std::array<std::string_view, 3> kWords{"dead_letter", "drop", "fail"};
  return kWords[static_cast<std::size_t>(action)];
}

std::string example_place(const SettingsFiles& files, std::size_t brand, std::string_view list,
                          std::size_t item) {
  return files.text(files.example(brand, list, item));
}

std::string Diagnostic::text() const {
  return cat(place, severity == Severity::error ? ": error: " : ": warning: ", message);
}

bool Loaded::ok() const {
  return std::ranges::none_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Diagnostic::Severity::error;
  });
}

Loaded load_settings(const std::string& path) { return Loader().load(path); }

Loaded load_mapping(const std::string& path) { return Loader().load_mapping(path); }

}  // namespace vigie
