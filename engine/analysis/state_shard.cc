#include "engine/analysis/state_shard.h"

#include <charconv>
#include <chrono>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::string_view kShardPrefix = "shard/";
constexpr std::string_view kBrandPrefix = "brand/";

template <class T>
std::optional<T> read_number(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void append_progress(std::span<const Progress> progress, std::string* value) {
  pb::Shard out;
  for (const Progress& one : progress) {
    pb::Shard::Progress* to = out.add_progress();
    to->set_partition(one.partition);
    to->set_next_offset(one.next_offset);
    to->set_incarnation(one.incarnation);
    if (one.event_time) to->set_event_time(one.event_time->time_since_epoch().count());
  }
  // Two messages behind each other are their union: so protobuf defines it.
  out.AppendToString(value);
}

Result<ShardInput> load_shard_input(std::string_view key, std::string_view value) {
  pb::Shard in;
  if (!in.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return fail(ErrorKind::corrupt,
                cat("state: the record '", key,
                    "' is damaged; restore the directory from a copy, or move it away to begin "
                    "anew: nothing was changed"));
  }
  const auto time = [](std::int64_t microseconds) {
    return EventTime(std::chrono::microseconds(microseconds));
  };
  ShardInput input;
  if (in.has_watermark()) input.watermark = time(in.watermark());
  for (const pb::Shard::Progress& from : in.progress()) {
    Progress& one = input.progress.emplace_back();
    one.partition = from.partition();
    one.next_offset = from.next_offset();
    one.incarnation = from.incarnation();
    if (from.has_event_time()) one.event_time = time(from.event_time());
  }
  return input;
}

std::string shard_key(std::uint32_t shard) { return cat(kShardPrefix, shard); }

std::optional<std::uint32_t> shard_of_key(std::string_view key) {
  if (!key.starts_with(kShardPrefix)) return std::nullopt;
  key.remove_prefix(kShardPrefix.size());
  return read_number<std::uint32_t>(key);
}

std::string brand_key(std::string_view name) {
  std::string key(kBrandPrefix);
  for (const char c : name) {
    if (c == '%' || c == '/') {
      key += c == '%' ? "%25" : "%2F";
    } else {
      key += c;
    }
  }
  return key;
}

std::optional<std::uint64_t> page_of_key(std::string_view key) {
  constexpr std::string_view kPosts = "/posts/";
  const std::size_t at = key.rfind(kPosts);
  if (at == std::string_view::npos) return std::nullopt;
  key.remove_prefix(at + kPosts.size());
  return read_number<std::uint64_t>(key);
}

std::optional<std::string> brand_of_key(std::string_view key) {
  if (!key.starts_with(kBrandPrefix)) return std::nullopt;
  key.remove_prefix(kBrandPrefix.size());
  std::string name(key.substr(0, key.find('/')));
  for (const auto& [code, c] : {std::pair{"%2F", '/'}, std::pair{"%25", '%'}}) {
    for (std::size_t at = 0; (at = name.find(code, at)) != std::string::npos; ++at) {
      name.replace(at, 3, 1, c);
    }
  }
  return name;
}

}  // namespace vigie
