#include "engine/base/fact.h"

namespace vigie {

std::array<Count, kCounters> by_counter(const PostMetrics& metrics) {
  return {metrics.likes, metrics.shares, metrics.comments, metrics.quotes,
          metrics.views, metrics.clicks, metrics.saves,    metrics.reach};
}

CounterValues counters_of(const PostMetrics& metrics) {
  const std::array<Count, kCounters> known = by_counter(metrics);
  CounterValues out{};
  for (std::size_t i = 0; i < kCounters; ++i) out[i] = known[i].value_or(kUnknownCount);
  return out;
}

}  // namespace vigie
