#include "bench/platform_posts.h"

#include <random>

#include "bench/posts.h"
#include "engine/base/text.h"

namespace vigie::bench {

const std::string_view kTweetMapping = R"(
mapping: tweets
fields:
  platform: {const: x}
  id: {any: [/id_str, /id]}
  text: {any: [/extended_tweet/full_text, /full_text, /text]}
  created_at: /created_at
  lang: /lang
  kind:
    cases:
      - when: {/retweeted_status: {is: object}}
        is: {const: repost}
      - when: {/in_reply_to_status_id_str: {is: string}}
        is: {const: reply}
      - is: {const: post}
  author:
    id: /user/id_str
    handle: /user/screen_name
    name: /user/name
    followers: /user/followers_count
    following: /user/friends_count
    verified: /user/verified
    created_at: /user/created_at
  parent_id: /in_reply_to_status_id_str
  parent_author_id: /in_reply_to_user_id_str
  quoted_id: /quoted_status_id_str
  shared_id: /retweeted_status/id_str
  shared_text: {any: [/retweeted_status/full_text, /retweeted_status/text]}
  url: {any: [/permalink, /user/url]}
  metrics:
    likes: /favorite_count
    shares: /retweet_count
    quotes: /quote_count
    comments: /reply_count
  sensitive: /possibly_sensitive
  geo:
    country: /place/country_code
    city: /place/name
    lat: /coordinates/coordinates/1
    lon: /coordinates/coordinates/0
  hashtags: {each: /entities/hashtags, take: /text}
  urls: {each: /entities/urls, take: /expanded_url}
  mentions: {each: /entities/user_mentions, take: {id: /id_str, handle: /screen_name}}
  media:
    each: /extended_entities/media
    take: {type: /type, url: /media_url_https, alt: /ext_alt_text}
)";

const std::string_view kJetstreamMapping = R"(
mapping: jetstream
items: /commit
fields:
  platform: {const: bluesky}
  id: {template: "at://{^/did}/{/collection}/{/rkey}"}
  author: {id: ^/did}
  observed_at: ^/time_us
posts:
  - when: {/collection: app.bsky.feed.like}
    drop: like
  - when: {/collection: app.bsky.feed.post, /operation: delete}
    op: delete
    fields: {text: null}
  - when: {/collection: app.bsky.feed.post}
    fields:
      text: {any: [/record/text, /record/embed/external/title]}
      created_at: {any: [/record/createdAt, ^/time_us]}
      lang: /record/langs/0
      kind:
        cases:
          - when: {/record/reply/parent/uri: {is: present}}
            is: {const: reply}
          - is: {const: post}
      parent_id: /record/reply/parent/uri
      root_id: /record/reply/root/uri
      quoted_id: {any: [/record/embed/record/uri, /record/embed/record/record/uri]}
      title: /record/embed/external/title
      hashtags: {each: [/record/facets, /features], take: /tag}
      mentions: {each: [/record/facets, /features], take: {id: /did}}
      urls: {each: [/record/facets, /features], take: /uri}
      media:
        each: /record/embed/images
        take: {type: {const: image}, alt: /alt}
)";

namespace {

// A text between quotes.
std::string quoted(std::string_view text, Escapes escapes) {
  std::string out;
  append_json_string(text, &out);
  if (escapes == Escapes::few) return out;
  std::string ascii;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if (byte == '/') {
      ascii += "\\/";
    } else if (byte < 0x80) {
      ascii += out[i];
    } else {
      // Two bytes are most of what French needs; the rest of a longer character is left out.
      const auto low = static_cast<unsigned char>(out[i + 1]);
      constexpr std::string_view kHex = "0123456789abcdef";
      const unsigned code = (byte & 0x1fU) << 6 | (low & 0x3fU);
      ascii += "\\u0";
      for (const int shift : {8, 4, 0}) ascii += kHex[code >> shift & 0xf];
      while (i + 1 < out.size() && (static_cast<unsigned char>(out[i + 1]) & 0xc0) == 0x80) ++i;
    }
  }
  return ascii;
}

class Tweets {
 public:
  explicit Tweets(Escapes escapes) : texts_(made_posts(512, {}, 7)), escapes_(escapes) {}

  std::string next() {
    const std::string id = number(1'400'000'000'000'000'000);
    const bool reply = random_() % 3 == 0;
    std::string out = cat(R"({"created_at":"Sat Mar 10 14:03:)", 10 + random_() % 50,
                          R"( +0000 2018","id":)", id, R"(,"id_str":")", id, R"(","text":)", text(),
                          R"(,"display_text_range":[0,140],"source":)",
                          q(R"(<a href="http://app.example/iphone" rel="nofollow">An App</a>)"),
                          R"(,"truncated":false,"in_reply_to_status_id":)");
    const std::string parent = number(1'300'000'000'000'000'000);
    const std::string who = number(100'000'000);
    out += reply
               ? cat(parent, R"(,"in_reply_to_status_id_str":")", parent,
                     R"(","in_reply_to_user_id":)", who, R"(,"in_reply_to_user_id_str":")", who,
                     R"(","in_reply_to_screen_name":"someone")")
               : std::string(R"(null,"in_reply_to_status_id_str":null,"in_reply_to_user_id":null,)"
                             R"("in_reply_to_user_id_str":null,"in_reply_to_screen_name":null)");
    out +=
        cat(R"(,"user":)", user(), R"(,"geo":null,"coordinates":)",
            random_() % 8 == 0 ? R"({"type":"Point","coordinates":[2.3522,48.8566]})" : "null",
            R"(,"place":)",
            random_() % 4 == 0
                ? cat(R"({"id":"09f6a7707f18e0b1","url":)",
                      q("https://api.example/1.1/geo/id/09f6a7707f18e0b1.json"),
                      R"(,"place_type":"city","name":"Paris","full_name":"Paris, France",)",
                      R"("country_code":"FR","country":"France","bounding_box":{"type":"Polygon",)",
                      R"("coordinates":[[[2.22,48.81],[2.22,48.9],[2.46,48.9],[2.46,48.81]]]},)",
                      R"("attributes":{}})")
                : std::string("null"),
            R"(,"contributors":null,"is_quote_status":false,"quote_count":)", random_() % 9,
            R"(,"reply_count":)", random_() % 30, R"(,"retweet_count":)", random_() % 900,
            R"(,"favorite_count":)", random_() % 5000, R"(,"entities":)", entities(),
            R"(,"extended_entities":{"media":[)", media(), "]}",
            R"(,"favorited":false,"retweeted":false,"possibly_sensitive":false,)",
            R"("filter_level":"low","lang":"fr","timestamp_ms":"1520690595123"})");
    return out;
  }

 private:
  std::string number(std::uint64_t least) { return cat(least + random_() % 99'999'999); }
  std::string q(std::string_view text) const { return quoted(text, escapes_); }
  std::string text() { return q(texts_[random_() % texts_.size()]); }

  std::string user() {
    const std::string id = number(200'000'000);
    const std::string image = cat("https://pbs.example/profile_images/", id, "/photo_normal.jpg");
    return cat(R"({"id":)", id, R"(,"id_str":")", id, R"(","name":"Someone )", random_() % 1000,
               R"(","screen_name":"someone_)", random_() % 1000, R"(","location":"Paris, France",)",
               R"("url":)", q("https://someone.example/"), R"(,"description":)", text(),
               R"(,"translator_type":"none","derived":{"locations":[{"country":"France",)",
               R"("country_code":"FR","locality":"Paris"}]},"protected":false,"verified":)",
               random_() % 2 == 0 ? "true" : "false", R"(,"followers_count":)", random_() % 90'000,
               R"(,"friends_count":)", random_() % 3'000, R"(,"listed_count":)", random_() % 90,
               R"(,"favourites_count":)", random_() % 30'000, R"(,"statuses_count":)",
               random_() % 70'000, R"(,"created_at":"Thu Apr 07 09:12:44 +0000 2011",)",
               R"("utc_offset":null,"time_zone":null,"geo_enabled":true,"lang":null,)",
               R"("contributors_enabled":false,"is_translator":false,)",
               R"("profile_background_color":"C0DEED","profile_background_image_url":)",
               q("http://abs.example/images/themes/theme1/bg.png"),
               R"(,"profile_background_image_url_https":)",
               q("https://abs.example/images/themes/theme1/bg.png"),
               R"(,"profile_background_tile":false,"profile_link_color":"1DA1F2",)",
               R"("profile_sidebar_border_color":"C0DEED","profile_sidebar_fill_color":"DDEEF6",)",
               R"("profile_text_color":"333333","profile_use_background_image":true,)",
               R"("profile_image_url":)", q(image), R"(,"profile_image_url_https":)", q(image),
               R"(,"profile_banner_url":)", q(cat("https://pbs.example/profile_banners/", id)),
               R"(,"default_profile":true,"default_profile_image":false,"following":null,)",
               R"("follow_request_sent":null,"notifications":null})");
  }

  std::string entities() {
    const std::string who = number(300'000'000);
    return cat(R"({"hashtags":[{"text":"produit)", random_() % 50,
               R"(","indices":[10,18]},{"text":"paris","indices":[20,26]}],"urls":[{"url":)",
               q("https://t.example/abcdefghij"), R"(,"expanded_url":)",
               q(cat("https://news.example/2018/03/", who)), R"(,"display_url":)",
               q("news.example/2018/03…"), R"(,"indices":[60,83]}],"user_mentions":[)",
               R"({"screen_name":"somebody","name":"Somebody Else","id":)", who, R"(,"id_str":")",
               who, R"(","indices":[0,9]}],"symbols":[],"media":[)", media(), "]}");
  }
  std::string media() {
    const std::string id = number(900'000'000'000'000'000);
    const std::string url = cat("https://pbs.example/media/", id, ".jpg");
    return cat(R"({"id":)", id, R"(,"id_str":")", id, R"(","indices":[84,107],"media_url":)",
               q(url), R"(,"media_url_https":)", q(url), R"(,"url":)",
               q("https://t.example/klmnopqrst"), R"(,"display_url":)", q("pic.example/klmnopqrst"),
               R"(,"type":"photo","sizes":{"thumb":{"w":150,"h":150,)",
               R"("resize":"crop"},"large":{"w":1200,"h":800,"resize":"fit"},"small":{"w":680,)",
               R"("h":453,"resize":"fit"}},"ext_alt_text":"Une photo"})");
  }

  std::vector<std::string> texts_;
  Escapes escapes_;
  std::mt19937_64 random_{11};
};

}  // namespace

std::string make_tweets(std::size_t posts, Escapes escapes) {
  Tweets tweets(escapes);
  std::string out;
  for (std::size_t i = 0; i < posts; ++i) out += tweets.next() + '\n';
  return out;
}

std::string make_jetstream(std::size_t posts) {
  const std::vector<std::string> texts = made_posts(512, {}, 5);
  std::mt19937_64 random(3);
  std::string out;
  for (std::size_t i = 0; i < posts; ++i) {
    const std::string parent =
        cat(R"({"cid":"bafyreib2rxk3rh6kzwq","uri":"at://did:plc:q6gjnaw2blty4cr)",
            random() % 10'000, R"(/app.bsky.feed.post/3l4abcdefgh2k"})");
    const bool reply = random() % 2 == 0;
    out += cat(R"({"did":"did:plc:eygmaihciaxprqvxp)", 10'000 + random() % 9'999,
               R"(","time_us":1725911162)", 100'000 + random() % 800'000,
               R"(,"kind":"commit","commit":{"rev":"3l3qo2vutsw2b","operation":"create",)",
               R"("collection":"app.bsky.feed.post","rkey":"3l3qo2vuowo)", random() % 999,
               R"(","record":{"$type":"app.bsky.feed.post","createdAt":"2024-09-09T19:46:02.)",
               100 + random() % 899, R"(Z",)");
    if (random() % 2 == 0) {
      out += R"("facets":[{"features":[{"$type":"app.bsky.richtext.facet#tag","tag":"paris"}],)"
             R"("index":{"byteEnd":20,"byteStart":14}}],)";
    }
    out += R"("langs":["fr"],)";
    if (reply) out += cat(R"("reply":{"parent":)", parent, R"(,"root":)", parent, "},");
    out += R"("text":)" + quoted(texts[random() % texts.size()], Escapes::few);
    out += R"(},"cid":"bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"}})";
    out += '\n';
  }
  return out;
}

}  // namespace vigie::bench
