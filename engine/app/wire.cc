#include "engine/app/wire.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/dead_letter_file.h"
#include "connectors/decode.h"
#include "connectors/kafka_dead_letter.h"
#include "connectors/kafka_source.h"
#include "connectors/lmdb_rewrite.h"
#include "connectors/local_link.h"
#include "connectors/mapping_program.h"
#include "connectors/ndjson_source.h"
#include "engine/base/check.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::chrono::seconds kConnectWait{15};  // until a broker that does not answer is an error
constexpr PartitionId kPartitionsPerSource = 1U << 24;

// One for each worker. With a mapping of its own a source needs none of the others.
std::unique_ptr<Decoder> decoder_for(const SourceSettings& source,
                                     const Configuration& configuration) {
  const std::string& choice = mapping_of(source);
  auto mappings = configuration.mappings;
  if (choice != kAutoMapping) {
    auto own = std::make_shared<MappingSet>();
    for (const auto& program : mappings->programs) {
      if (program->name == choice) own->programs.push_back(program);
    }
    mappings = std::move(own);
  }
  return make_decoder({.future = configuration.settings.event_time.future}, mappings, choice);
}

// Two processes on one host serve different ports, so this tells them apart, and it is the same
// after a restart: a member that returns within the session timeout causes no rebalance. With any
// free port there is no such name, and the workers are ordinary members.
std::string default_instance(const Settings& settings) {
  const std::string& listen = settings.serve.listen;
  const std::string port = listen.substr(listen.rfind(':') + 1);
  std::array<char, 256> host{};
  if (port == "0" || gethostname(host.data(), host.size() - 1) != 0) return {};
  return cat(host.data(), "-", port);
}

std::map<std::string, std::string> plain(const std::map<std::string, Secret>& secrets) {
  std::map<std::string, std::string> values;
  for (const auto& [key, secret] : secrets) values[key] = secret.value;
  return values;
}

KafkaOptions kafka_options(const KafkaSettings& kafka, const Settings& settings,
                           PartitionId first_partition, Counters* counters) {
  KafkaOptions options;
  options.brokers = kafka.brokers;
  options.topics = kafka.topics;
  options.group = kafka.group;
  options.instance = kafka.instance.empty() ? default_instance(settings) : kafka.instance;
  options.properties = plain(kafka.properties);
  options.first_partition = first_partition;
  options.counters = counters;
  return options;
}

Result<void> add_kafka(const KafkaOptions& options, const SourceSettings& source,
                       const Configuration& configuration, Parts* parts) {
  CHECK(partition_ids(options) <= kPartitionsPerSource);
  if (Result<void> checked = check_topics(options, after(kConnectWait)); !checked) {
    return checked;
  }
  const std::uint32_t workers = configuration.settings.engine.workers;
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    KafkaOptions own = options;
    // Numbered over all sources: two that share a group must not fence each other.
    if (!own.instance.empty()) own.instance += cat("-", parts->inputs.size());
    Result<std::unique_ptr<Source>> opened = open_kafka(own);
    if (!opened) return std::unexpected(opened.error());
    parts->inputs.push_back({std::move(*opened), decoder_for(source, configuration)});
  }
  return {};
}

Result<void> add_files(const SourceSettings& source, PartitionId first_partition,
                       const Configuration& configuration, Parts* parts) {
  const std::uint32_t workers = configuration.settings.engine.workers;
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    Result<std::unique_ptr<Source>> opened =
        open_files(std::get<FilesSettings>(source).paths,
                   {.worker = worker, .workers = workers, .first_partition = first_partition});
    if (!opened) return std::unexpected(opened.error());
    parts->inputs.push_back({std::move(*opened), decoder_for(source, configuration)});
  }
  return {};
}

Result<std::unique_ptr<DeadLetterSink>> make_dead_letters(const Settings& settings,
                                                          Counters* counters) {
  if (!settings.dead_letters.file.empty()) {
    return open_dead_letter_file(settings.dead_letters.file, VIGIE_VERSION);
  }
  if (settings.dead_letters.topic.empty()) return nullptr;
  for (const auto& source : settings.sources) {
    const auto* kafka = std::get_if<KafkaSettings>(&source);
    if (kafka == nullptr) continue;
    return open_kafka_dead_letter({.brokers = kafka->brokers,
                                   .topic = settings.dead_letters.topic,
                                   .properties = plain(kafka->properties),
                                   .engine_version = VIGIE_VERSION,
                                   .counters = counters},
                                  after(kConnectWait));
  }
  return fail(ErrorKind::config,
              "dead_letters.topic needs a Kafka source to borrow the brokers of; write "
              "dead_letters.file instead");
}

void add_link(const Settings& settings, Parts* parts) {
  parts->link = std::make_unique<LocalLink>(settings.engine.shards,
                                            static_cast<std::uint32_t>(parts->inputs.size()));
}

}  // namespace

Result<std::unique_ptr<StateStore>> open_store(const std::string& path, StoreAccess access) {
  return open_lmdb_store(path, access);
}

Result<void> rewrite_store(const std::string& path) { return rewrite_lmdb_store(path); }

Result<Parts> wire_run(const Configuration& configuration, Counters* counters) {
  const Settings& settings = configuration.settings;
  Parts parts;
  parts.rules = configuration.rules;
  if (!settings.state.path.empty()) {
    // Before anything is asked of a broker: another process may have it.
    Result<std::unique_ptr<StateStore>> store =
        open_store(settings.state.path, StoreAccess::engine);
    if (!store) return std::unexpected(store.error());
    parts.store = std::move(*store);
  }
  PartitionId first_partition = 0;
  for (const SourceSettings& source : settings.sources) {
    const auto* kafka = std::get_if<KafkaSettings>(&source);
    Result<void> added = kafka != nullptr
                             ? add_kafka(kafka_options(*kafka, settings, first_partition, counters),
                                         source, configuration, &parts)
                             : add_files(source, first_partition, configuration, &parts);
    if (!added) return std::unexpected(added.error());
    first_partition += kPartitionsPerSource;
  }
  auto dead_letters = make_dead_letters(settings, counters);
  if (!dead_letters) return std::unexpected(dead_letters.error());
  parts.dead_letters = std::move(*dead_letters);
  add_link(settings, &parts);
  return parts;
}

EngineSettings replay_engine(EngineSettings settings) {
  settings.workers = 1;
  settings.shards = 1;
  return settings;
}

Result<Parts> wire_replay(std::span<const std::string> files, std::unique_ptr<Decoder> decoder,
                          const Configuration& configuration) {
  Settings single = configuration.settings;
  single.engine = replay_engine(single.engine);
  Parts parts;
  parts.rules = configuration.rules;
  parts.brands = configuration.brands;
  Result<std::unique_ptr<Source>> source = open_files(files, {});
  if (!source) return std::unexpected(source.error());
  parts.inputs.push_back({std::move(*source), std::move(decoder)});
  add_link(single, &parts);
  return parts;
}

Parts wire_demo(const DemoOptions& demo, const Configuration& configuration) {
  const Settings& settings = configuration.settings;
  Parts parts;
  parts.rules = configuration.rules;
  parts.brands = configuration.brands;
  parts.inputs.push_back(
      {open_demo(demo), make_native_decoder({.future = settings.event_time.future})});
  add_link(settings, &parts);
  return parts;
}

}  // namespace vigie
