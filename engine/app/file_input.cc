#include "engine/app/file_input.h"

#include <cstdio>

#include <algorithm>
#include <chrono>

#include "connectors/decode.h"
#include "connectors/ndjson_source.h"
#include "engine/app/configuration.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::uint64_t kShownMax = 10;
constexpr std::chrono::seconds kReadWait{60};  // files answer at once; standard input may not

template <class Reason>
void print_line(const char* what, std::span<const std::uint64_t> counts) {
  std::string line;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 0) line += cat(" ", to_text(static_cast<Reason>(i)), "=", counts[i]);
  }
  if (!line.empty()) std::fprintf(stderr, "vigie: %s:%s\n", what, line.c_str());
}

}  // namespace

void print_counts(std::span<const std::uint64_t, kRejectReasons> rejects,
                  std::span<const std::uint64_t, kRepairs> repairs) {
  print_line<RejectReason>("records rejected", rejects);
  print_line<Repair>("repairs in records that were used", repairs);
}

void suggest_auto(std::string_view mapping, std::uint64_t posts,
                  std::span<const std::uint64_t, kRejectReasons> rejects) {
  const auto missing = static_cast<std::size_t>(RejectReason::missing_field);
  if (mapping != kNativeMapping || posts != 0 || rejects[missing] == 0) return;
  complain("these records are no mention/1; --mapping auto takes the mapping that knows them");
}

void print_given_up(std::span<const std::string> brands, std::span<const std::uint64_t> posts) {
  std::string line;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    if (posts[i] != 0) line += cat(" '", brands[i], "'=", posts[i]);
  }
  if (line.empty()) return;
  std::fprintf(stderr,
               "vigie: queries given up, as they went over their budget in so many posts:%s; see "
               "LANGUAGE.md, \"Limits\"\n",
               line.c_str());
}

void InputLog::add(const std::string& file, std::int64_t offset, const Reject& reject) {
  count(reject);
  if (shown_ == kShownMax) return;
  ++shown_;
  std::string line = cat(file, ": byte ", offset);
  if (reject.index) line += cat(", post ", *reject.index);
  line += cat(": rejected: ", to_text(reject.reason));
  if (!reject.detail.empty()) line += cat(": ", reject.detail);
  std::fprintf(stderr, "%s\n", line.c_str());
}

void InputLog::add(const RepairCounts& repairs) {
  for (std::size_t i = 0; i < kRepairs; ++i) repairs_[i] += repairs[i];
}

void InputLog::add(std::span<const std::string> names, std::span<const MappingCounts> counts) {
  for (std::size_t i = 0; i < std::min(names.size(), counts.size()); ++i) {
    if (counts[i].dropped != 0) dropped_[names[i]] += counts[i].dropped;
  }
}

void InputLog::add_posts(std::string_view mapping, std::size_t count) {
  mapping_ = mapping;
  posts_ += count;
}

void InputLog::summarise() const {
  std::string line;
  for (const auto& [name, count] : dropped_) line += cat(" ", name, "=", count);
  if (!line.empty()) {
    std::fprintf(stderr, "vigie: dropped, as the mapping says that they are no posts:%s\n",
                 line.c_str());
  }
  print_counts(rejects_, repairs_);
  suggest_auto(mapping_, posts_, rejects_);
}

Result<void> for_each_slice(const PostFiles& files, Decoder* decoder,
                            const std::function<void(const DecodedSlice&)>& on_slice,
                            InputLog* log) {
  auto source = open_files(files.paths, {});
  if (!source) return std::unexpected(source.error());
  Batch batch;
  MentionBatch slice;
  while (!batch.ended) {
    if (Result<void> read = (*source)->read(&batch, after(kReadWait)); !read) return read;
    for (std::size_t first = 0; first < batch.records.size();) {
      slice.clear();
      const std::size_t left = batch.records.size() - first;
      first += decoder->decode(batch, first, std::min(kSliceRecords, left), &slice);
      log->add(slice.repairs);
      log->add_posts(files.mapping.name, slice.mentions.size());
      log->add(decoder->mappings(), slice.mappings);
      on_slice({source->get(), &batch, &slice});
    }
  }
  return {};
}

Result<void> for_each_mention(const PostFiles& files,
                              const std::function<void(const Mention&)>& on_mention,
                              InputLog* log) {
  const auto decoder =
      make_decoder({.future = files.future}, files.mapping.mappings, files.mapping.name);
  return for_each_slice(
      files, decoder.get(),
      [&](const DecodedSlice& slice) {
        for (const Mention& mention : slice.mentions->mentions) on_mention(mention);
        for (const Reject& reject : slice.mentions->rejects) {
          const Record& record = slice.batch->records[reject.record];
          log->add(slice.source->name(record.partition).topic, record.offset, reject);
        }
      },
      log);
}

Exit finish(const Result<void>& read, const InputLog& log, Output* output) {
  const Result<void> written = output->close();
  log.summarise();
  if (!read) {
    complain(read.error());
    return read.error().kind == ErrorKind::unreadable ? Exit::not_started : Exit::stopped_by_error;
  }
  if (!written) return complain(written.error()), Exit::stopped_by_error;
  return Exit::done;
}

}  // namespace vigie
