#include "engine/serve/engine_metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "engine/base/fact.h"
#include "engine/serve/process_stats.h"

namespace vigie {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

// A list of families, built anew for every scrape: there are a few dozen series.
class Families {
 public:
  void counter(std::string name, std::string help) {
    families_.push_back({std::move(name), std::move(help), MetricType::Counter, {}});
  }
  void gauge(std::string name, std::string help) {
    families_.push_back({std::move(name), std::move(help), MetricType::Gauge, {}});
  }
  // A series of the family begun last.
  void series(Labels labels, double value) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }
  void series(Labels labels, const Counters::Value& value) {
    series(std::move(labels), static_cast<double>(value.load(std::memory_order_relaxed)));
  }
  // A counter with one series.
  void counter(std::string name, std::string help, const Counters::Value& value) {
    counter(std::move(name), std::move(help));
    series({}, value);
  }

  [[nodiscard]] const std::vector<MetricFamily>& all() const { return families_; }

 private:
  std::vector<MetricFamily> families_;
};

double seconds(EventTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_input(const Counters& counters, Families* out) {
  out->counter("vigie_records_total", "Records read from the sources.", counters.records);
  out->counter("vigie_record_bytes_total", "Bytes of the records read.", counters.record_bytes);
  out->counter("vigie_stale_records_total",
               "Records dropped after a rebalance: not owned, or already read.",
               counters.stale_records);
  out->counter("vigie_posts_total", "Posts decoded, by what the record asks for.");
  out->series({{"op", "upsert"}}, counters.mentions);
  out->series({{"op", "delete"}}, counters.deletes);
  out->series({{"op", "metrics"}}, counters.metrics_updates);
  out->series({{"op", "increment"}}, counters.increments);
  out->series({{"op", "delete_author"}}, counters.author_deletes);
  out->counter("vigie_mapping_posts_total", "Posts that a mapping was applied to, by result.");
  for (const MappingTotals& mapping : counters.mappings) {
    out->series({{"mapping", mapping.name}, {"result", "mapped"}}, mapping.mapped);
    out->series({{"mapping", mapping.name}, {"result", "dropped"}}, mapping.dropped);
    out->series({{"mapping", mapping.name}, {"result", "rejected"}}, mapping.rejected);
  }
  out->counter("vigie_rejected_records_total",
               "Records, and posts of records, that could not be used, by reason.");
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    out->series({{"reason", std::string(to_text(static_cast<RejectReason>(i)))}},
                counters.rejects[i]);
  }
  out->counter("vigie_reject_actions_total", "What became of them, by the policy for errors.");
  for (std::size_t i = 0; i < kRejectActions; ++i) {
    out->series({{"action", std::string(to_text(static_cast<RejectAction>(i)))}},
                counters.reject_actions[i]);
  }
  out->counter("vigie_repairs_total", "Faults mended in records that were used.");
  for (std::size_t i = 0; i < kRepairs; ++i) {
    out->series({{"repair", std::string(to_text(static_cast<Repair>(i)))}}, counters.repairs[i]);
  }
  out->counter("vigie_dead_letters_total", "Dead letters written, one for a record.",
               counters.dead_letters);
  out->counter("vigie_dead_letter_failures_total", "Dead letters that could not be written.",
               counters.dead_letter_failures);
}

void add_work(const Counters& counters, Families* out) {
  out->counter("vigie_matched_posts_total", "Posts that mention at least one brand.",
               counters.matched);
  out->counter("vigie_hits_total", "Brands mentioned, summed over posts.", counters.hits);
  out->counter("vigie_labels_lost_total",
               "Words, hashtags and links of these posts beyond the bounds, or cut.",
               counters.labels_lost);
  out->counter("vigie_facts_applied_total", "Mentions counted in the windows.",
               counters.facts_applied);
  out->counter("vigie_facts_dropped_total", "Mentions kept out of the windows, by reason.");
  out->series({{"reason", "repeated"}}, counters.facts_repeated);
  out->series({{"reason", "duplicate"}}, counters.facts_duplicate);
  out->series({{"reason", "answer"}}, counters.facts_answers);
  out->series({{"reason", "late"}}, counters.facts_late);
  out->series({{"reason", "backdated"}}, counters.facts_backdated);
  out->series({{"reason", "overflow"}}, counters.facts_overflow);
  out->counter("vigie_mentions_edited_total",
               "Mentions that were edited and count as they are now.", counters.mentions_edited);
  out->counter("vigie_mentions_retracted_total",
               "Mentions taken back: deleted, or edited so that they are none any more.",
               counters.mentions_retracted);
  out->counter(
      "vigie_posts_forgotten_total",
      "Posts that made room for others before their time: what is told of them is dropped.",
      counters.posts_forgotten);
  out->counter("vigie_post_updates_total",
               "Deletions, edits and counters of posts, counted in each shard.");
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    out->series({{"op", std::string(to_text(static_cast<PostUpdate::Kind>(i)))}},
                counters.updates[i]);
  }
  out->counter("vigie_post_updates_dropped_total", "Those that changed nothing, by reason.");
  out->series({{"reason", "repeated"}}, counters.updates_repeated);
  out->series({{"reason", "unknown_post"}}, counters.updates_unknown);
  out->counter("vigie_source_errors_total", "Faults reported by the sources.",
               counters.source_errors);
  out->counter("vigie_logs_begun_anew_total",
               "Partitions whose log was made anew, or cut, and is read from its start.",
               counters.logs_begun_anew);
  out->counter("vigie_rebalances_total", "Changes of the partitions owned.", counters.rebalances);
  out->counter("vigie_commits_total", "Positions committed.", counters.commits);
  out->counter("vigie_commit_failures_total", "Positions that could not be committed.",
               counters.commit_failures);
  out->counter("vigie_queue_waits_total", "Times a worker waited for room in a shard's queue.",
               counters.queue_full);
}

void add_config(const ConfigStatus& config, Families* out) {
  out->gauge("vigie_config_last_reload_successful",
             "0 while the files read last hold an error and the former ones stay in use.");
  out->series({}, config.last_reload_successful ? 1 : 0);
  out->gauge("vigie_config_last_reload_success_timestamp_seconds",
             "When the configuration in use was taken.");
  out->series({}, config.last_success_seconds);
  out->counter("vigie_config_reloads_total", "Times the configuration was read again, by result.");
  out->series({{"result", "success"}}, static_cast<double>(config.reloads_succeeded));
  out->series({{"result", "failure"}}, static_cast<double>(config.reloads_failed));
}

void add_state(const std::optional<StateStatus>& state, const Counters& counters, Families* out) {
  out->counter("vigie_state_saves_total", "Transactions in which state was saved, by result.");
  out->series({{"result", "success"}}, counters.saves);
  out->series({{"result", "failure"}}, counters.save_failures);
  out->counter("vigie_state_save_seconds_total", "Time that they took.");
  out->series(
      {}, static_cast<double>(counters.save_microseconds.load(std::memory_order_relaxed)) * 1e-6);
  out->counter("vigie_state_saved_bytes_total", "Bytes of the records saved.",
               counters.saved_bytes);
  out->counter("vigie_state_gap_records_total",
               "Records that were committed and can no longer be read, and are not in the state.",
               counters.gap_records);
  if (!state) return;
  out->gauge("vigie_state_bytes", "Disk that the state takes.");
  out->series({}, static_cast<double>(state->bytes));
  out->gauge("vigie_state_last_save_timestamp_seconds", "When state was last saved.");
  out->series({}, state->last_success_seconds);
}

Labels labels(const PartitionStatus& partition) {
  return {{"topic", partition.topic}, {"partition", std::to_string(partition.partition)}};
}

void add_status(const EngineStatus& status, Families* out) {
  out->gauge("vigie_ready", "1 when the partitions are assigned, the state restored, no drain on.");
  out->series({}, status.ready() ? 1 : 0);
  out->gauge("vigie_partition_lag_records", "Records behind the end of the log.");
  for (const PartitionStatus& p : status.partitions) {
    out->series(labels(p), static_cast<double>(p.lag));
  }
  out->gauge("vigie_partition_next_offset", "Everything before this offset has been read.");
  for (const PartitionStatus& p : status.partitions) {
    out->series(labels(p), static_cast<double>(p.next_offset));
  }
  out->gauge("vigie_partition_event_timestamp_seconds", "Highest event time read.");
  for (const PartitionStatus& p : status.partitions) {
    if (p.event_time) out->series(labels(p), seconds(*p.event_time));
  }
  out->gauge("vigie_queue_bytes", "Facts that wait for the shard.");
  for (const QueueUse& queue : status.queues) {
    out->series({{"shard", std::to_string(queue.shard)}}, static_cast<double>(queue.bytes));
  }
  out->gauge("vigie_queue_limit_bytes", "Facts that may wait before the workers are held back.");
  for (const QueueUse& queue : status.queues) {
    out->series({{"shard", std::to_string(queue.shard)}}, static_cast<double>(queue.bytes_max));
  }
}

void add_process(Families* out) {
  const std::optional<ProcessStats> stats = process_stats();
  if (!stats) return;
  out->gauge("process_start_time_seconds", "When the process started, since 1970.");
  out->series({}, stats->start_seconds);
  out->counter("process_cpu_seconds_total", "Processor time of all threads.");
  out->series({}, stats->cpu_seconds);
  out->gauge("process_resident_memory_bytes", "Memory in use.");
  out->series({}, static_cast<double>(stats->resident_bytes));
  out->gauge("process_open_fds", "Open files and connections.");
  out->series({}, static_cast<double>(stats->open_files));
}

}  // namespace

void append_engine_metrics(const EngineMetrics& metrics, std::string* out) {
  Families families;
  families.gauge("vigie_build_info", "1, with the version of the program.");
  families.series({{"version", std::string(metrics.version)}}, 1);
  add_status(metrics.status != nullptr ? *metrics.status : EngineStatus{}, &families);
  add_config(metrics.config, &families);
  add_state(metrics.status != nullptr ? metrics.status->state : std::nullopt, *metrics.counters,
            &families);
  add_input(*metrics.counters, &families);
  add_work(*metrics.counters, &families);
  families.counter("vigie_series_dropped_total",
                   "Brand series left out of scrapes by the bound, summed over scrapes.");
  families.series({}, static_cast<double>(metrics.series_dropped));
  add_process(&families);
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families.all());
  out->append(text.view());
}

}  // namespace vigie
