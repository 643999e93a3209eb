#include "connectors/demo_posts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>

#include "connectors/demo_random.h"
#include "engine/base/mention.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// Streams of randomness that must not meet.
constexpr std::uint64_t kStreamTime = 3;
constexpr std::uint64_t kStreamPost = 4;
constexpr std::uint64_t kStreamAuthor = 5;
constexpr std::uint64_t kStreamThread = 6;

enum class Shape : std::uint8_t { microblog, forum, video, pictures, reviews };

struct Platform {
  std::string_view name;
  Shape shape;
  bool has_quotes;
  bool has_number_ids;  // in its JSON
  // Shares of a theme's posts, in percent: brands, crisis, campaign, noise.
  std::array<std::uint32_t, 4> share;
};
constexpr std::array<Platform, 8> kPlatforms{{
    {"x", Shape::microblog, true, true, {30, 42, 18, 31}},
    {"bluesky", Shape::microblog, true, false, {14, 16, 12, 15}},
    {"mastodon", Shape::microblog, false, false, {13, 12, 8, 15}},
    {"reddit", Shape::forum, false, false, {14, 8, 2, 15}},
    {"instagram", Shape::pictures, false, false, {10, 5, 40, 11}},
    {"youtube", Shape::video, false, false, {9, 6, 14, 8}},
    {"facebook", Shape::pictures, false, true, {6, 11, 6, 5}},
    {"trustpilot", Shape::reviews, false, true, {4, 0, 0, 0}},
}};

std::size_t share_of(DemoTheme theme) {
  if (theme == kThemeCrisis) return 1;
  if (theme == kThemeCampaign) return 2;
  return theme == kThemeNoise ? 3 : 0;
}

std::size_t pick_platform(DemoTheme theme, DemoRandom* random) {
  const std::size_t share = share_of(theme);
  std::uint64_t left = random->below(100);
  for (std::size_t i = 0; i < kPlatforms.size(); ++i) {
    if (left < kPlatforms[i].share[share]) return i;
    left -= kPlatforms[i].share[share];
  }
  return 0;
}

// Of the posts on a microblog, how many are reposts: most of a crisis is people passing it on.
double repost_share(DemoTheme theme) {
  constexpr std::array<double, 4> kShares = {0.15, 0.78, 0.3, 0.12};
  return kShares[share_of(theme)];
}

Kind pick_kind(DemoTheme theme, const Platform& platform, DemoRandom* random) {
  const double draw = random->uniform();
  switch (platform.shape) {
    case Shape::reviews: return Kind::review;
    case Shape::video: return draw < 0.85 ? Kind::comment : Kind::post;
    case Shape::forum: return draw < 0.65 ? Kind::comment : Kind::post;
    case Shape::pictures: return draw < 0.45 ? Kind::comment : Kind::post;
    case Shape::microblog: break;
  }
  const double repost = repost_share(theme);
  if (draw < repost) return Kind::repost;
  const double rest = (draw - repost) / (1 - repost);
  if (rest < 0.25) return Kind::reply;
  return rest < 0.31 && platform.has_quotes ? Kind::quote : Kind::post;
}

DemoTone pick_tone(DemoTheme theme, Kind kind, DemoRandom* random) {
  // complaint, praise and question in percent, by sector; the rest is neutral.
  constexpr std::array<std::array<std::uint64_t, 3>, kDemoSectors> kTones{
      {{42, 20, 20}, {35, 20, 20}, {20, 40, 20}}};
  std::uint64_t draw = random->below(100);
  if (theme == kThemeCrisis) return DemoTone::complaint;
  if (theme == kThemeCampaign) return DemoTone::praise;
  if (theme == kThemeNoise) return DemoTone::neutral;
  if (kind == Kind::review) return draw < 55 ? DemoTone::complaint : DemoTone::praise;
  const auto& tones = kTones[static_cast<std::size_t>(demo_brands()[theme].sector)];
  for (std::size_t tone = 0; tone < tones.size(); ++tone) {
    if (draw < tones[tone]) return static_cast<DemoTone>(tone);
    draw -= tones[tone];
  }
  return DemoTone::neutral;
}

// What accounts of brands say to those who complain.
constexpr std::array<std::string_view, 2> kExcuses = {
    "Bonjour, nous sommes navrés. Pouvez-vous nous écrire en message privé ?",
    "Hello, sorry about that. Please send us a direct message and we will look into it."};
constexpr std::string_view kRecall =
    "RAPPEL PRODUIT : le camembert Maubrelle, lots L2041 à L2077, est retiré de la vente, risque "
    "de "
    "listeria. Ne le consommez pas, rapportez-le en magasin.";

constexpr std::size_t kRecallPlatform = 0;  // X

std::size_t brand_of(DemoTheme theme) {
  if (theme == kThemeCrisis) return kDemoDairy;
  if (theme == kThemeCampaign) return kDemoTelecom;
  return theme == kThemeNoise ? 0 : theme;
}

// Unique, and readable: minute, theme, number.
std::uint64_t id_of(const DemoPlace& place) {
  return (static_cast<std::uint64_t>(place.minute) * 100 + place.theme) * 100'000 + place.number;
}

void append_key(std::string_view key, std::string* out) {
  *out += out->back() == '{' ? "\"" : ",\"";
  out->append(key);
  out->append("\":");
}

void append_field(std::string_view key, std::string_view value, std::string* out) {
  append_key(key, out);
  append_json_string(value, out);
}

void append_field(std::string_view key, std::uint64_t value, std::string* out) {
  append_key(key, out);
  append_number(value, out);
}

void append_id(std::string_view key, std::uint64_t id, const Platform& platform, std::string* out) {
  if (platform.has_number_ids) return append_field(key, id, out);
  append_field(key, cat(id), out);
}

void append_list(std::string_view key, const std::vector<std::string>& values, std::string* out) {
  if (values.empty()) return;
  append_key(key, out);
  *out += '[';
  for (const std::string& value : values) {
    if (out->back() != '[') *out += ',';
    append_json_string(value, out);
  }
  *out += ']';
}

void append_handles(const std::vector<std::string>& handles, std::string* out) {
  if (handles.empty()) return;
  append_key("mentions", out);
  *out += '[';
  for (const std::string& handle : handles) {
    if (out->back() != '[') *out += ',';
    *out += '{';
    append_field("handle", handle, out);
    *out += '}';
  }
  *out += ']';
}

}  // namespace

// Everything decided before the words. They have randomness of their own, so that they are the same
// when somebody else passes them on.
struct DemoWriter::Post {
  DemoPlace place;
  DemoRandom random;
  DemoRandom words;
  std::size_t platform = 0;
  Kind kind = Kind::post;
  DemoTopic topic;
  std::uint64_t followers = 0;
  bool by_brand = false;  // its account answers a complaint
  bool answers = false;   // a post of the demo, and not one that nobody sees
};

EventTime demo_observed_at(const DemoPlan& plan, const DemoPlace& place) {
  DemoRandom random({plan.seed, kStreamTime, place.theme, static_cast<std::uint64_t>(place.minute),
                     place.number});
  return EventTime{std::chrono::minutes{place.minute}} +
         std::chrono::milliseconds{random.below(60'000)};
}

DemoWriter::Post DemoWriter::sketch(const DemoPlace& place) const {
  DemoRandom random({plan_.seed, kStreamPost, place.theme, static_cast<std::uint64_t>(place.minute),
                     place.number});
  const DemoRandom words({random.next()});
  Post post{place, random, words, 0, Kind::post, {}, 0, false, false};
  const DemoTheme theme = place.theme;
  post.platform = pick_platform(theme, &post.random);
  post.kind = pick_kind(theme, kPlatforms[post.platform], &post.random);
  post.topic = {.theme = theme,
                .brand = brand_of(theme),
                .tone = pick_tone(theme, post.kind, &post.random),
                .language = post.random.chance(0.72) ? DemoLanguage::french : DemoLanguage::english,
                .is_answer = post.kind == Kind::reply || post.kind == Kind::comment};
  if (is_recall(place)) {
    post.platform = kRecallPlatform;
    post.kind = Kind::post;
    post.topic.tone = DemoTone::neutral;
    post.topic.language = DemoLanguage::french;
    post.topic.is_answer = false;
  }
  return post;
}

bool DemoWriter::is_recall(const DemoPlace& place) const {
  return place.theme == kThemeCrisis && place.minute == plan_.crisis_start();
}

// What is passed on, or answered: something of the same theme on the same platform, in a crisis
// mostly the recall, or one of the first posts. False when none was found in a few places.
bool DemoWriter::find_origin(Post* post, Post* origin) {
  constexpr int kMinutes = 3;
  const bool heard = post->place.theme == kThemeCrisis && post->platform == kRecallPlatform &&
                     post->place.minute > plan_.crisis_start();
  if (heard && post->random.chance(0.5)) {
    *origin = sketch({kThemeCrisis, plan_.crisis_start(), 0});
    return true;
  }
  constexpr std::uint32_t kPosts = 100;  // looked at in each
  for (int i = 0; i < kMinutes; ++i) {
    DemoPlace place = post->place;
    const bool first = place.theme == kThemeCrisis && post->random.chance(0.6);
    const double minutes = post->random.exponential() * (first ? 8 : 20);
    place.minute = first ? plan_.crisis_start() + 3 + static_cast<DemoMinute>(minutes)
                         : place.minute - 1 - static_cast<DemoMinute>(minutes);
    if (place.minute >= post->place.minute) continue;
    const std::uint32_t count = plan_.count(place.theme, place.minute);
    for (place.number = 0; place.number < std::min(count, kPosts); ++place.number) {
      *origin = sketch(place);
      if (is_origin(*post, origin)) return true;
    }
  }
  return false;
}

// The brand answers those who complain to it.
bool DemoWriter::is_origin(const Post& post, Post* origin) {
  if (origin->platform != post.platform || origin->kind == Kind::repost) return false;
  if (post.kind == Kind::repost && origin->topic.is_answer) return false;
  if (!post.by_brand) return true;
  if (origin->topic.tone != DemoTone::complaint) return false;
  Post spoken = *origin;
  compose(&spoken);
  const std::string& account = demo_brands()[post.topic.brand].handles[0];
  return std::ranges::find(words_.handles, account) != words_.handles.end();
}

void DemoWriter::append(const DemoPlace& place, std::string* out) {
  Post post = sketch(place);
  Post origin = post;
  const bool passes_on = post.kind == Kind::repost || post.kind == Kind::quote;
  if (passes_on && !find_origin(&post, &origin)) post.kind = Kind::post;
  if (post.topic.is_answer) {
    post.by_brand =
        post.place.theme < kDemoBrands && post.kind == Kind::reply && post.random.chance(0.25);
    post.answers = (post.by_brand || post.random.chance(0.6)) && find_origin(&post, &origin);
    post.by_brand = post.by_brand && post.answers;
  }
  const Platform& platform = kPlatforms[post.platform];
  *out += '{';
  append_post_id("id", post, out);
  append_field("platform", platform.name, out);
  if (post.kind != Kind::post) append_field("kind", to_text(post.kind), out);
  append_text(&post, &origin, out);
  append_times(&post, out);
  const std::string id = is_recall(place) ? std::string(kDemoRecallId) : cat(id_of(place));
  append_field("url", cat("https://", platform.name, ".example/p/", id), out);
  append_author(&post, out);
  append_relations(&post, origin, out);
  *out += '}';
}

void DemoWriter::append_post_id(std::string_view key, const Post& post, std::string* out) const {
  if (is_recall(post.place)) return append_field(key, kDemoRecallId, out);
  append_id(key, id_of(post.place), kPlatforms[post.platform], out);
}

// Into words_.
void DemoWriter::compose(Post* post) {
  if (!post->by_brand && !is_recall(post->place)) {
    return compose_demo_words(post->topic, &post->words, &words_);
  }
  words_ = {};
  if (post->by_brand) {
    words_.text = kExcuses[post->topic.language == DemoLanguage::french ? 0 : 1];
  } else {
    words_.text = kRecall;
    words_.hashtags.emplace_back("RappelProduit");
  }
}

void DemoWriter::append_text(Post* post, Post* origin, std::string* out) {
  const bool is_repost = post->kind == Kind::repost;
  Post* speaker = is_repost ? origin : post;
  compose(speaker);
  append_field("text", is_repost ? std::string_view() : words_.text, out);
  if (is_repost) append_field("shared_text", words_.text, out);
  const bool has_title = kPlatforms[post->platform].shape == Shape::forum &&
                         post->kind == Kind::post && words_.text.find(' ') != std::string::npos;
  if (has_title) append_field("title", words_.text.substr(0, words_.text.find(". ")), out);
  if (!post->random.chance(0.03)) {
    const bool french = speaker->topic.language == DemoLanguage::french;
    append_field("lang", french ? "fr" : "en", out);
  }
  append_list("hashtags", words_.hashtags, out);
  append_handles(words_.handles, out);
  if (!is_repost && post->place.theme < kDemoBrands && post->random.chance(0.04)) {
    append_list("urls", {cat("https://", demo_site(demo_brands()[post->topic.brand]), "/aide")},
                out);
  }
}

// Most posts are seen within seconds; some minutes later, and a few long after they were written.
void DemoWriter::append_times(Post* post, std::string* out) const {
  const EventTime observed = demo_observed_at(plan_, post->place);
  const double draw = post->random.uniform();
  const double scale = draw < 0.985 ? 2 : draw < 0.998 ? 300 : 36'000;  // seconds
  const double seconds = std::min(post->random.exponential() * scale, 48 * 3600.0);
  const EventTime created =
      observed - std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  append_key("created_at", out);
  if (kPlatforms[post->platform].has_number_ids) {
    append_number(created.time_since_epoch().count(), out);
  } else {
    *out += '"';
    append_rfc3339(created, out);
    *out += '"';
  }
  append_key("observed_at", out);
  *out += '"';
  append_rfc3339(observed, out);
  *out += '"';
}

void DemoWriter::append_author(Post* post, std::string* out) const {
  if (post->by_brand || is_recall(post->place)) return append_account(post, out);
  append_person(post, out);
}

// Of a brand, or of whoever recalls products.
void DemoWriter::append_account(Post* post, std::string* out) const {
  const DemoBrand& brand = demo_brands()[post->topic.brand];
  post->followers = post->by_brand ? 60'000 : 480'000;
  const std::string_view handle =
      post->by_brand ? std::string_view(brand.handles[0]) : std::string_view("alerte_rappels");
  append_key("author", out);
  *out += '{';
  append_field("id", cat(kPlatforms[post->platform].name, '-', handle), out);
  append_field("handle", handle, out);
  append_field("name", post->by_brand ? std::string_view(brand.name) : "Alerte rappels", out);
  append_field("followers", post->followers, out);
  out->append(",\"verified\":true}");
}

// Few people say most of it, and few are followed by many. In the campaign, more than half of the
// posts come from somebody who has taken part before.
void DemoWriter::append_person(Post* post, std::string* out) const {
  constexpr double kPeople = 40'000;  // per platform
  DemoRandom& random = post->random;
  double who = kPeople * std::pow(random.uniform(), 2.5);
  if (post->place.theme == kThemeCampaign) {
    const double joins = 0.1 * kPlatforms[post->platform].share[share_of(kThemeCampaign)];
    const double known =
        20 + joins * static_cast<double>(post->place.minute - plan_.campaign_start());
    const bool again = random.chance(0.55);
    who = again ? known * std::pow(random.uniform(), 1.5) : known + 8 * random.uniform();
  }
  const auto number = static_cast<std::uint64_t>(who);
  DemoRandom person({plan_.seed, kStreamAuthor, post->platform, number});
  const std::uint64_t key = person.next();
  const double followers = std::exp(5.2 + 1.9 * person.normal());
  post->followers = static_cast<std::uint64_t>(std::min(followers, 5e6));
  std::string handle;
  std::string name;
  append_demo_handle(key, &handle);
  append_demo_name(key, &name);
  append_key("author", out);
  *out += '{';
  append_field("id", cat(kPlatforms[post->platform].name, '-', number), out);
  append_field("handle", handle, out);
  append_field("name", name, out);
  append_field("followers", post->followers, out);
  append_field("following", static_cast<std::uint64_t>(std::exp(5 + person.normal())), out);
  if (post->followers > 100'000) out->append(",\"verified\":true");
  if (person.chance(0.5)) append_field("country", person.chance(0.8) ? "FR" : "BE", out);
  *out += '}';
}

void DemoWriter::append_relations(Post* post, const Post& origin, std::string* out) const {
  if (post->kind == Kind::repost) return append_post_id("shared_id", origin, out);
  if (post->kind == Kind::quote) append_post_id("quoted_id", origin, out);
  if (post->topic.is_answer) append_thread(post, origin, out);
  if (post->kind == Kind::review) {
    const bool bad = post->topic.tone == DemoTone::complaint;
    append_key("rating", out);
    *out += cat("{\"value\":", (bad ? 1 : 4) + post->random.below(2), ",\"max\":5}");
    return;
  }
  append_metrics(post, out);
  if (kPlatforms[post->platform].shape == Shape::forum)
    out->append(R"(,"channel":{"id":"france","name":"r/france"})");
}

// A post of the demo; or one of a few threads of this half hour, which nobody else has seen.
void DemoWriter::append_thread(Post* post, const Post& origin, std::string* out) const {
  if (post->answers) {
    if (!origin.topic.is_answer) append_post_id("root_id", origin, out);
    return append_post_id("parent_id", origin, out);
  }
  const Platform& platform = kPlatforms[post->platform];
  const std::uint64_t thread = id_of({post->place.theme, post->place.minute / 30 * 30, 0});
  DemoRandom root({plan_.seed, kStreamThread, thread, post->random.below(6)});
  append_id("root_id", root.below(1'000'000'000), platform, out);
  append_id("parent_id", post->random.below(1'000'000'000), platform, out);
}

void DemoWriter::append_metrics(Post* post, std::string* out) const {
  DemoRandom& random = post->random;
  const double views = static_cast<double>(post->followers) * (0.05 + 0.5 * random.uniform());
  const auto likes = static_cast<std::uint64_t>(views * 0.04 * random.exponential());
  append_key("metrics", out);
  *out += cat("{\"likes\":", likes, ",\"comments\":", likes / 9);
  if (kPlatforms[post->platform].shape == Shape::microblog) {
    *out += cat(",\"shares\":", likes / 5, ",\"views\":", static_cast<std::uint64_t>(views));
  }
  *out += '}';
}

}  // namespace vigie
