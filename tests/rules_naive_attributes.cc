#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "tests/rules_naive.h"

namespace vigie::rules::naive {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  return out;
}

std::string_view without_at(std::string_view handle) {
  if (handle.starts_with('@')) handle.remove_prefix(1);
  return handle;
}

// "https://user@WWW.site.fr:80/a?b" as "www.site.fr/a?b".
std::string host_and_path(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  std::string_view host = url.substr(0, url.find_first_of("/?#"));
  const std::string_view path = url.substr(host.size());
  if (const std::size_t user = host.rfind('@'); user != host.npos) host.remove_prefix(user + 1);
  return lower(host.substr(0, host.find(':'))) + std::string(path);
}

bool is_on_site(std::string_view url, std::string_view site) {
  if (url.empty()) return false;
  const std::string address = host_and_path(url);
  const std::string_view wanted_host = site.substr(0, site.find('/'));
  const std::string_view wanted_path = site.substr(wanted_host.size());
  const std::string_view host = std::string_view(address).substr(0, address.find_first_of("/?#"));
  const std::string_view path = std::string_view(address).substr(host.size());
  const bool is_host = host == wanted_host || host.ends_with("." + std::string(wanted_host));
  return is_host && path.starts_with(wanted_path);
}

bool answers_someone(Kind kind) {
  return kind == Kind::reply || kind == Kind::comment || kind == Kind::repost ||
         kind == Kind::quote;
}

bool is_to(const std::string& whom, const Mention& mention) {
  if (!answers_someone(mention.kind)) return false;
  if (mention.parent_author_id == whom) return true;
  if (mention.mentions.empty()) return false;
  const Handle& first = mention.mentions[0];
  return first.id == whom || folded(without_at(first.handle)) == folded(without_at(whom));
}

std::optional<double> number(Attribute::Number which, const Mention& mention) {
  const auto value = [](const Count& count) {
    return count ? std::optional<double>(static_cast<double>(*count)) : std::nullopt;
  };
  switch (which) {
    case Attribute::Number::followers: return value(mention.author.followers);
    case Attribute::Number::views: return value(mention.metrics.views);
    case Attribute::Number::shares: return value(mention.metrics.shares);
    case Attribute::Number::likes: return value(mention.metrics.likes);
    case Attribute::Number::comments: return value(mention.metrics.comments);
    case Attribute::Number::rating: break;
  }
  return mention.rating ? std::optional<double>(mention.rating->value) : std::nullopt;
}

std::string plain_country_of(const Mention& mention) {
  if (mention.geo && !mention.geo->country.empty()) return lower(mention.geo->country);
  return lower(mention.author.country);
}

// `is:reply` takes comments for replies, `engagementType:reply` does not.
bool is_of_kind(const Attribute& attribute, Kind kind) {
  if (kind == attribute.post_kind) return true;
  return attribute.flag && attribute.post_kind == Kind::reply && kind == Kind::comment;
}

bool has_link(std::string_view part, const Mention& mention) {
  return std::ranges::any_of(mention.urls,
                             [&](std::string_view url) { return lower(url).contains(part); });
}

}  // namespace

bool holds_plainly(const Attribute& attribute, const Mention& mention) {
  const std::string& text = attribute.text;
  switch (attribute.kind) {
    case Attribute::Kind::platform: return folded(mention.platform) == text;
    case Attribute::Kind::language: return mention.lang == text;
    case Attribute::Kind::country: return !text.empty() && plain_country_of(mention) == text;
    case Attribute::Kind::kind: return is_of_kind(attribute, mention.kind);
    case Attribute::Kind::original:
      return mention.kind != Kind::repost && mention.kind != Kind::quote;
    case Attribute::Kind::verified: return mention.author.verified == attribute.flag;
    case Attribute::Kind::site: return is_on_site(mention.url, text);
    case Attribute::Kind::url: return lower(mention.url).contains(text);
    case Attribute::Kind::links: return has_link(text, mention);
    case Attribute::Kind::channel:
      return !(mention.channel.id.empty() && mention.channel.name.empty()) &&
             (mention.channel.id == text || folded(mention.channel.name) == folded(text));
    case Attribute::Kind::to: return is_to(text, mention);
    case Attribute::Kind::thread:
      return mention.id == text || mention.root_id == text || mention.parent_id == text;
    case Attribute::Kind::has_media: return !mention.media.empty();
    case Attribute::Kind::has_links: return !mention.urls.empty();
    case Attribute::Kind::has_hashtags: return !mention.hashtags.empty();
    case Attribute::Kind::has_mentions: return !mention.mentions.empty();
    case Attribute::Kind::has_geo: return mention.geo.has_value();
    case Attribute::Kind::number: {
      const auto value = number(attribute.number, mention);
      return value && attribute.low <= *value && *value <= attribute.high;
    }
    case Attribute::Kind::sample: return holds(attribute, mention);
  }
  return false;
}

}  // namespace vigie::rules::naive
