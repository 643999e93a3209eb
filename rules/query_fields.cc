#include "rules/query_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/codes.h"
#include "engine/base/text.h"
#include "rules/fold.h"

namespace vigie::rules {
namespace {

using A = Attribute::Kind;
using N = Attribute::Number;
using U = FieldUse;

constexpr QueryField attribute(std::string_view name, A kind) {
  return {.name = name, .use = U::attribute, .attribute = kind};
}
constexpr QueryField number(std::string_view name, N what, bool at_least = false) {
  return {.name = name,
          .use = U::attribute,
          .attribute = A::number,
          .number = what,
          .at_least = at_least};
}
constexpr QueryField scope(std::string_view name, Scope where) {
  return {.name = name, .use = U::scope, .scope = where};
}
constexpr QueryField sigil(std::string_view name, Sigil sign) {
  return {.name = name, .use = U::sigil, .sigil = sign};
}
constexpr QueryField use(std::string_view name, U what) { return {.name = name, .use = what}; }

// The names of this language first, then those of others.
constexpr std::array kFields{
    scope("author", Scope::author),
    number("authorFollowers", N::followers),
    attribute("authorVerified", A::verified),
    use("authorGroup", U::group),
    attribute("engagementType", A::kind),
    attribute("is", A::original),
    attribute("to", A::to),
    attribute("thread", A::thread),
    attribute("platform", A::platform),
    attribute("site", A::site),
    attribute("url", A::url),
    attribute("links", A::links),
    attribute("channel", A::channel),
    scope("title", Scope::title),
    attribute("language", A::language),
    attribute("country", A::country),
    attribute("has", A::has_media),
    number("views", N::views),
    number("shares", N::shares),
    number("likes", N::likes),
    number("comments", N::comments),
    number("rating", N::rating),
    use("media", U::media),
    attribute("sample", A::sample),
    use("list", U::list),
    use("accent", U::accents),
    use("raw", U::raw),
    use("nohash", U::no_hashtag),
    sigil("hashtags", Sigil::hashtag),
    sigil("at_mentions", Sigil::handle),
    scope("from", Scope::author),
    attribute("lang", A::language),
    attribute("place_country", A::country),
    number("followers_count", N::followers, true),
    attribute("conversation_id", A::thread),
    use("retweets_of", U::reposts_of),
    use("url_contains", U::any_url),
};

constexpr std::array<std::string_view, 27> kAdMarkers{"ad",
                                                      "ads",
                                                      "advert",
                                                      "advertisement",
                                                      "sponsored",
                                                      "sponsor",
                                                      "sponso",
                                                      "sponsorise",
                                                      "sponsorisee",
                                                      "partenariat",
                                                      "partenariats",
                                                      "partenariatremunere",
                                                      "partenariatpaye",
                                                      "collab",
                                                      "collaborationcommerciale",
                                                      "collaborationremuneree",
                                                      "paidpartnership",
                                                      "paidpromotion",
                                                      "paid",
                                                      "pub",
                                                      "publi",
                                                      "publicite",
                                                      "contenusponsorise",
                                                      "anzeige",
                                                      "werbung",
                                                      "publicidad",
                                                      "pubblicita"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

std::string folded(std::string_view text) {
  FoldedText out;
  fold_scalar(text, &out);
  return std::string(out.view());
}

template <std::size_t N>
std::string choose(std::string_view value, const std::array<std::string_view, N>& known) {
  const std::string_view near = closest(value, known.data(), known.size());
  std::string out = cat("'", value, "' is not one of its values; ");
  if (!near.empty()) return out + cat("did you mean '", near, "'?");
  out += "write ";
  for (std::size_t i = 0; i < N; ++i) {
    out += cat(i == 0 ? "" : i + 1 == N ? " or " : ", ", known[i]);
  }
  return out;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const char* end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, value);
  const bool read_all = !text.empty() && read.ec == std::errc{} && read.ptr == end;
  if (!read_all || !std::isfinite(value)) return std::nullopt;  // "nan" and "inf" are read, too
  return value;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// One side of a range: a number, or '*' for no bound. False when it is neither.
bool set_bound(std::string_view text, double* bound) {
  if (text == "*" || text.empty()) return true;
  const std::optional<double> value = parse_number(text);
  if (value) *bound = *value;
  return value.has_value();
}

Result<Attribute> number_value(const QueryField& field, std::string_view value, Attribute out) {
  out.number = field.number;
  std::string_view low = value;
  std::string_view high = value;
  bool is_range = false;
  for (const std::string_view middle : {" TO ", ".."}) {
    const std::size_t at = value.find(middle);
    if (at == std::string_view::npos || is_range) continue;
    is_range = true;
    low = trimmed(value.substr(0, at));
    high = trimmed(value.substr(at + middle.size()));
  }
  const bool good = !value.empty() && set_bound(low, &out.low) &&
                    (is_range || !field.at_least ? set_bound(high, &out.high) : true);
  if (!good || (!is_range && (value == "*"))) {
    return fail(ErrorKind::config,
                cat("'", value, "' is not a range; write ", field.name, ":[1000 TO 5000], ",
                    field.name, ":[1000 TO *] or ", field.name, ":1000"));
  }
  if (out.low > out.high) {
    return fail(ErrorKind::config,
                cat("the range '", value, "' holds nothing: its first number is the larger"));
  }
  return out;
}

Result<Attribute> kind_value(std::string_view value, Attribute out) {
  constexpr std::array<std::string_view, 9> kKinds{
      "post", "reply", "repost", "quote", "comment", "review", "article", "message", "retweet"};
  const std::string name = lower(value);
  out.kind = A::kind;
  if (const auto kind = parse_kind(name == "retweet" ? "repost" : name)) {
    out.post_kind = *kind;
    return out;
  }
  return fail(ErrorKind::config, choose(value, kKinds));
}

Result<Attribute> is_value(std::string_view value, Attribute out) {
  constexpr std::array<std::string_view, 6> kForms{"original", "repost",  "reply",
                                                   "quote",    "retweet", "verified"};
  const std::string name = lower(value);
  if (name == "original") out.kind = A::original;
  if (name == "verified") out.kind = A::verified;
  if (out.kind == A::verified || name == "original") return out;
  if (std::ranges::find(kForms, name) == kForms.end()) {
    return fail(ErrorKind::config, choose(value, kForms));
  }
  return kind_value(name, out);
}

Result<Attribute> has_value(std::string_view value, Attribute out) {
  struct Has {
    std::string_view name;
    A kind;
  };
  constexpr std::array<Has, 5> kHas{{{"media", A::has_media},
                                     {"links", A::has_links},
                                     {"hashtags", A::has_hashtags},
                                     {"mentions", A::has_mentions},
                                     {"geo", A::has_geo}}};
  std::array<std::string_view, kHas.size()> names;
  for (std::size_t i = 0; i < kHas.size(); ++i) {
    names[i] = kHas[i].name;
    if (lower(value) != names[i]) continue;
    out.kind = kHas[i].kind;
    return out;
  }
  return fail(ErrorKind::config, choose(value, names));
}

Result<Attribute> flag_value(std::string_view value, Attribute out) {
  constexpr std::array<std::string_view, 2> kFlags{"true", "false"};
  if (lower(value) != kFlags[0] && lower(value) != kFlags[1]) {
    return fail(ErrorKind::config, choose(value, kFlags));
  }
  out.flag = lower(value) == "true";
  return out;
}

Result<Attribute> sample_value(std::string_view value, Attribute out) {
  const std::optional<double> percent = parse_number(value);
  if (!percent || *percent <= 0 || *percent > 100) {
    return fail(ErrorKind::config, cat("'", value, "' is not a percentage; write sample:10"));
  }
  out.low = *percent;
  return out;
}

template <class Code>
Result<Attribute> code_value(std::string_view value, Code code, std::string_view example,
                             Attribute out) {
  if (const std::optional<std::string_view> found = code(value)) {
    out.text = *found;
    return out;
  }
  return fail(ErrorKind::config, cat("'", value, "' is not a code of ISO; write ", example));
}

Result<Attribute> site_value(std::string_view value, Attribute out) {
  std::string name = lower(value);
  if (name.starts_with("*.")) name.erase(0, 2);
  const Address address = address_of(name);
  if (address.host.find('.') == std::string_view::npos || name.find('*') != std::string::npos) {
    return fail(ErrorKind::config,
                cat("'", value, "' is not the name of a site; write site:lemonde.fr"));
  }
  out.text = cat(address.host, address.path == "/" ? "" : address.path);
  return out;
}

// Any part of an address is found, so stars around it say nothing.
std::string url_part(std::string_view value) {
  const std::size_t first = std::min(value.find_first_not_of('*'), value.size());
  value.remove_prefix(first);
  return lower(value.substr(0, value.find_last_not_of('*') + 1));
}

}  // namespace

const QueryField* find_field(std::string_view name) {
  const std::string wanted = lower(name);
  const auto* found = std::ranges::find_if(
      kFields, [&](const QueryField& field) { return lower(field.name) == wanted; });
  return found == kFields.end() ? nullptr : found;
}

std::string unknown_field(std::string_view name) {
  if (name == "http" || name == "https") {
    return "put an address in quotes, or write url:\"...\" or links:\"...\"";
  }
  std::array<std::string_view, kFields.size()> names;
  std::ranges::transform(kFields, names.begin(), &QueryField::name);
  // Case does not count in them.
  std::array<std::string, kFields.size()> spelt;
  std::array<std::string_view, kFields.size()> lowered;
  for (std::size_t i = 0; i < names.size(); ++i) lowered[i] = spelt[i] = lower(names[i]);
  std::string_view near = closest(lower(name), lowered.data(), lowered.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (near == lowered[i]) near = names[i];
  }
  if (!near.empty()) return cat("unknown field '", name, "'; did you mean '", near, "'?");
  return cat("unknown field '", name, "'; put a text with a colon in quotes");
}

Result<Attribute> attribute_of(const QueryField& field, std::string_view value) {
  Attribute out;
  out.kind = field.attribute;
  switch (field.attribute) {
    case A::number: return number_value(field, value, out);
    case A::kind: out.flag = false; return kind_value(value, out);
    case A::original: return is_value(value, out);
    case A::verified: return flag_value(value, out);
    case A::sample: return sample_value(value, out);
    case A::language: return code_value(value, language_code, "language:fr", out);
    case A::country: return code_value(value, country_code, "country:FR", out);
    case A::site: return site_value(value, out);
    case A::has_media:
    case A::has_links:
    case A::has_hashtags:
    case A::has_mentions:
    case A::has_geo: return has_value(value, out);
    case A::url:
    case A::links:
    case A::thread:
      out.text = field.attribute == A::thread ? std::string(value) : url_part(value);
      break;
    case A::to:
    case A::channel:
    case A::platform: out.text = folded(value.starts_with('@') ? value.substr(1) : value); break;
  }
  if (!out.text.empty()) return out;
  return fail(ErrorKind::config, cat("'", field.name, ":' has no value"));
}

std::span<const std::string_view> ad_markers() { return kAdMarkers; }

Address address_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t end = std::min(url.find_first_of("/?#"), url.size());
  Address out{url.substr(0, end), url.substr(end)};
  if (const std::size_t user = out.host.rfind('@'); user != std::string_view::npos) {
    out.host.remove_prefix(user + 1);
  }
  out.host = out.host.substr(0, out.host.find(':'));
  constexpr std::string_view kWww = "www.";
  if (contains_lower(out.host.substr(0, kWww.size()), kWww)) out.host.remove_prefix(kWww.size());
  return out;
}

bool contains_lower(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  };
  return part.empty() ||  // search() finds nothing at the end of an empty text
         std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace vigie::rules
