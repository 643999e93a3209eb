#include "engine/app/file_input.h"

#include <cstdio>

#include <algorithm>
#include <chrono>

#include "connectors/decode.h"
#include "connectors/ndjson_source.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::uint64_t kShownMax = 10;
constexpr std::chrono::seconds kReadWait{60};  // files answer at once; standard input may not

}  // namespace

void RejectLog::add(const std::string& file, std::int64_t offset, const Reject& reject) {
  ++counts_[static_cast<std::size_t>(reject.reason)];
  if (++total_ > kShownMax) return;
  std::fprintf(stderr, "%s: byte %lld: rejected: %s%s%.*s\n", file.c_str(),
               static_cast<long long>(offset), std::string(to_text(reject.reason)).c_str(),
               reject.detail.empty() ? "" : ": ", static_cast<int>(reject.detail.size()),
               reject.detail.data());
}

void RejectLog::summarise() const {
  if (total_ == 0) return;
  std::string line =
      cat("vigie: ", total_, total_ == 1 ? " record was" : " records were", " rejected:");
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    if (counts_[i] == 0) continue;
    line += cat(" ", to_text(static_cast<RejectReason>(i)), "=", counts_[i]);
  }
  std::fprintf(stderr, "%s\n", line.c_str());
}

Result<void> for_each_mention(std::span<const std::string> files, Duration future,
                              const std::function<void(const Mention&)>& on_mention,
                              RejectLog* rejects) {
  auto source = open_files(files, {});
  if (!source) return std::unexpected(source.error());
  const auto decoder = make_native_decoder({.future = future});
  Batch batch;
  MentionBatch slice;
  while (!batch.ended) {
    if (Result<void> read = (*source)->read(&batch, after(kReadWait)); !read) return read;
    for (std::size_t first = 0; first < batch.records.size(); first += kSliceRecords) {
      slice.clear();
      decoder->decode(batch, first, std::min(kSliceRecords, batch.records.size() - first), &slice);
      for (const Mention& mention : slice.mentions) on_mention(mention);
      for (const Reject& reject : slice.rejects) {
        const Record& record = batch.records[reject.record];
        rejects->add((*source)->name(record.partition).topic, record.offset, reject);
      }
    }
  }
  return {};
}

}  // namespace vigie
