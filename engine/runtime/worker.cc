#include "engine/runtime/worker.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kReadWait{100};              // how soon a quiet worker notices a stop
constexpr milliseconds kProgressEvery{500};         // how often quiet partitions are reported too
constexpr milliseconds kStatusEvery{500};           // how often lag, positions and costs are shown
constexpr std::chrono::seconds kComplainEvery{10};  // about dead letters that cannot be written
constexpr milliseconds kAppliedCheckEvery{1};       // while draining

Duration since(Deadline moment) {
  return std::chrono::duration_cast<Duration>(Clock::now() - moment);
}

}  // namespace

Worker::Worker(std::uint32_t number, std::unique_ptr<Source> source,
               std::unique_ptr<Decoder> decoder, const WorkerContext& context)
    : number_(number),
      context_(context),
      source_(std::move(source)),
      decoder_(std::move(decoder)),
      rules_(context.rules->load()),
      stage_(decoder_.get(), rules_->rules, context.counters,
             {.shards = context.shards,
              .lateness = context.lateness,
              .seed = context.key_seed,
              .pseudonymise = context.pseudonymise,
              .sentiment = context.sentiment}) {
  source_->on_release(this);
}

Result<void> Worker::run() {
  const Result<void> worked = work();
  const Deadline deadline = after(context_.drain);
  if (context_.checkpointer != nullptr) publish_nothing(std::nullopt);
  const std::vector<Position> done = drain(deadline);
  if (!unfinished_.empty()) {
    log(LogLevel::warning,
        cat("worker ", number_, ": ", unfinished_.size(),
            " batches were not applied and saved before the drain deadline; they "
            "will be read again after a restart"));
  }
  source_->commit(done);
  source_->close(deadline);
  publish_status();
  publish_report();
  return worked;
}

Result<void> Worker::work() {
  while (!context_.stop->load(std::memory_order_relaxed)) {
    if (Result<void> taken = take_batch(); !taken) return taken;
    if (batch_.ended) return {};
  }
  return {};
}

Result<void> Worker::take_batch() {
  if (Result<void> read = source_->read(&batch_, after(kReadWait)); !read) return read;
  take_rules();
  forget_positions();
  report_due_ = report_due_ || !batch_.records.empty();
  for (std::size_t done = 0;;) {
    done = stage_.run(batch_, done, &output_);
    note_partitions();
    if (Result<void> settled = settle_rejects(); !settled) return settled;
    if (done == batch_.records.size()) break;
    // Very many posts: these go on alone, and how far was read is told behind the last of them.
    if (Result<void> published = publish({}); !published) return published;
    batch_.assignment.reset();
    batch_.begun_anew.clear();
  }
  const std::vector<Progress> reached = progress();
  if (!batch_.records.empty() || !reached.empty() || batch_.assignment ||
      !batch_.begun_anew.empty()) {
    if (Result<void> published = publish(reached); !published) return published;
    remember_positions();
  }
  commit_finished();
  if (since(last_status_) >= kStatusEvery) {
    publish_status();
    if (report_due_) publish_report();
  }
  return {};
}

// Once per batch, and after it was read: reading may have waited.
void Worker::take_rules() {
  std::shared_ptr<const RulesInUse> now = context_.rules->load();
  if (now == rules_) return;
  costs_.keep(stage_.costs(), *rules_->brands);
  stage_.set_rules(now->rules);
  rules_ = std::move(now);
  report_due_ = true;
}

void Worker::note_partitions() {
  const Deadline now = Clock::now();
  if (batch_.assignment) {
    assigned_.store(batch_.assignment->partitions.has_value(), std::memory_order_relaxed);
    std::map<PartitionId, Partition> owned;
    for (const PartitionId id :
         batch_.assignment->partitions.value_or(std::vector<PartitionId>{})) {
      owned[id].last_record = now;
    }
    partitions_.swap(owned);
  }
  for (const auto& reached : output_.reached) {
    Partition& partition = partitions_[reached.partition];
    partition.event_time = std::max(partition.event_time, reached.event_time);
    partition.last_record = now;
  }
  for (const PartitionNews& news : batch_.news) {
    Partition& partition = partitions_[news.partition];
    partition.next_offset = news.next_offset;
    partition.caught_up = news.caught_up;
    partition.lag = news.lag;
  }
}

Result<void> Worker::settle_rejects() {
  Counters& counters = *context_.counters;
  const auto count = [&counters](RejectAction action, std::size_t rejects) {
    Counters::add(counters.reject_actions[static_cast<std::size_t>(action)], rejects);
  };
  std::vector<DeadLetter> letters;
  std::uint32_t last_record = 0;  // of the last letter; the rejects of a record stand together
  std::size_t dropped = 0;
  std::size_t lettered = 0;
  for (const Reject& reject : output_.rejects) {
    switch (context_.errors.of(reject.reason)) {
      case OnError::fail: count(RejectAction::fail, 1); return std::unexpected(failure_of(reject));
      case OnError::drop: ++dropped; continue;
      case OnError::dead_letter: break;
    }
    if (context_.dead_letters == nullptr) continue;
    ++lettered;
    if (letters.empty() || reject.record != last_record) letters.push_back(letter_of(reject));
    last_record = reject.record;
    if (reject.index) letters.back().indexes.push_back(*reject.index);
  }
  count(RejectAction::drop, dropped);
  count(RejectAction::dead_letter, lettered);
  count(RejectAction::none, output_.rejects.size() - dropped - lettered);
  if (!letters.empty()) send_dead_letters(letters);
  return {};
}

Error Worker::failure_of(const Reject& reject) const {
  const Record& record = batch_.records[reject.record];
  const PartitionName name = source_->name(record.partition);
  std::string place = cat(name.topic, "/", name.number, ", offset ", record.offset);
  if (reject.index) place += cat(", post ", *reject.index);
  const std::string_view reason = to_text(reject.reason);
  return {ErrorKind::refused,
          cat("this record cannot be used: ", reason, reject.detail.empty() ? "" : ": ",
              reject.detail, "; 'errors' says that ", reason,
              " stops the engine. Mend the mapping or the record, or write 'errors: {", reason,
              ": dead_letter}'"),
          std::move(place)};
}

DeadLetter Worker::letter_of(const Reject& reject) const {
  const Record& record = batch_.records[reject.record];
  PartitionName name = source_->name(record.partition);
  return {.key = record.key,
          .raw = record.value.substr(0, kDeadLetterBytesMax),
          .reason = reject.reason,
          .detail = reject.detail,
          .source_topic = std::move(name.topic),
          .partition = name.number,
          .offset = record.offset,
          .timestamp = record.recorded_at,
          .indexes = {},
          .mapping = reject.mapping,
          .cut = record.value.size() > kDeadLetterBytesMax,
          .headers = record.headers};
}

void Worker::send_dead_letters(std::span<const DeadLetter> letters) {
  if (const Result<void> put = context_.dead_letters->put(letters); put) {
    Counters::add(context_.counters->dead_letters, letters.size());
  } else {
    Counters::add(context_.counters->dead_letter_failures, letters.size());
    if (since(last_complaint_) < kComplainEvery) return;
    last_complaint_ = Clock::now();
    log(LogLevel::error, cat(letters.size(),
                             " dead letters were not written, more may follow "
                             "silently (vigie_dead_letter_failures_total): ",
                             put.error().text()));
  }
}

Progress Worker::progress_of(PartitionId id, const Partition& partition) const {
  Progress progress{.partition = id,
                    .next_offset = *partition.next_offset,
                    .event_time = partition.event_time,
                    .idle = std::nullopt};
  if (!partition.caught_up) return progress;
  if (batch_.ended || context_.idle_after == Duration::zero()) {
    progress.idle = Duration::zero();  // a file that was read to its end: nothing will follow
  } else if (const Duration quiet = since(partition.last_record); quiet >= context_.idle_after) {
    progress.idle = quiet;
  }
  return progress;
}

// Of the partitions in this batch, and now and then of all: one that is quiet beside busy ones must
// be known to be idle, or it would hold the watermark back for ever.
std::vector<Progress> Worker::progress() {
  std::vector<Progress> progress;
  if (since(last_progress_) >= kProgressEvery) {
    last_progress_ = Clock::now();
    progress.reserve(partitions_.size());
    for (const auto& [id, partition] : partitions_) {
      if (partition.next_offset) progress.push_back(progress_of(id, partition));
    }
  } else {
    progress.reserve(batch_.news.size());
    for (const PartitionNews& news : batch_.news) {
      progress.push_back(progress_of(news.partition, partitions_[news.partition]));
    }
  }
  return progress;
}

Result<void> Worker::publish(const std::vector<Progress>& progress) {
  ++sequence_;
  for (std::uint32_t shard = 0; shard < context_.shards; ++shard) {
    FactBatch batch;
    batch.writer = number_;
    batch.sequence = sequence_;
    batch.facts = std::exchange(output_.facts[shard], {});
    batch.facts.brands = rules_->brands;
    const bool last = shard + 1 == context_.shards;
    batch.updates = last ? std::exchange(output_.updates, {}) : output_.updates;
    batch.progress = progress;
    batch.assignment = batch_.assignment;
    batch.begun_anew = batch_.begun_anew;
    while (true) {
      // NOLINTNEXTLINE(bugprone-use-after-move): it is moved from only when it was taken
      const Result<void> pushed = context_.link->publish(shard, std::move(batch), after(kReadWait));
      if (pushed) break;
      if (pushed.error().kind == ErrorKind::closed) return pushed;
      Counters::add(context_.counters->queue_full, 1);
    }
  }
  return {};
}

void Worker::remember_positions() {
  if (batch_.news.empty()) return;
  Unfinished& unfinished = unfinished_.emplace_back();
  unfinished.sequence = sequence_;
  unfinished.positions.reserve(batch_.news.size());
  for (const PartitionNews& news : batch_.news) {
    unfinished.positions.push_back({news.partition, news.next_offset});
  }
}

// Those in a log that is gone, which are not to be committed to the one that has its name now.
void Worker::forget_positions() {
  for (const PartitionId gone : batch_.begun_anew) {
    for (Unfinished& unfinished : unfinished_) {
      std::erase_if(unfinished.positions,
                    [gone](const Position& position) { return position.partition == gone; });
    }
  }
}

void Worker::commit_finished() {
  const std::uint64_t applied = context_.link->applied_everywhere(number_);
  while (!unfinished_.empty() && unfinished_.front().sequence <= applied) {
    source_->commit(unfinished_.front().positions);
    unfinished_.pop_front();
  }
}

// Told from inside read(), so that the shards know before another worker, or another process, gets
// the partitions: a watermark that has forgotten them would make their next posts late.
std::vector<Position> Worker::finish(Deadline deadline) {
  publish_nothing(FactBatch::Assignment{std::nullopt});
  return drain(deadline);
}

// Shards that wait for facts wake up and see what is wished for.
void Worker::publish_nothing(std::optional<FactBatch::Assignment> assignment) {
  if (sequence_ == 0) return;
  if (context_.checkpointer != nullptr) context_.checkpointer->wish(number_, sequence_ + 1);
  batch_.assignment = std::move(assignment);
  batch_.begun_anew.clear();
  for (Facts& facts : output_.facts) facts.clear();  // of a batch that was refused
  output_.updates.clear();
  std::ignore = publish({});  // a link that is closed has woken them
  batch_.assignment.reset();
}

std::vector<Position> Worker::drain(Deadline deadline) {
  while (context_.link->applied_everywhere(number_) < sequence_ && Clock::now() < deadline) {
    if (context_.checkpointer != nullptr && context_.checkpointer->failed()) break;
    std::this_thread::sleep_for(kAppliedCheckEvery);
  }
  std::map<PartitionId, std::int64_t> done;
  const std::uint64_t applied = context_.link->applied_everywhere(number_);
  for (; !unfinished_.empty() && unfinished_.front().sequence <= applied; unfinished_.pop_front()) {
    for (const Position& position : unfinished_.front().positions) {
      done[position.partition] = position.next_offset;
    }
  }
  std::vector<Position> positions;
  positions.reserve(done.size());
  for (const auto& [partition, next_offset] : done) positions.push_back({partition, next_offset});
  return positions;
}

void Worker::publish_status() {
  last_status_ = Clock::now();
  auto status = std::make_shared<std::vector<PartitionStatus>>();
  for (const auto& [id, partition] : partitions_) {
    PartitionName name = source_->name(id);
    status->push_back({.topic = std::move(name.topic),
                       .partition = name.number,
                       .next_offset = partition.next_offset.value_or(0),
                       .lag = partition.lag,
                       .event_time = partition.event_time});
  }
  status_.store(std::move(status));
}

void Worker::publish_report() {
  report_due_ = false;
  report_.store(std::make_shared<const MatchReport>(MatchReport{
      .costs = costs_.with(stage_.costs(), *rules_->brands), .shadows = stage_.shadow().report()}));
}

}  // namespace vigie
