// The source of `vigie demo`: a made-up day about made-up brands as records of the native format,
// as fast as they are read, and then live. It feeds the same pipeline as everything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/clock.h"
#include "engine/base/event_time.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"

namespace vigie {

struct DemoOptions {
  std::uint64_t seed = 1;
  EventTime start;  // where the past ends and live begins; taken to the whole minute below
  // A day, and the hours before it that yesterday's windows reach back to.
  Duration past = std::chrono::hours{27};
  bool live = true;  // otherwise the stream ends at `start`
  PartitionId first_partition = 0;
  std::size_t batch_records = kBatchRecordsMax;
  Clock::time_point (*now)() = Clock::now;  // paces the live part
};

// One partition, whose offsets count the records. The records are a pure function of seed, start
// and past: neither the size of the batches nor the pace of reading changes a byte. Live posts come
// when their time has come, counted from this call: read() waits for them until its deadline.
// REQUIRES: batch_records > 0.
[[nodiscard]] std::unique_ptr<Source> open_demo(const DemoOptions& options);

// How many records lie before `start`.
[[nodiscard]] std::uint64_t demo_past_records(const DemoOptions& options);

}  // namespace vigie
