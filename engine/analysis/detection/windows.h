// The sums of a series that has only its buckets: for files and tests; brands have their minutes.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/analysis/detection/detector.h"

namespace vigie::detection {

// Keeps the counts of the long window. One thread.
class Windows {
 public:
  explicit Windows(const Settings& settings);

  // What is seen at the end of this bucket. REQUIRES: it begins whole buckets after the last one.
  // Buckets that were left out had no data.
  Observation add(EventTime begin, double count);

 private:
  Duration bucket_;
  std::int64_t short_buckets_;
  std::int64_t long_buckets_;
  std::vector<double> counts_;  // by number of the bucket, turning; < 0: no data
  std::int64_t last_ = -1;
  bool started_ = false;
};

}  // namespace vigie::detection
