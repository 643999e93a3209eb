#include "engine/runtime/match_stage.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

MatchStage::Output::Reached& reached_of(PartitionId partition, MatchStage::Output* out) {
  // Records of a partition come in runs, so the last entry is nearly always the right one.
  if (!out->reached.empty() && out->reached.back().partition == partition) {
    return out->reached.back();
  }
  const auto found =
      std::ranges::find(out->reached, partition, &MatchStage::Output::Reached::partition);
  if (found != out->reached.end()) return *found;
  return out->reached.emplace_back(partition);
}

ShortName platform_of(const Mention& mention) {
  return ShortName{mention.platform.substr(0, ShortName::kBytesMax)};
}

// Not the processor's clock: asking for that takes longer than most evaluations.
std::uint64_t nanoseconds() {
  const auto now = std::chrono::nanoseconds(Clock::now().time_since_epoch());
  return static_cast<std::uint64_t>(now.count());
}

rules::Matcher make_matcher(std::shared_ptr<const rules::RuleSet> rules) {
  return rules::Matcher(std::move(rules), rules::Matcher::Guard::on, nanoseconds);
}

}  // namespace

MatchStage::MatchStage(Decoder* decoder, std::shared_ptr<const rules::RuleSet> rules,
                       Counters* counters, Settings settings)
    : decoder_(decoder),
      matcher_(make_matcher(std::move(rules))),
      counters_(counters),
      settings_(settings) {}

void MatchStage::set_rules(std::shared_ptr<const rules::RuleSet> rules) {
  matcher_ = make_matcher(std::move(rules));
  shadow_.forget_samples();
}

void MatchStage::run(const Batch& batch, Output* out) {
  out->facts.resize(settings_.shards);
  for (auto& facts : out->facts) facts.clear();
  out->reached.clear();
  out->rejects.clear();
  details_.reset();
  std::uint64_t bytes = 0;
  for (const Record& record : batch.records) bytes += record.value.size();
  for (std::size_t first = 0; first < batch.records.size(); first += kSliceRecords) {
    slice_.clear();
    decoder_->decode(batch, first, std::min(kSliceRecords, batch.records.size() - first), &slice_);
    match_slice(batch, out);
    keep_rejects(out);
    counters_->add(slice_.repairs);
  }
  Counters::add(counters_->records, batch.records.size());
  Counters::add(counters_->record_bytes, bytes);
}

void MatchStage::match_slice(const Batch& batch, Output* out) {
  std::uint64_t upserts = 0;
  std::uint64_t deletes = 0;
  std::uint64_t matched = 0;
  std::uint64_t hits = 0;
  for (const Mention& mention : slice_.mentions) {
    const Record& record = batch.records[mention.record];
    Output::Reached& reached = reached_of(record.partition, out);
    if (mention.op != Op::upsert) {
      deletes += mention.op == Op::remove ? 1 : 0;
      continue;
    }
    ++upserts;
    reached.event_time = std::max(reached.event_time, std::optional{mention.created_at});
    matcher_.match(mention, &hits_);
    if (!hits_.changes.empty()) shadow_.add(mention, hits_.changes);
    if (hits_.hits.empty()) continue;
    ++matched;
    hits += hits_.hits.size();
    Fact fact;
    fact.origin = {record.partition, record.offset, mention.index};
    fact.event_time = mention.created_at;
    fact.backdated =
        mention.observed_at && *mention.observed_at - mention.created_at > settings_.lateness;
    fact.platform = platform_of(mention);
    for (const rules::Hit& hit : hits_.hits) {
      fact.brand = hit.brand;
      out->facts[hit.brand % settings_.shards].push_back(fact);
    }
  }
  Counters::add(counters_->mentions, upserts);
  Counters::add(counters_->deletes, deletes);
  Counters::add(counters_->metrics_updates, slice_.mentions.size() - upserts - deletes);
  Counters::add(counters_->matched, matched);
  Counters::add(counters_->hits, hits);
}

void MatchStage::keep_rejects(Output* out) {
  for (Reject reject : slice_.rejects) {
    Counters::add(counters_->rejects[static_cast<std::size_t>(reject.reason)], 1);
    reject.detail = details_.copy(reject.detail);
    out->rejects.push_back(reject);
  }
}

}  // namespace vigie
