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
  // 0 as usual, 0.5 where it fires at the sensitivity balanced, towards 1 beyond.
  double score = 0;
  bool firing = false;
  // How much of the past that it wants to know it has seen, 0..1: it widens what is missing.
  double confidence = 0;
};

class Detector {
 public:
  explicit Detector(const Settings& settings);

  // Judges a bucket, then learns from it. Buckets come in order of time; those that are left out
  // had no data, which is not the same as a count of 0.
  Reading update(const Observation& observation);

 private:
  Settings settings_;
};

// The sums of a series that has only its buckets: for files and tests; brands have their minutes.
class Windows;

}  // namespace vigie::detection
