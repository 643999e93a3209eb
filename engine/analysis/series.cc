#include "engine/analysis/series.h"

#include <algorithm>
#include <numeric>

namespace vigie {
namespace {

// A window is the difference of the mentions before two moments. All moments that the windows
// need, as minutes before the end, from the earliest to the end itself: the sums before all of
// them are found in one pass.
constexpr int kDay = 1440;
constexpr std::size_t kCuts = 3 * kWindows.size() + 2;

constexpr std::array<int, kCuts> make_cuts() {
  std::array<int, kCuts> cuts{};
  std::size_t n = 0;
  for (const WindowSpec& window : kWindows) {
    cuts[n++] = window.minutes;
    cuts[n++] = 2 * window.minutes;
    cuts[n++] = kDay + window.minutes;
  }
  cuts[n++] = 0;
  cuts[n++] = kDay;
  std::sort(cuts.begin(), cuts.end(), [](int a, int b) { return a > b; });
  return cuts;
}
constexpr std::array<int, kCuts> kCutMinutes = make_cuts();
using CutSums = std::array<std::uint64_t, kCuts>;

constexpr std::size_t cut_index(int minutes) {
  std::size_t i = 0;
  while (kCutMinutes[i] != minutes) ++i;
  return i;
}

// Where the three spans of a window start and end, as indices of cuts.
struct WindowCuts {
  std::size_t end = cut_index(0);
  std::size_t start;
  std::size_t previous_start;
  std::size_t yesterday_end = cut_index(kDay);
  std::size_t yesterday_start;
};

constexpr std::array<WindowCuts, kWindows.size()> make_window_cuts() {
  std::array<WindowCuts, kWindows.size()> cuts{};
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    cuts[i].start = cut_index(kWindows[i].minutes);
    cuts[i].previous_start = cut_index(2 * kWindows[i].minutes);
    cuts[i].yesterday_start = cut_index(kDay + kWindows[i].minutes);
  }
  return cuts;
}
constexpr std::array<WindowCuts, kWindows.size()> kWindowCuts = make_window_cuts();

}  // namespace

std::optional<BlockId> BlockPool::take() {
  if (!free_.empty()) {
    const BlockId id = free_.back();
    free_.pop_back();
    (*this)[id].fill(0);
    return id;
  }
  if (made_ == blocks_max_) return std::nullopt;
  if (made_ == chunks_.size() * kChunkBlocks) {
    chunks_.push_back(std::make_unique<HourBlock[]>(kChunkBlocks));
  }
  return static_cast<BlockId>(made_++);
}

std::size_t Series::find(Hour hour) const {
  if (hours_.empty() || hours_.back().hour < hour) return hours_.size();
  const auto at = std::lower_bound(hours_.begin(), hours_.end(), hour,
                                   [](const HourTotal& a, Hour b) { return a.hour < b; });
  return static_cast<std::size_t>(at - hours_.begin());
}

Series::HourTotal* Series::total_of(Hour hour) {
  const std::size_t at = find(hour);
  return at < hours_.size() && hours_[at].hour == hour ? &hours_[at] : nullptr;
}

bool Series::take_back(Minute minute, BlockPool* pool) {
  const Hour hour = hour_of(minute);
  HourTotal* total = total_of(hour);
  if (total == nullptr) return false;
  std::uint32_t& mentions =
      (*pool)[total->block][static_cast<std::size_t>(minute - first_minute(hour))];
  if (mentions == 0) return false;
  --mentions;
  --total->mentions;
  return true;
}

bool Series::put_back(Minute minute, BlockPool* pool) {
  const Hour hour = hour_of(minute);
  HourTotal* total = total_of(hour);
  if (total == nullptr) return false;
  ++(*pool)[total->block][static_cast<std::size_t>(minute - first_minute(hour))];
  ++total->mentions;
  return true;
}

void Series::set_minutes(Hour hour, const HourBlock& minutes, BlockPool* pool) {
  HourTotal* total = total_of(hour);
  (*pool)[total->block] = minutes;
  total->mentions = std::accumulate(minutes.begin(), minutes.end(), std::uint32_t{0});
}

void Series::add_hour(Hour hour, BlockId block) {
  last_ = find(hour);
  hours_.insert(hours_.begin() + static_cast<std::ptrdiff_t>(last_), HourTotal{hour, block, 0});
}

void Series::drop_hour(Hour hour, BlockPool* pool) {
  const std::size_t at = find(hour);
  pool->give_back(hours_[at].block);
  hours_.erase(hours_.begin() + static_cast<std::ptrdiff_t>(at));
  if (last_ > at) --last_;
}

void Series::add_windows(Minute last, const BlockPool& pool, AllWindows* windows) const {
  CutSums before{};
  std::uint64_t sum = 0;  // mentions before the hour looked at
  std::size_t cut = 0;
  for (const HourTotal& total : hours_) {
    const Minute start = first_minute(total.hour);
    for (; cut < kCuts; ++cut) {
      const Minute minutes = last + 1 - kCutMinutes[cut] - start;  // of this hour, before the cut
      if (minutes >= kMinutesPerHour) break;
      before[cut] = sum;
      if (minutes <= 0) continue;
      const HourBlock& block = pool[total.block];
      before[cut] = std::accumulate(block.begin(), block.begin() + minutes, sum);
    }
    sum += total.mentions;
  }
  for (; cut < kCuts; ++cut) before[cut] = sum;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const WindowCuts& cuts = kWindowCuts[i];
    WindowCounts& window = (*windows)[i];
    window.current += before[cuts.end] - before[cuts.start];
    window.previous += before[cuts.start] - before[cuts.previous_start];
    window.yesterday += before[cuts.yesterday_end] - before[cuts.yesterday_start];
  }
}

}  // namespace vigie
