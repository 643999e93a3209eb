#include "connectors/mention_json.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/event_time.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// Writes the members of one JSON object; nothing for those that are unknown.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string* out) : out_(*out) { out_.push_back('{'); }
  ~ObjectWriter() { out_.push_back('}'); }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  // Begins a member and returns where its value goes.
  std::string* key(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    append_json_string(name, &out_);
    out_.push_back(':');
    return &out_;
  }
  void text_always(std::string_view name, std::string_view value) {
    append_json_string(value, key(name));
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) text_always(name, value);
  }
  void time(std::string_view name, const std::optional<EventTime>& value) {
    if (!value) return;
    std::string* out = key(name);
    out->push_back('"');
    append_rfc3339(*value, out);
    out->push_back('"');
  }
  template <class T>
  void number(std::string_view name, const std::optional<T>& value) {
    if (value) append_number(*value, key(name));
  }
  void boolean(std::string_view name, std::optional<bool> value) {
    if (value) key(name)->append(*value ? "true" : "false");
  }
  // An array of what write(element) appends.
  template <class T, class Write>
  void list(std::string_view name, std::span<const T> elements, Write write) {
    if (elements.empty()) return;
    key(name)->push_back('[');
    for (const T& element : elements) {
      if (&element != &elements.front()) out_.push_back(',');
      write(element);
    }
    out_.push_back(']');
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view without_sign(std::string_view hashtag) {
  return hashtag.substr(std::min(hashtag.find_first_not_of('#'), hashtag.size()));
}

// Leaves out the white space between the tokens of valid JSON.
void append_minified(std::string_view json, std::string* out) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out->push_back(c);
      if (c == '\\' && i + 1 < json.size()) out->push_back(json[++i]);
      in_string = c != '"';
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
      out->push_back(c);
      in_string = c == '"';
    }
  }
}

bool is_known(const Author& author) {
  return !author.id.empty() || !author.handle.empty() || !author.name.empty() ||
         !author.country.empty() || author.followers || author.following || author.verified ||
         author.bot || author.created_at;
}

void append(const Author& author, std::string* out) {
  ObjectWriter object(out);
  object.text("id", author.id);
  object.text("handle", author.handle);
  object.text("name", author.name);
  object.text("country", author.country);
  object.number("followers", author.followers);
  object.number("following", author.following);
  object.boolean("verified", author.verified);
  object.boolean("bot", author.bot);
  object.time("created_at", author.created_at);
}

bool is_known(const PostMetrics& metrics) {
  return metrics.likes || metrics.shares || metrics.comments || metrics.quotes || metrics.views ||
         metrics.clicks || metrics.saves || metrics.reach || metrics.as_of;
}

void append(const PostMetrics& metrics, std::string* out) {
  ObjectWriter object(out);
  object.number("likes", metrics.likes);
  object.number("shares", metrics.shares);
  object.number("comments", metrics.comments);
  object.number("quotes", metrics.quotes);
  object.number("views", metrics.views);
  object.number("clicks", metrics.clicks);
  object.number("saves", metrics.saves);
  object.number("reach", metrics.reach);
  object.time("as_of", metrics.as_of);
}

void append(const Rating& rating, std::string* out) {
  ObjectWriter object(out);
  append_number(rating.value, object.key("value"));
  object.number("max", rating.max);
}

void append(const Geo& geo, std::string* out) {
  ObjectWriter object(out);
  object.text("country", geo.country);
  object.text("region", geo.region);
  object.text("city", geo.city);
  object.number("lat", geo.lat);
  object.number("lon", geo.lon);
}

void append(const GivenSentiment& sentiment, std::string* out) {
  ObjectWriter object(out);
  object.text("label", sentiment.label);
  object.number("score", sentiment.score);
  object.text("source", sentiment.source);
}

bool is_known(const Channel& channel) { return !channel.id.empty() || !channel.name.empty(); }

void append(const Channel& channel, std::string* out) {
  ObjectWriter object(out);
  object.text("id", channel.id);
  object.text("name", channel.name);
}

void append(const Handle& handle, std::string* out) {
  ObjectWriter object(out);
  object.text("id", handle.id);
  object.text("handle", handle.handle);
}

void append(const Media& media, std::string* out) {
  ObjectWriter object(out);
  object.text("type", media.type);
  object.text("url", media.url);
  object.text("alt", media.alt);
}

void append_references(const Mention& mention, ObjectWriter* object) {
  object->text("parent_id", mention.parent_id);
  object->text("root_id", mention.root_id);
  object->text("shared_id", mention.shared_id);
  object->text("quoted_id", mention.quoted_id);
  object->text("parent_author_id", mention.parent_author_id);
  object->text("replaces_id", mention.replaces_id);
  object->text("shared_text", mention.shared_text);
}

void append_lists(const Mention& mention, ObjectWriter* object, std::string* out) {
  object->list("hashtags", mention.hashtags,
               [&](std::string_view tag) { append_json_string(without_sign(tag), out); });
  object->list("mentions", mention.mentions, [&](const Handle& handle) { append(handle, out); });
  object->list("urls", mention.urls, [&](std::string_view url) { append_json_string(url, out); });
  object->list("media", mention.media, [&](const Media& media) { append(media, out); });
}

}  // namespace

void append_mention_json(const Mention& mention, std::string* out) {
  ObjectWriter object(out);
  if (mention.op != Op::upsert) object.text("op", to_text(mention.op));
  object.text("id", mention.id);
  object.text("platform", mention.platform);
  object.text("kind", to_text(mention.kind));
  // An empty text is a text; a delete has none.
  if (mention.op == Op::upsert) object.text_always("text", mention.text);
  if (mention.op != Op::upsert) object.text("text", mention.text);
  object.text("title", mention.title);
  // Zero lies outside of what created_at may be: a delete that holds none.
  if (mention.created_at != EventTime{}) object.time("created_at", mention.created_at);
  object.time("edited_at", mention.edited_at);
  object.time("observed_at", mention.observed_at);
  object.text("lang", mention.lang);
  object.text("url", mention.url);
  if (is_known(mention.author)) append(mention.author, object.key("author"));
  append_references(mention, &object);
  append_lists(mention, &object, out);
  if (is_known(mention.metrics)) append(mention.metrics, object.key("metrics"));
  if (mention.rating) append(*mention.rating, object.key("rating"));
  if (mention.geo) append(*mention.geo, object.key("geo"));
  if (mention.sentiment) append(*mention.sentiment, object.key("sentiment"));
  if (is_known(mention.channel)) append(mention.channel, object.key("channel"));
  object.text("visibility", mention.visibility);
  object.boolean("sensitive", mention.sensitive);
  if (!mention.ext.empty()) append_minified(mention.ext, object.key("ext"));
}

}  // namespace vigie
