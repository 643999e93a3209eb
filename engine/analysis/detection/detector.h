// Is more being said than should be? One series of counts in buckets of equal length, judged bucket
// by bucket against what its own past lets expect: its level, the rhythm of its days and weeks, and
// how high its own daily peaks usually are.
//
// Nothing but buckets that were given before tells in a reading: no look-ahead. The same buckets
// give the same readings, bit for bit. It takes O(1) memory and allocates nothing. One thread.
//
// Sources: bench/detection.md says what was tried and how good it is. Block maxima: Gumbel,
// "Statistics of Extremes", 1958; extreme values of streams: Siffer et al., KDD 2017.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "engine/analysis/detection/episode.h"
#include "engine/analysis/detection/peaks.h"
#include "engine/analysis/detection/season.h"
#include "engine/analysis/detection/tail.h"
#include "engine/analysis/detection/tuning.h"
#include "engine/base/event_time.h"

namespace vigie::detection {

// Bars of a reading above which it fires.
enum class Sensitivity : std::uint8_t { fewer, balanced, more };

struct Settings {
  Duration bucket = std::chrono::minutes{5};  // divides an hour, or is a whole number of hours
  Duration short_window = std::chrono::minutes{15};
  Duration long_window = std::chrono::hours{3};
  double count_min = 20;  // mentions in the long window, below which it never fires
  Sensitivity sensitivity = Sensitivity::balanced;
};

// What is seen at the end of a bucket. Sums reach back from its end.
struct Observation {
  EventTime begin;         // of the bucket
  double count = 0;        // in the bucket
  double short_sum = 0;    // in the short window, this bucket included
  double long_sum = 0;     // in the long window
  double short_share = 1;  // the part of the short window for which there is data, in (0, 1]
  double long_share = 1;
};

// What a bucket says.
struct Reading {
  // Of the bucket itself, to be drawn: the expected count, and the band that 99 of 100 lie in.
  double expected = 0;
  double lower = 0;
  double upper = 0;
  // Of the window that is the more surprising of the two.
  double ratio = 1;               // observed / expected
  double tail_probability = 1;    // P(as many or more), were all as usual
  double return_period_days = 0;  // such a thing happens once in so many days
  // 0 as usual, 0.5 where `balanced` tells of it, towards 1 beyond. One event is told of once, and
  // again when it gets much worse: between, the score stays below 0.5.
  double score = 0;
  Turn turn = Turn::none;
  bool firing = false;  // an event is under way
  // How much of the past that it wants to know it has seen, 0..1: it widens what is missing.
  double confidence = 0;
};

// What many detectors have in common. They keep a pointer to it. Immutable.
class Plan {
 public:
  explicit Plan(const Settings& settings, const Tuning& tuning = {});

 private:
  friend class Detector;
  Settings settings_;
  Tuning tuning_;
  double bucket_days_;
  double short_buckets_;
  double long_buckets_;
  Duration short_span_;
  Duration long_span_;
  double level_rate_;
  double dispersion_rate_;
  double slow_keep_;
  double bar_keep_;
  double alarm_;     // reduced variate of score 0.5
  double fires_at_;  // that of the sensitivity
};

class Detector {
 public:
  explicit Detector(const Plan& plan);

  // Judges a bucket, then learns from it. Buckets come in order of time; those that are left out
  // had no data, which is not the same as a count of 0.
  Reading update(const Observation& observation);

  void save(pb::Detector* out) const;
  // What was saved under the same plan. False where it is not whole: nothing has changed then.
  [[nodiscard]] bool load(const pb::Detector& in);

 private:
  struct View;
  [[nodiscard]] View view(const Observation& observation);
  [[nodiscard]] double variate(const View& view) const;
  void learn(const Observation& observation, const View& view);
  void learn_peaks(EventTime begin, const View& view);
  [[nodiscard]] double days() const;

  const Plan* plan_;
  float level_ = 0;    // per bucket
  float buckets_ = 0;  // seen; large ones stand for many
  float bucket_dispersion_;
  float short_dispersion_;
  float long_dispersion_;
  float peak_days_ = 0;
  std::int64_t quarter_ = -1;  // of a day, since 1970: of the last bucket
  float bar_ = 0;              // how much more than usual is asked for, in reduced variates
  float slow_seen_ = 0;        // decayed sums
  float slow_expected_ = 0;
  Season season_;
  Peaks short_peaks_;
  Peaks long_peaks_;
  Peaks slow_peaks_;
  Episode episode_;
};

}  // namespace vigie::detection
