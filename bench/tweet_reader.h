// A decoder for tweets as one would write it by hand: the floor for mappings.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/mention.h"

namespace vigie::bench {

// What kTweetMapping asks for. Nothing is converted: times stay texts.
struct Tweet {
  struct Name {
    std::string_view id, handle;
  };
  struct Picture {
    std::string_view type, url, alt;
  };
  std::string_view id, text, created_at, lang, parent_id, parent_author_id, quoted_id;
  std::string_view author_id, handle, name, author_url, author_created_at;
  std::string_view shared_id, shared_text, country, city;
  std::int64_t followers = 0, following = 0, likes = 0, shares = 0, quotes = 0, comments = 0;
  double lat = 0, lon = 0;
  bool verified = false, sensitive = false, located = false;
  std::vector<std::string_view> hashtags, urls;
  std::vector<Name> mentions;
  std::vector<Picture> media;
};

class TweetReader {
 public:
  // The texts are valid until the next call.
  void read(std::string_view json, Tweet* tweet);

 private:
  simdjson::ondemand::parser parser_;
};

// Whether a mapping found the same.
[[nodiscard]] bool is_same(const Tweet& tweet, const Mention& mention);

}  // namespace vigie::bench
