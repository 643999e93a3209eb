// Whether what a query says about a post beside its words holds.
#include <algorithm>
#include <optional>
#include <string_view>

#include "engine/base/codes.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/query.h"
#include "rules/query_fields.h"
#include "rules/tokens.h"

namespace vigie::rules {
namespace {

// `wanted` is folded. Handles and ids are ASCII, which folds to lower case: only the rest, names of
// channels, needs memory for it.
bool same_folded(std::string_view text, std::string_view wanted) {
  if (text.empty()) return false;
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    return same_word(text, wanted);
  }
  FoldedText folded;
  fold_scalar(text, &folded);
  return folded.view() == wanted;
}

// Whom a post answers: by id, or by the handle it begins with.
bool answers(const Mention& mention, std::string_view wanted) {
  switch (mention.kind) {
    case Kind::reply:
    case Kind::comment:
    case Kind::repost:
    case Kind::quote: break;
    case Kind::post:
    case Kind::review:
    case Kind::article:
    case Kind::message: return false;
  }
  if (same_folded(mention.parent_author_id, wanted)) return true;
  if (mention.mentions.empty()) return false;
  const Handle& first = mention.mentions.front();
  const std::string_view handle = first.handle;
  return same_folded(first.id, wanted) ||
         same_folded(handle.starts_with('@') ? handle.substr(1) : handle, wanted);
}

std::optional<double> number_of(const Mention& mention, Attribute::Number number) {
  const auto known = [](const Count& count) -> std::optional<double> {
    if (!count) return std::nullopt;
    return static_cast<double>(*count);
  };
  switch (number) {
    case Attribute::Number::followers: return known(mention.author.followers);
    case Attribute::Number::views: return known(mention.metrics.views);
    case Attribute::Number::shares: return known(mention.metrics.shares);
    case Attribute::Number::likes: return known(mention.metrics.likes);
    case Attribute::Number::comments: return known(mention.metrics.comments);
    case Attribute::Number::rating:
      if (!mention.rating) return std::nullopt;
      return mention.rating->value;
  }
  return std::nullopt;
}

// The same for the same post on every machine and in every version: a number from 0 to 100.
double percentile_of(const Mention& mention) {
  constexpr HashSeed kFixed{0x243F6A8885A308D3, 0x9E3779B97F4A7C15};
  std::uint64_t hash = kFixed.low;
  for (const std::string_view part : {mention.platform, mention.id}) {
    for (const char c : part) hash = mix(hash ^ static_cast<unsigned char>(c), kFixed.high);
    hash = mix(hash ^ 0x100, kFixed.high);
  }
  return static_cast<double>(hash >> 11) * 0x1p-53 * 100;
}

// Posts bring codes of two letters, of three, and withdrawn ones.
bool is_language(const Mention& mention, std::string_view wanted) {
  return mention.lang == wanted || language_code(mention.lang) == wanted;
}

bool is_country(const Mention& mention, std::string_view wanted) {
  return country_code(country_of(mention)) == wanted;
}

bool is_channel(const Mention& mention, std::string_view wanted) {
  const Channel& channel = mention.channel;
  if (channel.id.empty() && channel.name.empty()) return false;
  return same_folded(channel.id, wanted) || same_folded(channel.name, wanted);
}

}  // namespace

bool is_at(std::string_view url, std::string_view site) {
  const Address address = address_of(url);
  const std::size_t end = std::min(site.find('/'), site.size());
  const std::string_view host = site.substr(0, end);
  const std::string_view path = site.substr(end);
  if (address.host.size() < host.size()) return false;
  const std::size_t before = address.host.size() - host.size();
  if (!same_word(address.host.substr(before), host)) return false;
  if (before != 0 && address.host[before - 1] != '.') return false;
  return same_word(address.path.substr(0, path.size()), path);
}

bool holds(const Attribute& attribute, const Mention& mention) {
  using A = Attribute::Kind;
  const std::string_view text = attribute.text;
  switch (attribute.kind) {
    case A::platform: return same_word(mention.platform, text);
    case A::language: return is_language(mention, text);
    case A::country: return is_country(mention, text);
    case A::kind:
      return mention.kind == attribute.post_kind ||
             (attribute.post_kind == Kind::reply && mention.kind == Kind::comment &&
              attribute.flag);
    case A::original: return mention.kind != Kind::repost && mention.kind != Kind::quote;
    case A::verified: return mention.author.verified == attribute.flag;
    case A::site: return is_at(mention.url, text);
    case A::url: return contains_lower(mention.url, text);
    case A::links:
      return std::ranges::any_of(mention.urls,
                                 [&](std::string_view url) { return contains_lower(url, text); });
    case A::channel: return is_channel(mention, text);
    case A::to: return answers(mention, text);
    case A::thread:
      return mention.id == text || mention.root_id == text || mention.parent_id == text;
    case A::has_media: return !mention.media.empty();
    case A::has_links: return !mention.urls.empty();
    case A::has_hashtags: return !mention.hashtags.empty();
    case A::has_mentions: return !mention.mentions.empty();
    case A::has_geo: return mention.geo.has_value();
    case A::number: {
      const std::optional<double> number = number_of(mention, attribute.number);
      return number && *number >= attribute.low && *number <= attribute.high;
    }
    case A::sample: return percentile_of(mention) < attribute.low;
  }
  return false;
}

}  // namespace vigie::rules
