#include "engine/analysis/detection/windows.h"

#include <algorithm>

namespace vigie::detection {
namespace {

constexpr double kNoData = -1;

}  // namespace

Windows::Windows(const Settings& settings)
    : bucket_(settings.bucket),
      short_buckets_(std::max<std::int64_t>(settings.short_window / settings.bucket, 1)),
      long_buckets_(std::max<std::int64_t>(settings.long_window / settings.bucket, 1)),
      counts_(static_cast<std::size_t>(std::max(short_buckets_, long_buckets_)), kNoData) {}

Observation Windows::add(EventTime begin, double count) {
  const std::int64_t size = static_cast<std::int64_t>(counts_.size());
  // Times before 1970 are not seen: kEventTimeMin is later.
  const std::int64_t number = begin.time_since_epoch() / bucket_;
  const std::int64_t passed = started_ ? std::min(number - last_, size) : size;
  for (std::int64_t i = 0; i < passed; ++i) {
    counts_[static_cast<std::size_t>((number - i) % size)] = kNoData;
  }
  counts_[static_cast<std::size_t>(number % size)] = count;
  last_ = number;
  started_ = true;
  Observation seen{.begin = begin, .count = count};
  std::int64_t short_seen = 0;
  std::int64_t long_seen = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const double value = counts_[static_cast<std::size_t>((number - i) % size)];
    if (value < 0) continue;
    if (i < short_buckets_) {
      seen.short_sum += value;
      ++short_seen;
    }
    if (i < long_buckets_) {
      seen.long_sum += value;
      ++long_seen;
    }
  }
  seen.short_share = static_cast<double>(short_seen) / static_cast<double>(short_buckets_);
  seen.long_share = static_cast<double>(long_seen) / static_cast<double>(long_buckets_);
  return seen;
}

}  // namespace vigie::detection
