#include "bench/tweet_reader.h"

#include <algorithm>

#include "connectors/mapping_convert.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie::bench {
namespace {

namespace ondemand = simdjson::ondemand;
using Key = ondemand::raw_json_string;

void take(ondemand::value value, std::string_view* to) {
  if (value.type() != ondemand::json_type::string) return;
  CHECK(value.get_string().get(*to) == simdjson::SUCCESS);
}
void take(ondemand::value value, std::int64_t* to) {
  CHECK(value.get_int64().get(*to) == simdjson::SUCCESS);
}
void take(ondemand::value value, bool* to) {
  CHECK(value.get_bool().get(*to) == simdjson::SUCCESS);
}

// Calls on_field(key, value) for each field, where the value is an object.
template <class OnField>
void each_field(ondemand::value value, OnField on_field) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return;
  for (auto field : object) on_field(field.key().value_unsafe(), field.value().value_unsafe());
}
template <class OnElement>
void each_element(ondemand::value value, OnElement on_element) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return;
  for (auto element : array) on_element(element.value_unsafe());
}

void read_user(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value field) {
    if (key == "id_str")
      take(field, &tweet->author_id);
    else if (key == "name")
      take(field, &tweet->name);
    else if (key == "screen_name")
      take(field, &tweet->handle);
    else if (key == "url")
      take(field, &tweet->author_url);
    else if (key == "verified")
      take(field, &tweet->verified);
    else if (key == "followers_count")
      take(field, &tweet->followers);
    else if (key == "friends_count")
      take(field, &tweet->following);
    else if (key == "created_at")
      take(field, &tweet->author_created_at);
  });
}

void read_entities(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value list) {
    if (key == "hashtags") {
      each_element(list, [&](ondemand::value element) {
        each_field(element, [&](Key name, ondemand::value field) {
          if (name == "text") take(field, &tweet->hashtags.emplace_back());
        });
      });
    } else if (key == "urls") {
      each_element(list, [&](ondemand::value element) {
        each_field(element, [&](Key name, ondemand::value field) {
          if (name == "expanded_url") take(field, &tweet->urls.emplace_back());
        });
      });
    } else if (key == "user_mentions") {
      each_element(list, [&](ondemand::value element) {
        Tweet::Name& mention = tweet->mentions.emplace_back();
        each_field(element, [&](Key name, ondemand::value field) {
          if (name == "id_str")
            take(field, &mention.id);
          else if (name == "screen_name")
            take(field, &mention.handle);
        });
      });
    }
  });
}

void read_media(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value list) {
    if (key != "media") return;
    each_element(list, [&](ondemand::value element) {
      Tweet::Picture& picture = tweet->media.emplace_back();
      each_field(element, [&](Key name, ondemand::value field) {
        if (name == "media_url_https")
          take(field, &picture.url);
        else if (name == "type")
          take(field, &picture.type);
        else if (name == "ext_alt_text")
          take(field, &picture.alt);
      });
    });
  });
}

void read_place(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value field) {
    if (key == "country_code")
      take(field, &tweet->country);
    else if (key == "name")
      take(field, &tweet->city);
  });
}

void read_coordinates(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value list) {
    if (key != "coordinates") return;
    std::size_t place = 0;
    each_element(list, [&](ondemand::value element) {
      double number = 0;
      CHECK(element.get_double().get(number) == simdjson::SUCCESS);
      (place++ == 0 ? tweet->lon : tweet->lat) = number;
      tweet->located = true;
    });
  });
}

void read_shared(ondemand::value value, Tweet* tweet) {
  each_field(value, [&](Key key, ondemand::value field) {
    if (key == "id_str")
      take(field, &tweet->shared_id);
    else if (key == "full_text" || key == "text")
      take(field, &tweet->shared_text);
  });
}

void read_part(Key key, ondemand::value field, Tweet* tweet) {
  if (key == "user")
    read_user(field, tweet);
  else if (key == "coordinates")
    read_coordinates(field, tweet);
  else if (key == "place")
    read_place(field, tweet);
  else if (key == "entities")
    read_entities(field, tweet);
  else if (key == "extended_entities")
    read_media(field, tweet);
  else if (key == "retweeted_status")
    read_shared(field, tweet);
}

void read_tweet(Key key, ondemand::value field, Tweet* tweet) {
  if (key == "created_at")
    take(field, &tweet->created_at);
  else if (key == "id_str")
    take(field, &tweet->id);
  else if (key == "text")
    take(field, &tweet->text);
  else if (key == "in_reply_to_status_id_str")
    take(field, &tweet->parent_id);
  else if (key == "in_reply_to_user_id_str")
    take(field, &tweet->parent_author_id);
  else if (key == "quoted_status_id_str")
    take(field, &tweet->quoted_id);
  else if (key == "quote_count")
    take(field, &tweet->quotes);
  else if (key == "reply_count")
    take(field, &tweet->comments);
  else if (key == "retweet_count")
    take(field, &tweet->shares);
  else if (key == "favorite_count")
    take(field, &tweet->likes);
  else if (key == "possibly_sensitive")
    take(field, &tweet->sensitive);
  else if (key == "lang")
    take(field, &tweet->lang);
  else
    read_part(key, field, tweet);
}

bool is_time(std::string_view text, std::optional<EventTime> time) {
  std::optional<EventTime> read;
  return mapping::to_time({mapping::Value::Type::string, text}, &read) == Got::value &&
         read == time;
}

bool same_author(const Tweet& t, const Author& a) {
  return t.author_id == a.id && t.handle == a.handle && t.name == a.name &&
         t.followers == a.followers && t.following == a.following && t.verified == a.verified &&
         is_time(t.author_created_at, a.created_at);
}

bool same_lists(const Tweet& t, const Mention& m) {
  const auto same_name = [](const Tweet::Name& left, const Handle& right) {
    return left.id == right.id && left.handle == right.handle;
  };
  const auto same_picture = [](const Tweet::Picture& left, const Media& right) {
    return left.type == right.type && left.url == right.url && left.alt == right.alt;
  };
  return std::ranges::equal(t.hashtags, m.hashtags) && std::ranges::equal(t.urls, m.urls) &&
         std::ranges::equal(t.mentions, m.mentions, same_name) &&
         std::ranges::equal(t.media, m.media, same_picture);
}

}  // namespace

void TweetReader::read(std::string_view json, Tweet* tweet) {
  ondemand::document document;
  ondemand::object object;
  CHECK(parser_.iterate(json, json.size() + kRecordPaddingBytes).get(document) ==
        simdjson::SUCCESS);
  CHECK(document.get_object().get(object) == simdjson::SUCCESS);
  for (auto field : object) {
    read_tweet(field.key().value_unsafe(), field.value().value_unsafe(), tweet);
  }
}

bool is_same(const Tweet& t, const Mention& m) {
  const Geo geo = m.geo.value_or(Geo{});
  return t.id == m.id && t.text == m.text && is_time(t.created_at, m.created_at) &&
         t.lang == m.lang && t.parent_id == m.parent_id &&
         t.parent_author_id == m.parent_author_id && t.quoted_id == m.quoted_id &&
         t.shared_id == m.shared_id && t.shared_text == m.shared_text && t.author_url == m.url &&
         same_author(t, m.author) && t.likes == m.metrics.likes && t.shares == m.metrics.shares &&
         t.quotes == m.metrics.quotes && t.comments == m.metrics.comments &&
         t.sensitive == m.sensitive && t.country == geo.country && t.city == geo.city &&
         t.located == geo.lat.has_value() && t.lat == geo.lat.value_or(0) &&
         t.lon == geo.lon.value_or(0) && same_lists(t, m);
}

}  // namespace vigie::bench
