#include "connectors/kafka_commits.h"

#include <librdkafka/rdkafka.h>

#include <chrono>

#include "connectors/kafka_topics.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// Committing is for restarts only; each one is a write to the brokers' log.
constexpr std::chrono::seconds kCommitEvery{1};

}  // namespace

KafkaCommits::KafkaCommits(rd_kafka_t* client, KafkaPartitions* partitions, KafkaFaults* faults,
                           Counters* counters)
    : client_(client),
      partitions_(partitions),
      faults_(faults),
      counters_(counters),
      answers_(rd_kafka_queue_new(client)),
      next_(Clock::now() + kCommitEvery) {}

void KafkaCommits::write_some() {
  while (under_way_ > 0 && receive(0)) continue;
  if (under_way_ > 0 || Clock::now() < next_) return;
  send();
}

void KafkaCommits::write_all(Deadline deadline) {
  send();
  while (under_way_ > 0 && receive(milliseconds_until(deadline))) continue;
}

void KafkaCommits::send() {
  next_ = Clock::now() + kCommitEvery;
  const KafkaPartitionList list = partitions_->take_unsent();
  if (list == nullptr) return;
  const rd_kafka_resp_err_t code =
      rd_kafka_commit_queue(client_, list.get(), answers_.get(), nullptr, nullptr);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++under_way_;
  } else {
    settle(code);
  }
}

bool KafkaCommits::receive(int timeout_ms) {
  const KafkaEvent event(rd_kafka_queue_poll(answers_.get(), timeout_ms));
  if (event == nullptr) return false;
  if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_OFFSET_COMMIT) return true;
  --under_way_;
  settle(rd_kafka_event_error(event.get()));
  return true;
}

void KafkaCommits::settle(int code) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    Counters::add(counters_->commits, 1);
    return;
  }
  Counters::add(counters_->commit_failures, 1);
  partitions_->send_again();
  faults_->log_now_and_then(cat(
      "offsets could not be committed: ", rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code)),
      "; trying again, and until then a restart would read more records twice"));
}

}  // namespace vigie
