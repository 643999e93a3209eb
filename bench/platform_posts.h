// Made-up posts in the JSON of platforms, the same each time, and mappings for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigie::bench {

enum class Escapes : std::uint8_t {
  few,  // only those that JSON must have
  all,  // ASCII alone, and \/ for every slash, as the interface of X wrote it
};

// Tweets of some 3 KB as version 1.1 of X's interface had them, one a line.
[[nodiscard]] std::string make_tweets(std::size_t posts, Escapes escapes);
// 40 pointers, two in three of the fields of a tweet.
extern const std::string_view kTweetMapping;

// Posts of some 700 bytes as Bluesky's Jetstream sends them, one a line.
[[nodiscard]] std::string make_jetstream(std::size_t posts);
extern const std::string_view kJetstreamMapping;

}  // namespace vigie::bench
