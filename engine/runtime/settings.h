// The configuration: one YAML file, with includes, read into plain values once and trusted after.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/analysis/kpi_settings.h"
#include "engine/base/byte_count.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/post_key.h"
#include "engine/base/yaml_tree.h"
#include "engine/runtime/file_stamp.h"
#include "rules/rules.h"

namespace vigie {

// A value that must not be shown: print_settings() writes where it came from instead.
struct Secret {
  std::string value;
  std::string origin;  // "file:/run/secrets/x", "env:NAME"; empty for a value given in the clear
  friend bool operator==(const Secret&, const Secret&) = default;
};

struct KafkaSettings {
  std::string brokers;              // host:port, comma separated
  std::vector<std::string> topics;  // at least one
  std::string group = "vigie";
  // Static membership: each worker joins as INSTANCE-<worker>. Empty: made from the host name and
  // the port that is served, so that two processes on one host do not fence each other.
  std::string instance;
  std::string mapping = "mention";  // how the posts are written; "auto" for whatever is detected
  // Any librdkafka property; a value may be given as {file: PATH} or {env: NAME}.
  std::map<std::string, Secret> properties;
  friend bool operator==(const KafkaSettings&, const KafkaSettings&) = default;
};

struct FilesSettings {
  std::vector<std::string> paths;   // files, directories, or "-" for standard input
  std::string mapping = "mention";  // as in KafkaSettings
  friend bool operator==(const FilesSettings&, const FilesSettings&) = default;
};

using SourceSettings = std::variant<KafkaSettings, FilesSettings>;

struct DeadLetterSettings {
  std::string file;   // NDJSON; empty: none
  std::string topic;  // Kafka topic on the brokers of the first Kafka source; empty: none
  friend bool operator==(const DeadLetterSettings&, const DeadLetterSettings&) = default;
};

// What becomes of a record, or of one post of it, that cannot be used.
enum class OnError : std::uint8_t {
  dead_letter,  // sent to the dead letters, where there are any
  drop,         // counted only
  fail,         // the engine stops; what was read with it is not committed
};
// The word of the configuration.
[[nodiscard]] std::string_view to_text(OnError action);

struct ErrorSettings {
  OnError otherwise = OnError::dead_letter;
  std::array<std::optional<OnError>, kRejectReasons> by_reason{};

  [[nodiscard]] OnError of(RejectReason reason) const {
    return by_reason[static_cast<std::size_t>(reason)].value_or(otherwise);
  }
  friend bool operator==(const ErrorSettings&, const ErrorSettings&) = default;
};

// A file with a mapping of one's own; what it means is for the connectors to say.
struct MappingFile {
  std::string path;  // as it is written
  std::string text;  // what it held, to see whether it has changed
  friend bool operator==(const MappingFile&, const MappingFile&) = default;
};

// Where the state of the brands outlives the process.
struct StateSettings {
  std::string path;  // a directory of its own; empty: it is kept in memory only
  // It is saved when this much time has passed, or this much of it has changed.
  Duration every = std::chrono::seconds{10};
  ByteCount bytes{64ULL << 20};
  friend bool operator==(const StateSettings&, const StateSettings&) = default;
};

struct PrivacySettings {
  bool pseudonymise = true;  // what facts and numbers call authors; see PostWriter
  // Of the pseudonyms, and of the keys of posts and authors; empty: drawn at random.
  Secret key;
  friend bool operator==(const PrivacySettings&, const PrivacySettings&) = default;
};
// The same for the same secret. REQUIRES: it is not empty.
[[nodiscard]] KeySeed seed_of(const Secret& secret);

struct SentimentSettings {
  SentimentSource source = SentimentSource::model;  // whose label the KPIs count
  friend bool operator==(const SentimentSettings&, const SentimentSettings&) = default;
};

struct ServeSettings {
  std::string listen = "127.0.0.1:9464";  // loopback unless told otherwise; port 0: any free one
  friend bool operator==(const ServeSettings&, const ServeSettings&) = default;
};

struct EventTimeSettings {
  Duration lateness = std::chrono::hours{1};
  Duration future = std::chrono::minutes{10};
  Duration idle_after = std::chrono::seconds{30};
  friend bool operator==(const EventTimeSettings&, const EventTimeSettings&) = default;
};

struct EngineSettings {
  std::uint32_t workers = 1;
  std::uint32_t shards = 1;
  Duration drain = std::chrono::seconds{20};
  Duration snapshot_every = std::chrono::seconds{1};
  friend bool operator==(const EngineSettings&, const EngineSettings&) = default;
};

struct Settings {
  std::vector<SourceSettings> sources;
  std::vector<MappingFile> mappings;
  std::vector<rules::Brand> brands;
  std::vector<std::string> brand_places;  // "file:line:column" of each brand
  rules::Library library;                 // what the queries of the brands may call
  DeadLetterSettings dead_letters;
  ErrorSettings errors;
  StateSettings state;
  PrivacySettings privacy;
  std::vector<rules::Segment> segments;
  KpiSettings kpis;
  rules::RecommendationPack
      opinions;  // where they are empty, those that are shipped; see opinions_of()
  SentimentSettings sentiment;
  ServeSettings serve;
  EventTimeSettings event_time;
  EngineSettings engine;
};

// What is to be asked of posts.
[[nodiscard]] rules::RecommendationPack opinions_of(const Settings& settings);

// Something wrong, or doubtful, in a configuration.
struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  std::string place;    // "file:line:column"
  std::string message;  // what is wrong and what to write instead

  std::string excerpt{};  // the line of the file and a mark below it, where there is one
  std::array<std::uint32_t, 3> order{};  // file, line, column: what they are sorted by

  // "file:line:column: error: message"
  [[nodiscard]] std::string text() const;
};

// The files that the settings were read from, for those who want to point at them.
class SettingsFiles;

struct Loaded {
  Settings settings;  // complete only when there is no error
  std::vector<Diagnostic> diagnostics;
  std::vector<StampedFile> stamps;  // of all files that it names, also where one is missing
  bool every_file_read = true;
  std::shared_ptr<const SettingsFiles> files;
  [[nodiscard]] bool ok() const;
};

// Reads the file and what it includes, and reports everything wrong at once.
[[nodiscard]] Loaded load_settings(const std::string& path);

// Reads a file with a mapping alone, as if a configuration named it.
[[nodiscard]] Loaded load_mapping(const std::string& path);

// Adds what rules::compile() found, each at its place in the files. Where there are errors already,
// only what concerns the queries themselves: the rest may follow from those errors.
void add_findings(std::span<const rules::Finding> findings, Loaded* loaded);

// The YAML of each of Settings::mappings, null where it could not be read. Valid as long as
// `files`.
[[nodiscard]] std::vector<const YamlTree*> mapping_trees(const SettingsFiles& files);
// Add an error: about a place in one of Settings::mappings, or about the mapping that one of
// Settings::sources names.
void add_mapping_error(std::size_t mapping, YamlPlace place, std::string message, Loaded* loaded);
void add_source_error(std::size_t source, std::string message, Loaded* loaded);
// The mapping that a source names.
[[nodiscard]] const std::string& mapping_of(const SourceSettings& source);

// "file:line:column" of an example of a brand; `list` is must_match or must_not_match.
[[nodiscard]] std::string example_place(const SettingsFiles& files, std::size_t brand,
                                        std::string_view list, std::size_t item);

// The effective configuration as YAML, every default written out, secrets left out.
[[nodiscard]] std::string print_settings(const Settings& settings);

}  // namespace vigie
