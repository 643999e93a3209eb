#include <algorithm>
#include <cmath>

#include "engine/analysis/detection/detector.h"
#include "engine/analysis/state.pb.h"

namespace vigie::detection {
namespace {

void save_peaks(const Peaks::Saved& peaks, pb::Detector_Peaks* out) {
  for (const float highest : peaks.highest) out->add_highest(highest);
  out->set_mean(peaks.mean);
  out->set_variance(peaks.variance);
}

bool whole(const pb::Detector_Peaks& in) {
  return in.highest_size() == 4 && std::isfinite(in.mean()) && in.variance() >= 0;
}

Peaks peaks_of(const pb::Detector_Peaks& in) {
  Peaks::Saved peaks{};
  std::copy(in.highest().begin(), in.highest().end(), peaks.highest.begin());
  peaks.mean = in.mean();
  peaks.variance = in.variance();
  return Peaks(peaks);
}

}  // namespace

void Detector::save(pb::Detector* out) const {
  out->Clear();
  out->set_level(level_);
  out->set_buckets(buckets_);
  season_.save(out);
  for (const float dispersion : {bucket_dispersion_, short_dispersion_, long_dispersion_}) {
    out->add_dispersion(dispersion);
  }
  save_peaks(short_peaks_.saved(), out->mutable_short_peaks());
  save_peaks(long_peaks_.saved(), out->mutable_long_peaks());
  save_peaks(slow_peaks_.saved(), out->mutable_slow_peaks());
  out->set_slow_seen(slow_seen_);
  out->set_slow_expected(slow_expected_);
  out->set_bar(bar_);
  out->set_peak_days(peak_days_);
  out->set_last_quarter(quarter_);
  const Episode::Saved& episode = episode_.saved();
  out->set_active(episode.active);
  out->set_told(episode.told);
  out->set_loud(episode.loud);
  out->set_told_at(episode.told_at);
}

bool Detector::load(const pb::Detector& in) {
  if (in.dispersion_size() != 3 || !whole(in.short_peaks()) || !whole(in.long_peaks()) ||
      !whole(in.slow_peaks())) {
    return false;
  }
  if (!season_.load(in)) return false;
  level_ = in.level();
  buckets_ = in.buckets();
  bucket_dispersion_ = in.dispersion(0);
  short_dispersion_ = in.dispersion(1);
  long_dispersion_ = in.dispersion(2);
  short_peaks_ = peaks_of(in.short_peaks());
  long_peaks_ = peaks_of(in.long_peaks());
  slow_peaks_ = peaks_of(in.slow_peaks());
  slow_seen_ = in.slow_seen();
  slow_expected_ = in.slow_expected();
  bar_ = in.bar();
  peak_days_ = in.peak_days();
  quarter_ = in.last_quarter();
  episode_ = Episode({in.active(), in.told(), in.loud(), in.told_at()});
  return true;
}

}  // namespace vigie::detection
