#include "connectors/kafka_source.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/kafka_commits.h"
#include "connectors/kafka_config.h"
#include "connectors/kafka_handle.h"
#include "connectors/kafka_headers.h"
#include "connectors/kafka_inbox.h"
#include "connectors/kafka_partitions.h"
#include "connectors/kafka_start.h"
#include "connectors/kafka_topics.h"
#include "engine/base/check.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// How long one call into librdkafka may wait: a change of assignment must reach the worker soon.
constexpr std::chrono::milliseconds kWait{100};
// How long finished work may take to be handed over when partitions are taken away, and again to
// be committed. The group waits; it gives up on a member only after max.poll.interval.ms (5 min).
constexpr std::chrono::seconds kReleaseWait{10};
constexpr std::chrono::seconds kTopicCheckWait{5};
// For a source that is destroyed without close(), or that has failed: a fenced member and one whose
// topic is gone never end by themselves.
constexpr std::chrono::seconds kCloseWait{1};
// A batch's memory above this is given back once a batch needs less.
constexpr std::size_t kStorageKept = 2 * kBatchBytes;

const KafkaProperties& consumer_defaults() {
  static const KafkaProperties defaults{
      {"client.id", "vigie"},
      {"auto.offset.reset", "earliest"},  // librdkafka's own default skips what is there already
      // Cooperative assignment with manual commits can lose partitions before librdkafka 2.10.
      {"partition.assignment.strategy", "range"},
      // librdkafka 2.0.2 leaves a partition alone for up to 1 s once its queue is full. So the
      // number of records must never be what fills it; memory is bounded in kilobytes, enough for a
      // second of work: with 64 MB a worker that took 1 us a record stood still 30 % of the time.
      {"queued.min.messages", "1000000"},
      {"queued.max.messages.kbytes", "262144"},
      {"socket.nagle.disable", "true"},
      {"log.connection.close", "false"},  // brokers close idle connections: no fault
  };
  return defaults;
}

// The log's time of a record. Producers may write anything: what cannot be true is not known.
std::optional<EventTime> recorded_at(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t milliseconds = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) return std::nullopt;
  constexpr std::int64_t kMicroseconds = 1000;  // in one; multiplied only where it cannot overflow
  if (milliseconds < kEventTimeMin.time_since_epoch().count() / kMicroseconds ||
      milliseconds >= kEventTimeMax.time_since_epoch().count() / kMicroseconds) {
    return std::nullopt;
  }
  return EventTime(std::chrono::milliseconds(milliseconds));
}

std::size_t payload_bytes(const rd_kafka_message_t& message) {
  return message.len + message.key_len;
}

class KafkaSource final : public Source {
 public:
  explicit KafkaSource(const KafkaOptions& options)
      : group_(options.group),
        instance_(options.instance),
        counters_(*options.counters),
        hooks_(options.brokers, options.counters),
        partitions_(options.topics, options.first_partition) {}
  ~KafkaSource() override { close(after(kCloseWait)); }
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  Result<void> start(const KafkaOptions& options);

  [[nodiscard]] Result<void> read(Batch* batch, Deadline deadline) override;
  void commit(std::span<const Position> positions) override { partitions_.done(positions); }
  void close(Deadline deadline) override;
  [[nodiscard]] PartitionName name(PartitionId partition) const override {
    return partitions_.name(partition);
  }
  [[nodiscard]] std::optional<PartitionId> id_of(const PartitionName& name) const override {
    return partitions_.id_of(name.topic, name.number);
  }
  void start_from(StartPositions* positions) override { start_ = positions; }
  void on_release(Release* release) override { release_ = release; }

 private:
  struct Accepted {
    const rd_kafka_message_t* message;
    PartitionId partition;
    std::size_t headers = 0;  // that come with it
  };

  // What librdkafka calls from inside fill() and close().
  void rebalance(int code, rd_kafka_topic_partition_list_t* list);
  void release_partitions();

  void deliver(Batch* batch);
  [[nodiscard]] KafkaPartition* find(const rd_kafka_message_t& message);
  [[nodiscard]] KafkaPartition* admit(const rd_kafka_message_t& message);
  [[nodiscard]] bool log_was_cut(const KafkaPartition& partition, std::int64_t reached) const;
  void begin_anew(KafkaPartition* partition, std::int64_t reached, std::int64_t offset);
  void touch(KafkaPartition* partition);
  void copy_accepted(Batch* batch);
  void tell_news(Batch* batch);

  void take_event(const rd_kafka_message_t& message);
  void take_error(const rd_kafka_message_t& message);
  void check_fatal();
  void fail_with(ErrorKind kind, std::string message, std::string place = {});

  const std::string group_;
  const std::string instance_;
  Counters& counters_;
  KafkaHooks hooks_;
  KafkaPartitions partitions_;
  Release* release_ = nullptr;
  StartPositions* start_ = nullptr;  // null: no state is kept
  KafkaClient client_;
  KafkaQueue queue_;  // the consumer's; declared, like all below, to go before the client
  std::optional<KafkaCommits> commits_;
  KafkaInbox inbox_;
  std::optional<FactBatch::Assignment> assignment_;  // a change not yet told
  std::vector<PartitionId> begun_anew_;              // likewise
  bool anew_comes_ = false;  // the record at hand is of another log than those before it
  std::optional<Error> failure_;
  bool closing_ = false;

  // Records come in runs of one partition: the last one found. Only while messages are held, as
  // their topic handle is what is compared.
  const rd_kafka_topic_t* last_topic_ = nullptr;
  std::int32_t last_number_ = 0;
  KafkaPartition* last_ = nullptr;

  std::vector<Accepted> accepted_;        // scratch of deliver()
  std::vector<Header> headers_;           // of the batch at hand, all its records'
  std::vector<KafkaPartition*> touched_;  // scratch of deliver()
};

Result<void> KafkaSource::start(const KafkaOptions& options) {
  hooks_.rebalance = [this](int code, rd_kafka_topic_partition_list_t* list) {
    rebalance(code, list);
  };
  Result<KafkaConfig> config =
      kafka_config(options.brokers, consumer_defaults(), options.properties, &hooks_);
  if (!config) return std::unexpected(std::move(config.error()));
  set_known(config->get(), "group.id", group_);
  if (!instance_.empty()) set_known(config->get(), "group.instance.id", instance_);
  set_known(config->get(), "enable.auto.commit", "false");
  set_known(config->get(), "enable.auto.offset.store", "false");
  set_known(config->get(), "enable.partition.eof", "true");
  Result<KafkaClient> client = kafka_consumer(std::move(*config));
  if (!client) return std::unexpected(std::move(client.error()));
  client_ = std::move(*client);
  rd_kafka_poll_set_consumer(client_.get());
  queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
  commits_.emplace(client_.get(), &partitions_, &hooks_.faults, &counters_);

  const KafkaPartitionList topics(rd_kafka_topic_partition_list_new(1));
  for (const std::string& topic : options.topics) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(client_.get(), topics.get());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return fail(ErrorKind::config, cat("cannot subscribe: ", rd_kafka_err2str(code)),
              "sources[].kafka.topics");
}

Result<void> KafkaSource::read(Batch* batch, Deadline deadline) {
  CHECK(client_ != nullptr);
  batch->clear();
  do {
    if (inbox_.size() == 0) {
      inbox_.fill(queue_.get(), milliseconds_until(std::min(deadline, after(kWait))));
    }
    deliver(batch);
    commits_->write_some();
    check_fatal();
    if (failure_) return std::unexpected(*failure_);
    if (assignment_) batch->assignment = std::exchange(assignment_, std::nullopt);
  } while (batch->records.empty() && batch->news.empty() && !batch->assignment &&
           begun_anew_.empty() && Clock::now() < deadline);
  batch->begun_anew = std::exchange(begun_anew_, {});
  return {};
}

void KafkaSource::close(Deadline deadline) {
  if (client_ == nullptr) return;
  closing_ = true;
  if (failure_) deadline = std::min(deadline, after(kCloseWait));
  inbox_.drop(inbox_.size());
  commits_->write_all(Clock::now() + (deadline - Clock::now()) / 2);
  // rd_kafka_consumer_close() would wait for ever for a broker that is gone. A part of the time is
  // kept for the client's threads to end.
  const Deadline leave_by = Clock::now() + (deadline - Clock::now()) * 3 / 4;
  rd_kafka_error_t* error = rd_kafka_consumer_close_queue(client_.get(), queue_.get());
  if (error != nullptr) rd_kafka_error_destroy(error);
  while (rd_kafka_consumer_closed(client_.get()) == 0 && Clock::now() < leave_by) {
    inbox_.fill(queue_.get(), 10);
    inbox_.drop(inbox_.size());
  }
  commits_.reset();
  queue_.reset();
  destroy(std::move(client_), deadline);
}

// --- Rebalances ----------------------------------------------------------------------------------

void KafkaSource::rebalance(int code, rd_kafka_topic_partition_list_t* list) {
  last_topic_ = nullptr;
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    Counters::add(counters_.rebalances, 1);
    Result<std::vector<PartitionId>> ids = partitions_.assign(*list);
    if (!ids) failure_ = std::move(ids.error());
    if (ids) assignment_.emplace(std::move(*ids));
    if (start_ != nullptr && !failure_) {
      const auto anew = set_start_offsets(client_.get(), partitions_, start_, &counters_, list);
      begun_anew_.insert(begun_anew_.end(), anew.begin(), anew.end());
    }
    rd_kafka_assign(client_.get(), list);
    return;
  }
  // Partitions that are lost already may have another owner, whose commits must stand.
  if (!closing_ && rd_kafka_assignment_lost(client_.get()) == 0) release_partitions();
  if (start_ != nullptr) {
    for (const PartitionId id : partitions_.unsent()) start_->give_back(id);
  }
  partitions_.revoke();
  assignment_.emplace(std::nullopt);
  rd_kafka_assign(client_.get(), nullptr);
}

void KafkaSource::release_partitions() {
  if (release_ != nullptr) partitions_.done(release_->finish(after(kReleaseWait)));
  commits_->write_all(after(kReleaseWait));
}

// --- From librdkafka's messages to a batch -------------------------------------------------------

void KafkaSource::deliver(Batch* batch) {
  const std::span<rd_kafka_message_t* const> waiting = inbox_.waiting();
  std::size_t bytes = 0;
  std::size_t taken = 0;
  std::uint64_t stale = 0;
  accepted_.clear();
  headers_.clear();
  anew_comes_ = false;
  for (; taken < waiting.size() && bytes < kBatchBytes; ++taken) {
    const rd_kafka_message_t& message = *waiting[taken];
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      take_event(message);
    } else if (const KafkaPartition* partition = admit(message)) {
      const std::size_t headers_before = headers_.size();
      append_headers(message, &headers_);
      accepted_.push_back({&message, partition->id, headers_.size() - headers_before});
      bytes += payload_bytes(message);
    } else if (anew_comes_) {
      break;
    } else {
      ++stale;
    }
  }
  Counters::add(counters_.stale_records, stale);
  copy_accepted(batch);
  last_topic_ = nullptr;
  inbox_.drop(taken);
  tell_news(batch);
}

KafkaPartition* KafkaSource::find(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return nullptr;
  if (message.rkt != last_topic_ || message.partition != last_number_) {
    last_topic_ = message.rkt;
    last_number_ = message.partition;
    last_ = partitions_.find(rd_kafka_topic_name(message.rkt), message.partition);
  }
  return last_;
}

// Its partition, when the record is to be used: librdkafka 2.0.2 may hand over records that it had
// fetched before a rebalance.
KafkaPartition* KafkaSource::admit(const rd_kafka_message_t& message) {
  KafkaPartition* partition = find(message);
  if (partition == nullptr) return nullptr;
  const std::optional<std::int64_t> reached =
      partition->expected ? partition->expected : partition->reached;
  if (reached && message.offset < *reached) {
    if (log_was_cut(*partition, *reached)) {
      anew_comes_ = !accepted_.empty();
      if (anew_comes_) return nullptr;
      begin_anew(partition, *reached, message.offset);
    } else if (partition->expected) {
      return nullptr;
    }
  }
  if (!partition->first) partition->first = message.offset;
  partition->expected = message.offset + 1;
  partition->caught_up = false;
  touch(partition);
  return partition;
}

// Whether the log now ends before what was read of it already.
bool KafkaSource::log_was_cut(const KafkaPartition& partition, std::int64_t reached) const {
  std::int64_t low = RD_KAFKA_OFFSET_INVALID;
  std::int64_t high = RD_KAFKA_OFFSET_INVALID;  // as of the last fetch: no request
  rd_kafka_get_watermark_offsets(client_.get(), partition.topic->c_str(), partition.number, &low,
                                 &high);
  return high >= 0 && high < reached;
}

// Its records are no repeats of those that had their offsets.
void KafkaSource::begin_anew(KafkaPartition* partition, std::int64_t reached, std::int64_t offset) {
  log(LogLevel::warning,
      cat("the log of ", *partition->topic, "/", partition->number, " ends before offset ", reached,
          ", up to which it was read: the topic was made anew, or records were lost; reading on "
          "from ",
          offset));
  Counters::add(counters_.logs_begun_anew, 1);
  begun_anew_.push_back(partition->id);
  partition->first = offset;
  partition->done.reset();
  partition->sent.reset();
  partition->reached.reset();
}

void KafkaSource::touch(KafkaPartition* partition) {
  if (!partition->touched) touched_.push_back(partition);
  partition->touched = true;
}

// Copies, so that librdkafka's memory is free at once. What follows a value (its key, the next
// record) is the padding that its reader may look at.
void KafkaSource::copy_accepted(Batch* batch) {
  std::size_t bytes = kRecordPaddingBytes;
  for (const Accepted& accepted : accepted_) bytes += payload_bytes(*accepted.message);
  for (const Header& header : headers_) bytes += header.name.size() + header.value.size();
  if (batch->storage.size() > kStorageKept && bytes <= kStorageKept) batch->storage = {};
  if (batch->storage.size() < bytes) batch->storage.resize(bytes);
  char* to = batch->storage.data();
  const auto copy = [&to](const void* from, std::size_t count) {
    if (count != 0) std::memcpy(to, from, count);
    return std::string_view(std::exchange(to, to + count), count);
  };
  for (Header& header : headers_) {
    char* const name = to;
    header.name = copy(header.name.data(), header.name.size());
    std::transform(name, to, name, header_letter);
    header.value = copy(header.value.data(), header.value.size());
  }
  std::span<const Header> headers = headers_;
  for (const auto& [message, partition, header_count] : accepted_) {
    Record& record = batch->records.emplace_back();
    record.value = copy(message->payload, message->len);
    record.key = copy(message->key, message->key_len);
    record.tombstone = message->payload == nullptr;
    record.partition = partition;
    record.offset = message->offset;
    record.recorded_at = recorded_at(*message);
    record.headers = headers.first(header_count);
    headers = headers.subspan(header_count);
  }
}

void KafkaSource::tell_news(Batch* batch) {
  for (KafkaPartition* partition : touched_) {
    partition->touched = false;
    PartitionNews& news = batch->news.emplace_back();
    news.partition = partition->id;
    news.next_offset = partition->expected.value_or(0);
    news.caught_up = partition->caught_up;
    if (partition->caught_up) continue;
    std::int64_t low = 0;
    std::int64_t high = 0;  // as of the last fetch: no request
    rd_kafka_get_watermark_offsets(client_.get(), partition->topic->c_str(), partition->number,
                                   &low, &high);
    news.lag = std::max<std::int64_t>(0, high - news.next_offset);
  }
  touched_.clear();
}

// --- Events and errors ---------------------------------------------------------------------------

void KafkaSource::take_event(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    take_error(message);
  } else if (KafkaPartition* partition = find(message)) {
    // Behind the last record there may be offsets without one (transactions, compaction).
    if (!partition->first) partition->first = message.offset;
    partition->expected = std::max(partition->expected.value_or(0), message.offset);
    partition->caught_up = true;
    touch(partition);
  }
}

void KafkaSource::take_error(const rd_kafka_message_t& message) {
  const std::string topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  const std::string text = rd_kafka_message_errstr(&message);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: {
      // A broker that has just started may say so too: ask again.
      const int state = ask_topic(client_.get(), topic, after(kTopicCheckWait));
      failure_ = topic_error(state, topic, "sources[].kafka.topics");
      if (failure_) return;
      break;
    }
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return fail_with(ErrorKind::refused, cat("this user may not join group '", group_,
                                               "'; grant it, or correct sources[].kafka.group"));
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return fail_with(ErrorKind::refused, cat("group '", group_,
                                               "' is used by a program of another kind; choose "
                                               "another sources[].kafka.group"));
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return fail_with(ErrorKind::refused,
                       cat("no record at the offset where reading should go on: ", text), topic);
    case RD_KAFKA_RESP_ERR__FATAL: return;  // check_fatal() follows
    default: break;
  }
  hooks_.faults.report({message.err, topic.empty() ? text : cat(topic, ": ", text)});
}

void KafkaSource::check_fatal() {
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) {
    return fail_with(ErrorKind::refused,
                     cat("another process reads as instance '", instance_, "' of group '", group_,
                         "' and has taken its place; give each process a sources[].kafka.instance "
                         "of its own, or stop one"));
  }
  fail_with(ErrorKind::refused, cat("Kafka says that going on is of no use: ", text.data()));
}

void KafkaSource::fail_with(ErrorKind kind, std::string message, std::string place) {
  failure_ = Error{kind, std::move(message), std::move(place)};
}

Result<void> check_options(const KafkaOptions& options) {
  const std::string place = "sources[].kafka.topics";
  if (options.topics.empty()) return fail(ErrorKind::config, "name at least one topic", place);
  if (options.topics.size() > kKafkaTopicsMax) {
    return fail(ErrorKind::config, cat("at most ", kKafkaTopicsMax, " topics, please"), place);
  }
  std::set<std::string_view> seen;
  for (const std::string& topic : options.topics) {
    if (topic.empty() || topic.front() == '^') {
      return fail(ErrorKind::config, "write whole names of topics, no patterns", place);
    }
    if (!seen.insert(topic).second) {
      return fail(ErrorKind::config, cat("topic '", topic, "' is named twice"), place);
    }
  }
  if (options.group.empty()) {
    return fail(ErrorKind::config, "name a consumer group", "sources[].kafka.group");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Source>> open_kafka(const KafkaOptions& options) {
  CHECK(options.counters != nullptr);
  if (Result<void> sound = check_options(options); !sound) {
    return std::unexpected(std::move(sound.error()));
  }
  auto source = std::make_unique<KafkaSource>(options);
  if (Result<void> started = source->start(options); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return source;
}

}  // namespace vigie
