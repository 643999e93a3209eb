#include "connectors/demo_source.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "connectors/demo_plan.h"
#include "connectors/demo_posts.h"
#include "engine/base/check.h"

namespace vigie {
namespace {

DemoMinute minute_of(EventTime time) {
  return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}

DemoMinute first_minute(const DemoOptions& options) {
  return minute_of(options.start) - std::chrono::ceil<std::chrono::minutes>(options.past).count();
}

// Owned by its worker.
class DemoSource final : public Source {
 public:
  explicit DemoSource(const DemoOptions& options)
      : options_(options),
        plan_{options.seed, minute_of(options.start)},
        writer_(plan_),
        opened_(options.now()),
        next_minute_(first_minute(options)),
        past_records_(static_cast<std::int64_t>(demo_past_records(options))) {
    CHECK(options.batch_records > 0);
  }

  [[nodiscard]] Result<void> read(Batch* batch, Deadline deadline) override;
  void commit(std::span<const Position> /*positions*/) override {}
  void close(Deadline /*deadline*/) override {}
  [[nodiscard]] PartitionName name(PartitionId /*partition*/) const override { return {"demo", 0}; }
  void on_release(Release* /*release*/) override {}

 private:
  // One record of minute_bytes_.
  struct Item {
    DemoPlace place;
    EventTime observed_at;
    std::size_t first = 0;
    std::size_t count = 0;
  };

  [[nodiscard]] bool ended() const { return !options_.live && next_minute_ >= plan_.start; }
  [[nodiscard]] bool has_come(EventTime time) const { return options_.now() >= moment(time); }
  // When it is this time in the demo.
  [[nodiscard]] Clock::time_point moment(EventTime time) const {
    return opened_ + (time - EventTime{std::chrono::minutes{plan_.start}});
  }
  void make_minutes();
  void make_minute();
  void wait(Deadline deadline) const;
  void hand_over(Batch* batch);

  const DemoOptions options_;
  const DemoPlan plan_;
  DemoWriter writer_;
  const Clock::time_point opened_;
  DemoMinute next_minute_;
  const std::int64_t past_records_;
  std::int64_t offset_ = 0;  // of the next record
  bool announced_ = false;
  std::string bytes_;  // of the minutes being handed over, with padding behind
  std::vector<Item> items_;
  std::size_t next_item_ = 0;
};

void DemoSource::make_minute() {
  const std::size_t first = items_.size();
  for (DemoTheme theme = 0; theme < kDemoThemes; ++theme) {
    const std::uint32_t count = plan_.count(theme, next_minute_);
    for (std::uint32_t number = 0; number < count; ++number) {
      const DemoPlace place{theme, next_minute_, number};
      items_.push_back({place, demo_observed_at(plan_, place)});
    }
  }
  const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, items_.end(), [](const Item& a, const Item& b) {
    return std::tuple(a.observed_at, a.place.theme, a.place.number) <
           std::tuple(b.observed_at, b.place.theme, b.place.number);
  });
  for (auto item = begin; item != items_.end(); ++item) {
    item->first = bytes_.size();
    writer_.append(item->place, &bytes_);
    item->count = bytes_.size() - item->first;
  }
  ++next_minute_;
}

// Makes enough of the past for a batch, or one minute of the present.
void DemoSource::make_minutes() {
  bytes_.clear();
  items_.clear();
  next_item_ = 0;
  while (!ended() && items_.size() < options_.batch_records && bytes_.size() < kBatchBytes) {
    if (!has_come(EventTime{std::chrono::minutes{next_minute_}})) break;
    make_minute();
  }
  bytes_.append(kRecordPaddingBytes, ' ');
}

void DemoSource::wait(Deadline deadline) const {
  const EventTime next = next_item_ < items_.size() ? items_[next_item_].observed_at
                                                    : EventTime{std::chrono::minutes{next_minute_}};
  const Clock::time_point until = std::min(deadline, moment(next));
  if (options_.now() < until) std::this_thread::sleep_until(until);
}

void DemoSource::hand_over(Batch* batch) {
  while (next_item_ < items_.size() && batch->records.size() < options_.batch_records) {
    const Item& item = items_[next_item_];
    if (!has_come(item.observed_at)) return;
    batch->records.push_back({.key = {},
                              .value = std::string_view(bytes_).substr(item.first, item.count),
                              .tombstone = false,
                              .partition = options_.first_partition,
                              .offset = offset_++,
                              .recorded_at = item.observed_at});
    ++next_item_;
  }
}

Result<void> DemoSource::read(Batch* batch, Deadline deadline) {
  batch->clear();
  if (!announced_) {
    batch->assignment = FactBatch::Assignment{.partitions = {{options_.first_partition}}};
    announced_ = true;
  }
  for (int attempt = 0; attempt < 2 && batch->records.empty(); ++attempt) {
    if (attempt > 0) wait(deadline);
    if (next_item_ == items_.size()) make_minutes();
    hand_over(batch);
    if (ended()) break;
  }
  const bool all_read = next_item_ == items_.size() && ended();
  const bool caught_up = all_read || batch->records.empty();
  batch->ended = all_read;
  batch->news.push_back({.partition = options_.first_partition,
                         .next_offset = offset_,
                         .caught_up = caught_up,
                         .lag = std::max<std::int64_t>(past_records_ - offset_, 0)});
  return {};
}

}  // namespace

std::unique_ptr<Source> open_demo(const DemoOptions& options) {
  return std::make_unique<DemoSource>(options);
}

std::uint64_t demo_past_records(const DemoOptions& options) {
  const DemoPlan plan{options.seed, minute_of(options.start)};
  std::uint64_t records = 0;
  for (DemoMinute minute = first_minute(options); minute < plan.start; ++minute) {
    for (DemoTheme theme = 0; theme < kDemoThemes; ++theme) records += plan.count(theme, minute);
  }
  return records;
}

}  // namespace vigie
