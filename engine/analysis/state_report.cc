#include "engine/analysis/state_report.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <tuple>

#include "engine/analysis/key_bytes.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/analysis/track.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::unexpected<Error> damaged(std::string_view key) {
  return fail(
      ErrorKind::corrupt,
      cat("state: the record '", key,
          "' is damaged; restore the directory from a copy, or move it away to begin anew"));
}

bool parse(std::string_view value, google::protobuf::Message* message) {
  return message->ParseFromArray(value.data(), static_cast<int>(value.size()));
}

// A brand has one record of its own and one for each page of its posts.
bool is_post_page(std::string_view key) { return key.find("/posts/") != std::string_view::npos; }

struct Parsed {
  std::string_view name;
  std::unique_ptr<google::protobuf::Message> message;
};

// By what its key says; no message for a key that no record has.
Parsed message_of(std::string_view key) {
  if (key == kMetaKey) return {"Meta", std::make_unique<pb::Meta>()};
  if (shard_of_key(key)) return {"Shard", std::make_unique<pb::Shard>()};
  if (!brand_of_key(key)) return {};
  if (is_post_page(key)) return {"PostPage", std::make_unique<pb::PostPage>()};
  return {"Brand", std::make_unique<pb::Brand>()};
}

}  // namespace

Result<void> StateReport::add(std::string_view key, std::string_view value) {
  ++records_;
  bytes_ += key.size() + value.size();
  if (key == kMetaKey) {
    Result<StateMeta> meta = load_meta(value);
    if (!meta) return std::unexpected(std::move(meta.error()));
    meta_ = std::move(*meta);
    has_meta_ = true;
    return {};
  }
  if (shard_of_key(key)) return add_shard(key, value);
  if (brand_of_key(key)) return add_brand(key, value);
  return damaged(key);
}

Result<void> StateReport::complete() const {
  if (has_meta_ || records_ == 0) return {};
  return fail(ErrorKind::corrupt,
              "state: the record 'meta' is missing; restore the directory from a copy, or move it "
              "away to begin anew");
}

Result<void> StateReport::add_shard(std::string_view key, std::string_view value) {
  const Result<ShardInput> input = load_shard_input(key, value);
  if (!input) return std::unexpected(input.error());
  ++shards_;
  if (input->watermark)
    watermark_ = std::min(watermark_.value_or(EventTime::max()), *input->watermark);
  for (const Progress& progress : input->progress) {
    const auto [at, added] = positions_.try_emplace(progress.partition);
    Position& position = at->second;
    position.partition = progress.partition;
    position.next_offset =
        added ? progress.next_offset : std::min(position.next_offset, progress.next_offset);
    if (progress.event_time) {
      position.event_time =
          std::max(position.event_time.value_or(EventTime::min()), *progress.event_time);
    }
  }
  return {};
}

Result<void> StateReport::add_brand(std::string_view key, std::string_view value) {
  Brand& brand = brands_[*brand_of_key(key)];
  ++brand.records;
  brand.bytes += key.size() + value.size();
  if (is_post_page(key)) return {};
  pb::Brand in;
  Track hours(kMeasures);
  if (!parse(value, &in) || !hours.load(in.hours())) return damaged(key);
  brand.posts = in.end_post() - std::min(in.first_post(), in.end_post());
  brand.authors = in.authors().key().size() / kKeyBytes;
  using Limits = std::numeric_limits<Period>;
  brand.mentions = hours.sum(Limits::min(), Limits::max(), Measure::mentions);
  return {};
}

std::vector<StateReport::Position> StateReport::positions() const {
  std::vector<Position> out;
  for (const auto& [partition, position] : positions_) {
    Position& one = out.emplace_back(position);
    const auto named = std::ranges::find(meta_.partitions, partition, &StateMeta::Partition::id);
    if (named == meta_.partitions.end()) continue;
    one.topic = named->name.topic;
    one.number = named->name.number;
  }
  std::ranges::stable_sort(out, {},
                           [](const Position& one) { return std::tie(one.topic, one.number); });
  return out;
}

Result<void> append_state_json(std::string_view key, std::string_view value, std::string* out) {
  const Parsed parsed = message_of(key);
  if (parsed.message == nullptr || !parse(value, parsed.message.get())) return damaged(key);
  if (auto* meta = dynamic_cast<pb::Meta*>(parsed.message.get())) meta->clear_key_seed();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Protobuf refuses texts that are not UTF-8, as all of ours are.
  if (!google::protobuf::util::MessageToJsonString(*parsed.message, &json, options).ok()) {
    return damaged(key);
  }
  out->append("{\"key\":");
  append_json_string(key, out);
  append_to(out, ",\"message\":\"", parsed.name, "\",\"value\":", json, "}\n");
  return {};
}

}  // namespace vigie
