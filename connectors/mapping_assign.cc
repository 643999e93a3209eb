#include "connectors/mapping_assign.h"

#include <optional>
#include <string_view>

#include "engine/base/limits.h"

namespace vigie::mapping {
namespace {

constexpr double kLatitudeMax = 90;
constexpr double kLongitudeMax = 180;

// Puts one value into one field. Those of parts that may be missing bring the part about, once
// there is something to say.
class Assignment {
 public:
  Assignment(const Value& value, const ConvertContext& context)
      : value_(value), context_(context) {}

  Got text(std::string_view* to) const { return unless_empty(to, to_string(value_, to)); }
  Got id(std::string_view* to) const { return unless_empty(to, to_id(value_, to)); }
  Got lang(std::string_view* to) const { return to_lang(value_, context_, to); }
  Got country(std::string_view* to) const { return to_country(value_, to); }
  Got count(Count* to) const { return to_count(value_, to); }
  Got flag(std::optional<bool>* to) const { return to_flag(value_, to); }
  Got time(std::optional<EventTime>* to) const { return to_time(value_, to); }
  Got platform(std::string_view* to) const { return to_platform(value_, context_, to); }
  Got kind(Kind* to) const { return to_kind(value_, to); }
  Got number(std::optional<double>* to) const { return to_number(value_, to); }

  Got created_at(EventTime* to) const {
    std::optional<EventTime> time;
    const Got got = to_time(value_, &time);
    if (got == Got::value) *to = *time;
    return got;
  }
  Got any_text(std::string_view* to) const { return to_string(value_, to); }

  Got rating(std::optional<Rating>* to) const {
    std::optional<double> number;
    const Got got = to_number(value_, &number);
    if (got == Got::value) part(to).value = *number;
    return got;
  }
  Got rating_max(std::optional<Rating>* to) const {
    std::optional<double> number;
    const Got got = to_number(value_, &number);
    if (got != Got::value) return got;
    if (!*to) return Got::null;  // a maximum alone says nothing
    (*to)->max = number;
    return got;
  }
  Got coordinate(double max, std::optional<double> Geo::* field, std::optional<Geo>* to) const {
    std::optional<double> number;
    const Got got = to_number(value_, &number);
    if (got != Got::value) return got;
    if (!(*number >= -max && *number <= max)) return Got::unusable;
    part(to).*field = number;
    return got;
  }
  template <class Part>
  Got number_of(std::optional<double> Part::* field, std::optional<Part>* to) const {
    std::optional<double> number;
    const Got got = to_number(value_, &number);
    if (got == Got::value) part(to).*field = number;
    return got;
  }
  template <class Part>
  Got text_of(std::string_view Part::* field, std::optional<Part>* to) const {
    std::string_view text;
    return keep(field, text, unless_empty(&text, to_string(value_, &text)), to);
  }
  template <class Part>
  Got id_of(std::string_view Part::* field, std::optional<Part>* to) const {
    std::string_view text;
    const Got got = unless_empty(&text, to_id(value_, &text));
    return keep(field, text, got, to);
  }
  Got country_of(std::optional<Geo>* to) const {
    std::string_view text;
    const Got got = to_country(value_, &text);
    return keep(&Geo::country, text, got, to);
  }

  Got ext(std::string_view* to) const {
    if (value_.is_absent()) return Got::null;
    if (value_.type != Value::Type::json || !value_.text.starts_with('{')) return Got::wrong_type;
    if (value_.text.size() > kExtBytesMax) {
      ++(*context_.repairs)[static_cast<std::size_t>(Repair::large_ext)];
      return Got::null;
    }
    *to = value_.text;
    return Got::value;
  }

 private:
  template <class Part>
  static Part& part(std::optional<Part>* to) {
    return *to ? **to : to->emplace();
  }
  static Got unless_empty(const std::string_view* text, Got got) {
    return got == Got::value && text->empty() ? Got::null : got;
  }
  template <class Part>
  static Got keep(std::string_view Part::* field, std::string_view text, Got got,
                  std::optional<Part>* to) {
    if (got == Got::value) part(to).*field = text;
    return got;
  }

  const Value& value_;
  const ConvertContext& context_;
};

Got assign_metric(Target target, const Assignment& value, PostMetrics* to) {
  switch (target) {
    case Target::metrics_likes: return value.count(&to->likes);
    case Target::metrics_shares: return value.count(&to->shares);
    case Target::metrics_comments: return value.count(&to->comments);
    case Target::metrics_quotes: return value.count(&to->quotes);
    case Target::metrics_views: return value.count(&to->views);
    case Target::metrics_clicks: return value.count(&to->clicks);
    case Target::metrics_saves: return value.count(&to->saves);
    case Target::metrics_reach: return value.count(&to->reach);
    default: return value.time(&to->as_of);
  }
}

Got assign_author(Target target, const Assignment& value, Author* to) {
  switch (target) {
    case Target::author_id: return value.id(&to->id);
    case Target::author_handle: return value.text(&to->handle);
    case Target::author_name: return value.text(&to->name);
    case Target::author_country: return value.country(&to->country);
    case Target::author_followers: return value.count(&to->followers);
    case Target::author_following: return value.count(&to->following);
    case Target::author_verified: return value.flag(&to->verified);
    case Target::author_bot: return value.flag(&to->bot);
    default: return value.time(&to->created_at);
  }
}

// What is seldom there.
Got assign_part(Target target, const Assignment& value, Mention* m) {
  switch (target) {
    case Target::rating_value: return value.rating(&m->rating);
    case Target::rating_max: return value.rating_max(&m->rating);
    case Target::geo_country: return value.country_of(&m->geo);
    case Target::geo_region: return value.text_of(&Geo::region, &m->geo);
    case Target::geo_city: return value.text_of(&Geo::city, &m->geo);
    case Target::geo_lat: return value.coordinate(kLatitudeMax, &Geo::lat, &m->geo);
    case Target::geo_lon: return value.coordinate(kLongitudeMax, &Geo::lon, &m->geo);
    case Target::sentiment_label: return value.text_of(&GivenSentiment::label, &m->sentiment);
    case Target::sentiment_score: return value.number_of(&GivenSentiment::score, &m->sentiment);
    case Target::sentiment_source: return value.text_of(&GivenSentiment::source, &m->sentiment);
    case Target::channel_id: return value.id(&m->channel.id);
    case Target::channel_name: return value.text(&m->channel.name);
    case Target::visibility: return value.text(&m->visibility);
    case Target::sensitive: return value.flag(&m->sensitive);
    default: return value.ext(&m->ext);
  }
}

}  // namespace

Got assign(Target target, const Value& of, const ConvertContext& context, Mention* m) {
  const Assignment value(of, context);
  if (target >= Target::rating_value) return assign_part(target, value, m);
  if (target >= Target::metrics_likes) return assign_metric(target, value, &m->metrics);
  if (target >= Target::author_id && target <= Target::author_created_at) {
    return assign_author(target, value, &m->author);
  }
  switch (target) {
    case Target::id: return value.id(&m->id);
    case Target::platform: return value.platform(&m->platform);
    case Target::kind: return value.kind(&m->kind);
    case Target::text: return value.any_text(&m->text);
    case Target::title: return value.text(&m->title);
    case Target::created_at: return value.created_at(&m->created_at);
    case Target::edited_at: return value.time(&m->edited_at);
    case Target::observed_at: return value.time(&m->observed_at);
    case Target::lang: return value.lang(&m->lang);
    case Target::url: return value.text(&m->url);
    case Target::parent_id: return value.id(&m->parent_id);
    case Target::root_id: return value.id(&m->root_id);
    case Target::shared_id: return value.id(&m->shared_id);
    case Target::quoted_id: return value.id(&m->quoted_id);
    case Target::parent_author_id: return value.id(&m->parent_author_id);
    case Target::replaces_id: return value.id(&m->replaces_id);
    default: return value.text(&m->shared_text);
  }
}

std::string_view wanted(Target target) {
  if (target >= Target::metrics_likes && target <= Target::metrics_reach) return "count";
  switch (target) {
    case Target::author_followers:
    case Target::author_following: return "count";
    case Target::created_at:
    case Target::edited_at:
    case Target::observed_at:
    case Target::author_created_at:
    case Target::metrics_as_of: return "time";
    case Target::author_verified:
    case Target::author_bot:
    case Target::sensitive: return "boolean";
    case Target::rating_value:
    case Target::rating_max:
    case Target::sentiment_score: return "number";
    case Target::geo_lat: return "latitude";
    case Target::geo_lon: return "longitude";
    case Target::author_country:
    case Target::geo_country: return "country code";
    case Target::lang: return "language code";
    case Target::platform: return "platform name";
    case Target::kind: return "kind of post";
    case Target::ext: return "object";
    case Target::id:
    case Target::author_id:
    case Target::parent_id:
    case Target::root_id:
    case Target::shared_id:
    case Target::quoted_id:
    case Target::parent_author_id:
    case Target::replaces_id:
    case Target::channel_id: return "id";
    default: return "text";
  }
}

bool is_usable(Target target, const Value& value, const ConvertContext& context) {
  if (value.is_absent() || value.text.empty()) return false;
  switch (target) {
    // Of most alternatives the first is taken: these are told without a mention to try them on.
    case Target::text:
    case Target::title:
    case Target::url:
    case Target::shared_text:
    case Target::author_handle:
    case Target::author_name: return value.type != Value::Type::json;
    case Target::id:
    case Target::parent_id:
    case Target::root_id:
    case Target::shared_id:
    case Target::quoted_id:
    case Target::parent_author_id:
    case Target::author_id: {
      std::string_view id;
      return to_id(value, &id) == Got::value;
    }
    case Target::created_at:
    case Target::edited_at:
    case Target::observed_at: {
      std::optional<EventTime> time;
      return to_time(value, &time) == Got::value;
    }
    default: break;
  }
  Mention tried;
  tried.rating.emplace();  // else a maximum would be none
  return assign(target, value, context, &tried) == Got::value;
}

}  // namespace vigie::mapping
