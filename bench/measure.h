// Measuring contenders fairly: interleaved rounds in one process, thread CPU time, medians.
#pragma once

#include <time.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace vigie::bench {

inline double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Contender {
  std::string name;
  std::function<void()> run;
};

// Median CPU seconds of each contender over `rounds`; every round runs all of them in turn, so that
// what the machine does meanwhile falls on all alike. One round before is not counted.
inline std::vector<double> median_seconds(std::span<const Contender> contenders, int rounds) {
  std::vector<std::vector<double>> seconds(contenders.size());
  for (int round = 0; round <= rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const double start = thread_cpu_seconds();
      contenders[i].run();
      if (round > 0) seconds[i].push_back(thread_cpu_seconds() - start);
    }
  }
  std::vector<double> medians;
  for (auto& values : seconds) medians.push_back(median(std::move(values)));
  return medians;
}

}  // namespace vigie::bench
