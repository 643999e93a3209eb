#include "connectors/decode_fields.h"

#include <array>
#include <bit>
#include <utility>

#include "connectors/decode_keys.h"

namespace vigie {
namespace {

// Each enumeration and the keys below it are in the same order.
enum class Field : std::uint8_t {
  id,
  platform,
  text,
  created_at,
  op,
  metrics,
  kind,
  title,
  edited_at,
  observed_at,
  lang,
  url,
  author,
  parent_id,
  root_id,
  shared_id,
  quoted_id,
  parent_author_id,
  replaces_id,
  shared_text,
  hashtags,
  mentions,
  urls,
  media,
  rating,
  geo,
  sentiment,
  channel,
  visibility,
  sensitive,
  ext
};
constexpr std::array<std::string_view, 31> kFieldNames{
    "id",          "platform",    "text",      "created_at",  "op",         "metrics",
    "kind",        "title",       "edited_at", "observed_at", "lang",       "url",
    "author",      "parent_id",   "root_id",   "shared_id",   "quoted_id",  "parent_author_id",
    "replaces_id", "shared_text", "hashtags",  "mentions",    "urls",       "media",
    "rating",      "geo",         "sentiment", "channel",     "visibility", "sensitive",
    "ext"};
constexpr KeyTable kFields{kFieldNames};

enum class AuthorField : std::uint8_t {
  id,
  handle,
  name,
  country,
  followers,
  following,
  verified,
  bot,
  created_at
};
constexpr KeyTable kAuthorFields{std::array<std::string_view, 9>{
    "id", "handle", "name", "country", "followers", "following", "verified", "bot", "created_at"}};

enum class MetricsField : std::uint8_t {
  likes,
  shares,
  comments,
  quotes,
  views,
  clicks,
  saves,
  reach,
  as_of
};
constexpr KeyTable kMetricsFields{std::array<std::string_view, 9>{
    "likes", "shares", "comments", "quotes", "views", "clicks", "saves", "reach", "as_of"}};

constexpr KeyTable kHandleFields{std::array<std::string_view, 2>{"id", "handle"}};
constexpr KeyTable kMediaFields{std::array<std::string_view, 3>{"type", "url", "alt"}};
constexpr KeyTable kRatingFields{std::array<std::string_view, 2>{"value", "max"}};
constexpr KeyTable kGeoFields{
    std::array<std::string_view, 5>{"country", "region", "city", "lat", "lon"}};
constexpr KeyTable kSentimentFields{std::array<std::string_view, 3>{"label", "score", "source"}};
constexpr KeyTable kChannelFields{std::array<std::string_view, 2>{"id", "name"}};

constexpr double kLatitudeMax = 90;
constexpr double kLongitudeMax = 180;

constexpr std::uint64_t bit(Field field) { return std::uint64_t{1} << std::to_underlying(field); }

constexpr std::uint64_t lowest(std::uint64_t bits) { return bits & -bits; }

// The name of the first of these fields.
std::string_view name_of(std::uint64_t bits) {
  return kFieldNames[static_cast<std::size_t>(std::countr_zero(bits))];
}

// The fields that a record must hold.
std::uint64_t needed(Op op) {
  const std::uint64_t always = bit(Field::id) | bit(Field::platform);
  switch (op) {
    case Op::upsert: return always | bit(Field::text) | bit(Field::created_at);
    case Op::remove: return always;
    case Op::metrics:
    case Op::increment: return always | bit(Field::metrics);
    case Op::remove_author: return bit(Field::platform) | bit(Field::author);
  }
  return always;
}

}  // namespace

// Used again for each record.
struct FieldScratch {
  // Lists are gathered here before they go to the arena.
  std::vector<std::string_view> texts;
  std::vector<Handle> handles;
  std::vector<Media> media;
  KeyOrder<kFieldNames.size()> field_order;
  KeyOrder<9> author_order;
  KeyOrder<9> metrics_order;
  KeyOrder<2> handle_order;
  KeyOrder<3> media_order;
  KeyOrder<2> rating_order;
  KeyOrder<5> geo_order;
  KeyOrder<3> sentiment_order;
  KeyOrder<2> channel_order;
};

namespace {

// Reads the fields of one record into one mention. What is rare is kept out of line, so that
// field() needs no frame.
class NativeReader {
 public:
  NativeReader(ValueReader* values, FieldScratch* scratch, Mention* mention)
      : values_(*values), scratch_(*scratch), mention_(*mention) {}

  // REQUIRES: an object is at `token`.
  JsonToken read(JsonToken token, FieldBits* bits) {
    return values_.fields(
        token, Keys{kFields, scratch_.field_order},
        [this](std::size_t place, JsonToken value) {
          return field(static_cast<Field>(place), value);
        },
        bits);
  }
  // Decides what the fields that were not usable mean for the record.
  void settle(const FieldBits& bits, Refusal* refusal);

 private:
  Step field(Field field, JsonToken token);
  [[gnu::noinline]] Step author(JsonToken token, Author* to);
  [[gnu::noinline]] Step metrics(JsonToken token, PostMetrics* to);
  [[gnu::noinline]] Step rating(JsonToken token, std::optional<Rating>* to);
  [[gnu::noinline]] Step geo(JsonToken token, std::optional<Geo>* to);
  [[gnu::noinline]] Step sentiment(JsonToken token, std::optional<GivenSentiment>* to);
  [[gnu::noinline]] Step channel(JsonToken token, Channel* to);
  [[gnu::noinline]] Step texts(JsonToken token, std::span<const std::string_view>* to);
  [[gnu::noinline]] Step handles(JsonToken token, std::span<const Handle>* to);
  [[gnu::noinline]] Step media(JsonToken token, std::span<const Media>* to);
  Step coordinate(JsonToken token, double max, std::optional<double>* to);

  ValueReader& values_;
  FieldScratch& scratch_;
  Mention& mention_;
  std::optional<EventTime> created_at_;
};

Step NativeReader::field(Field field, JsonToken token) {
  Mention& m = mention_;
  switch (field) {
    case Field::id: return values_.id(token, &m.id);
    case Field::platform: return values_.platform(token, &m.platform);
    case Field::text: return values_.text(token, &m.text);
    case Field::created_at: return values_.time(token, &created_at_);
    case Field::op: return values_.op(token, &m.op);
    case Field::metrics: return metrics(token, &m.metrics);
    case Field::kind: return values_.kind(token, &m.kind);
    case Field::title: return values_.text(token, &m.title);
    case Field::edited_at: return values_.time(token, &m.edited_at);
    case Field::observed_at: return values_.time(token, &m.observed_at);
    case Field::lang: return values_.lang(token, &m.lang);
    case Field::url: return values_.text(token, &m.url);
    case Field::author: return author(token, &m.author);
    case Field::parent_id: return values_.id(token, &m.parent_id);
    case Field::root_id: return values_.id(token, &m.root_id);
    case Field::shared_id: return values_.id(token, &m.shared_id);
    case Field::quoted_id: return values_.id(token, &m.quoted_id);
    case Field::parent_author_id: return values_.id(token, &m.parent_author_id);
    case Field::replaces_id: return values_.id(token, &m.replaces_id);
    case Field::shared_text: return values_.text(token, &m.shared_text);
    case Field::hashtags: return texts(token, &m.hashtags);
    case Field::mentions: return handles(token, &m.mentions);
    case Field::urls: return texts(token, &m.urls);
    case Field::media: return media(token, &m.media);
    case Field::rating: return rating(token, &m.rating);
    case Field::geo: return geo(token, &m.geo);
    case Field::sentiment: return sentiment(token, &m.sentiment);
    case Field::channel: return channel(token, &m.channel);
    case Field::visibility: return values_.text(token, &m.visibility);
    case Field::sensitive: return values_.boolean(token, &m.sensitive);
    case Field::ext: return values_.ext(token, &m.ext);
  }
  return {token, Got::null};
}

Step NativeReader::author(JsonToken token, Author* to) {
  const Keys keys{kAuthorFields, scratch_.author_order};
  return values_.object(token, keys, to,
                        [this](std::size_t place, JsonToken value, Author* author) {
                          switch (static_cast<AuthorField>(place)) {
                            case AuthorField::id: return values_.id(value, &author->id);
                            case AuthorField::handle: return values_.text(value, &author->handle);
                            case AuthorField::name: return values_.text(value, &author->name);
                            case AuthorField::country: return values_.text(value, &author->country);
                            case AuthorField::followers:
                              return values_.count(value, &author->followers);
                            case AuthorField::following:
                              return values_.count(value, &author->following);
                            case AuthorField::verified:
                              return values_.boolean(value, &author->verified);
                            case AuthorField::bot: return values_.boolean(value, &author->bot);
                            case AuthorField::created_at:
                              return values_.time(value, &author->created_at);
                          }
                          return Step{value, Got::null};
                        });
}

Step NativeReader::metrics(JsonToken token, PostMetrics* to) {
  const Keys keys{kMetricsFields, scratch_.metrics_order};
  return values_.object(token, keys, to,
                        [this](std::size_t place, JsonToken value, PostMetrics* m) {
                          switch (static_cast<MetricsField>(place)) {
                            case MetricsField::likes: return values_.count(value, &m->likes);
                            case MetricsField::shares: return values_.count(value, &m->shares);
                            case MetricsField::comments: return values_.count(value, &m->comments);
                            case MetricsField::quotes: return values_.count(value, &m->quotes);
                            case MetricsField::views: return values_.count(value, &m->views);
                            case MetricsField::clicks: return values_.count(value, &m->clicks);
                            case MetricsField::saves: return values_.count(value, &m->saves);
                            case MetricsField::reach: return values_.count(value, &m->reach);
                            case MetricsField::as_of: return values_.time(value, &m->as_of);
                          }
                          return Step{value, Got::null};
                        });
}

// An optional object, read in place by read(T*); it stays only when something of it is known.
template <class T, class Read>
Step engage(std::optional<T>* to, Read read) {
  const Step step = read(&to->emplace());
  if (step.got != Got::value) to->reset();
  return step;
}

Step NativeReader::rating(JsonToken token, std::optional<Rating>* to) {
  return engage(to, [&](Rating* found) {
    std::optional<double> value;
    const Keys keys{kRatingFields, scratch_.rating_order};
    Step step =
        values_.object(token, keys, found, [&](std::size_t place, JsonToken at, Rating* rating) {
          return values_.number(at, place == 0 ? &value : &rating->max);
        });
    found->value = value.value_or(0);
    // A maximum alone says nothing.
    if (step.got == Got::value && !value) step.got = Got::unusable;
    return step;
  });
}

// A number of degrees in [-max, max].
Step NativeReader::coordinate(JsonToken token, double max, std::optional<double>* to) {
  const Step step = values_.number(token, to);
  if (step.got != Got::value || (**to >= -max && **to <= max)) return step;
  *to = std::nullopt;
  return {step.next, Got::unusable};
}

Step NativeReader::geo(JsonToken token, std::optional<Geo>* to) {
  return engage(to, [&](Geo* found) {
    const Keys keys{kGeoFields, scratch_.geo_order};
    return values_.object(token, keys, found, [this](std::size_t place, JsonToken value, Geo* geo) {
      switch (place) {
        case 0: return values_.text(value, &geo->country);
        case 1: return values_.text(value, &geo->region);
        case 2: return values_.text(value, &geo->city);
        case 3: return coordinate(value, kLatitudeMax, &geo->lat);
        default: return coordinate(value, kLongitudeMax, &geo->lon);
      }
    });
  });
}

Step NativeReader::sentiment(JsonToken token, std::optional<GivenSentiment>* to) {
  return engage(to, [&](GivenSentiment* found) {
    const Keys keys{kSentimentFields, scratch_.sentiment_order};
    return values_.object(token, keys, found,
                          [this](std::size_t place, JsonToken value, auto* given) {
                            if (place == 1) return values_.number(value, &given->score);
                            return values_.text(value, place == 0 ? &given->label : &given->source);
                          });
  });
}

Step NativeReader::channel(JsonToken token, Channel* to) {
  const Keys keys{kChannelFields, scratch_.channel_order};
  return values_.object(token, keys, to, [this](std::size_t place, JsonToken value, auto* of) {
    return place == 0 ? values_.id(value, &of->id) : values_.text(value, &of->name);
  });
}

Step NativeReader::texts(JsonToken token, std::span<const std::string_view>* to) {
  return values_.list(token, &scratch_.texts, to, [this](JsonToken at, std::string_view* element) {
    Step step = values_.text(at, element);
    const bool says_nothing = element->find_first_not_of('#') == std::string_view::npos;
    if (step.got == Got::value && says_nothing) step.got = Got::null;
    return step;
  });
}

Step NativeReader::handles(JsonToken token, std::span<const Handle>* to) {
  const Keys keys{kHandleFields, scratch_.handle_order};
  return values_.list(token, &scratch_.handles, to, [&](JsonToken at, Handle* element) {
    return values_.object(
        at, keys, element, [this](std::size_t place, JsonToken value, auto* handle) {
          return place == 0 ? values_.id(value, &handle->id) : values_.text(value, &handle->handle);
        });
  });
}

Step NativeReader::media(JsonToken token, std::span<const Media>* to) {
  const Keys keys{kMediaFields, scratch_.media_order};
  return values_.list(token, &scratch_.media, to, [&](JsonToken at, Media* element) {
    return values_.object(at, keys, element,
                          [this](std::size_t place, JsonToken value, auto* media) {
                            if (place == 0) return values_.text(value, &media->type);
                            return values_.text(value, place == 1 ? &media->url : &media->alt);
                          });
  });
}

void NativeReader::settle(const FieldBits& bits, Refusal* refusal) {
  // A record whose op cannot be read must not be taken for a post.
  const std::uint64_t required = needed(mention_.op) | bit(Field::op);
  const std::uint64_t bad = bits.wrong_type | bits.unusable;
  if ((bad & required) != 0) {
    const std::uint64_t blamed =
        (bad & bit(Field::op)) != 0 ? bit(Field::op) : lowest(bad & required);
    const bool wrong_type = (bits.wrong_type & blamed) != 0;
    const bool time = blamed == bit(Field::created_at);
    *refusal = {wrong_type ? RejectReason::wrong_type
                : time     ? RejectReason::bad_time
                           : RejectReason::bad_value,
                name_of(blamed)};
    return;
  }
  if (const std::uint64_t missing = needed(mention_.op) & ~bits.present; missing != 0) {
    *refusal = {RejectReason::missing_field, name_of(missing)};
    return;
  }
  if (mention_.op == Op::remove_author && mention_.author.id.empty()) {
    *refusal = {RejectReason::missing_field, "author.id"};
    return;
  }
  values_.count_dropped(bad);
  if (created_at_) mention_.created_at = *created_at_;
}

}  // namespace

NativeFields::NativeFields() : scratch_(std::make_unique<FieldScratch>()) {}
NativeFields::~NativeFields() = default;

JsonToken NativeFields::read(JsonToken token, ValueReader* values, Mention* mention,
                             Refusal* refusal) {
  NativeReader reader(values, scratch_.get(), mention);
  FieldBits bits;
  token = reader.read(token, &bits);
  if (token != nullptr) reader.settle(bits, refusal);
  return token;
}

}  // namespace vigie
