#include "engine/runtime/checkpointer.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

double wall_clock_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::uint64_t bytes_of(const std::vector<StateRecord>& records) {
  std::uint64_t bytes = 0;
  for (const StateRecord& record : records) {
    bytes += record.key.size() + (record.value ? record.value->size() : 0);
  }
  return bytes;
}

}  // namespace

Checkpointer::Checkpointer(Parts parts, CheckpointSettings settings)
    : parts_(std::move(parts)),
      settings_(settings),
      // One round of each shard at most is in it.
      rounds_(std::numeric_limits<std::size_t>::max()),
      wishes_(parts_.writers) {
  for (std::uint32_t i = 0; i < parts_.shards; ++i) {
    answers_.push_back(std::make_unique<Queue<bool>>(std::numeric_limits<std::size_t>::max()));
  }
}

Checkpointer::~Checkpointer() { stop(); }

Result<void> Checkpointer::save_first(StateMeta meta, std::vector<StateRecord> records) {
  meta_ = std::move(meta);
  records.push_back(save_meta(meta_));
  return save_once(records);
}

void Checkpointer::start() {
  thread_ = std::thread([this] { work(); });
}

void Checkpointer::stop() {
  rounds_.close();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::work() {
  SaveRound round;
  while (true) {
    switch (rounds_.pop(&round, after(std::chrono::hours{1}))) {
      case QueueStatus::timed_out: continue;
      case QueueStatus::closed: return;
      case QueueStatus::done: break;
    }
    finish(&round);
    round = {};
  }
}

void Checkpointer::finish(SaveRound* round) {
  if (!failed()) {
    name_partitions(round);
    if (Result<void> saved = save_with_patience(round->records); !saved) {
      failure_.store(std::make_shared<const Error>(std::move(saved.error())));
      failed_ = true;
    }
  }
  if (!failed()) {
    for (const auto& [writer, sequence] : round->covered) {
      parts_.link->applied(round->shard, writer, sequence);
    }
  }
  CHECK(answers_[round->shard]->push(!failed(), 1, Clock::now()) == QueueStatus::done);
}

// What the numbers of partitions mean is saved with the first record that holds them.
void Checkpointer::name_partitions(SaveRound* round) {
  bool changed = false;
  for (const auto& [id, writer, incarnation] : round->partitions) {
    const auto known = std::ranges::find(meta_.partitions, id, &StateMeta::Partition::id);
    if (known == meta_.partitions.end()) {
      meta_.partitions.push_back({id, parts_.name(writer, id), incarnation});
    } else if (known->incarnation < incarnation) {
      known->incarnation = incarnation;
    } else {
      continue;
    }
    changed = true;
  }
  if (changed) round->records.push_back(save_meta(meta_));
}

Result<void> Checkpointer::save_with_patience(const std::vector<StateRecord>& records) {
  Duration wait = settings_.retry_wait;
  for (int attempt = 1;; ++attempt) {
    Result<void> saved = save_once(records);
    if (saved || attempt == kSaveAttemptsMax) return saved;
    log(LogLevel::error, cat("the state could not be saved, attempt ", attempt, " of ",
                             kSaveAttemptsMax, ": ", saved.error().text()));
    // Nothing else is to be done by this thread, and a stop waits for the save anyway.
    std::this_thread::sleep_for(wait);
    wait *= 2;
  }
}

Result<void> Checkpointer::save_once(const std::vector<StateRecord>& records) {
  const Deadline start = Clock::now();
  Result<void> saved = parts_.store->save(records);
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  Counters& counters = *parts_.counters;
  Counters::add(counters.save_microseconds, static_cast<std::uint64_t>(took.count()));
  Counters::add(saved ? counters.saves : counters.save_failures, 1);
  if (!saved) return saved;
  Counters::add(counters.saved_bytes, bytes_of(records));
  bytes_ = parts_.store->bytes();
  last_success_ = wall_clock_seconds();
  return saved;
}

void Checkpointer::save(SaveRound&& round) {
  CHECK(rounds_.push(std::move(round), 1, Clock::now()) == QueueStatus::done);
}

std::optional<bool> Checkpointer::answer(std::uint32_t shard, Deadline deadline) {
  bool durable = false;
  if (answers_[shard]->pop(&durable, deadline) != QueueStatus::done) return std::nullopt;
  return durable;
}

void Checkpointer::wish(std::uint32_t writer, std::uint64_t sequence) {
  wishes_[writer].store(sequence, std::memory_order_release);
}

std::uint64_t Checkpointer::wished(std::uint32_t writer) const {
  return wishes_[writer].load(std::memory_order_acquire);
}

StateStatus Checkpointer::status() const {
  return {.bytes = bytes_.load(), .last_success_seconds = last_success_.load()};
}

}  // namespace vigie
