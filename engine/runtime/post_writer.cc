#include "engine/runtime/post_writer.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/codes.h"
#include "engine/base/limits.h"
#include "engine/base/simhash.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "engine/runtime/post_values.h"
#include "rules/query_fields.h"

namespace vigie {
namespace {

constexpr std::size_t kPseudonymDigits = 16;

ShortName short_name(std::string_view text) {
  return ShortName{whole_characters(text, ShortName::kBytesMax)};
}

// Of languages and countries, so that what is the same is written the same; what is no such code
// is not known: it would be a label of metrics.
ShortName short_code(std::optional<std::string_view> code) {
  return short_name(code.value_or(std::string_view()));
}

std::string_view without_at(std::string_view handle) {
  return handle.starts_with('@') ? handle.substr(1) : handle;
}

bool is_web_address(std::string_view url) {
  return same_word(url.substr(0, 8), "https://") || same_word(url.substr(0, 7), "http://");
}

bool fits(std::string_view label) { return label.size() <= kLabelBytesMax; }

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// A pseudonym: the author's key.
std::string_view write_pseudonym(const Key128& key, std::array<char, 1 + kPseudonymDigits>* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  (*out)[0] = '~';
  for (std::size_t i = 0; i < kPseudonymDigits; ++i) {
    (*out)[1 + i] = kDigits[key.high >> (60 - 4 * i) & 15];
  }
  return {out->data(), out->size()};
}

}  // namespace

bool holds_name(std::string_view text, std::string_view name) {
  if (name.empty() || name.size() > text.size()) return false;
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  for (auto from = text.begin();;) {
    const auto at = std::search(from, text.end(), name.begin(), name.end(), same);
    if (at == text.end()) return false;
    const auto end = at + static_cast<std::ptrdiff_t>(name.size());
    const bool begins = at == text.begin() || !is_name_byte(at[-1]);
    const bool ends = end == text.end() || !is_name_byte(*end);
    if (begins && ends) return true;
    from = at + 1;
  }
}

std::size_t PostWriter::write(const Mention& mention, const rules::PostWords& words,
                              const Origin& origin, std::uint32_t place) {
  mention_ = &mention;
  labels_.clear();
  texts_.clear();
  lost_ = words.dropped;
  post_ = {};
  post_.origin = origin;
  post_.place = place;
  post_.event_time = mention.created_at;
  post_.told_at = counted_at(mention);
  post_.kind = mention.kind;
  post_.backdated =
      mention.observed_at && *mention.observed_at - mention.created_at > settings_.lateness;
  post_.edited = is_edited(mention);
  post_.platform = short_name(mention.platform);
  post_.lang = short_code(language_code(mention.lang));
  post_.country = short_code(country_code(country_of(mention)));
  post_.given = sentiment_of(mention);
  write_keys(mention);
  write_author(mention);
  post_.counters = counters_of(mention.metrics);
  post_.rating = stars_of(mention);
  post_.signature = simhash(words.hashes);
  write_labels(mention, words);
  return lost_;
}

void PostWriter::write_keys(const Mention& mention) {
  const auto key = [&](std::string_view id) {
    return post_key(settings_.seed, mention.platform, id);
  };
  post_.key = key(mention.id);
  post_.parent = key(mention.parent_id);
  const std::string_view root = root_id_of(mention);
  post_.root = root == mention.parent_id ? post_.parent : key(root);
  post_.replaced = key(mention.replaces_id);
}

void PostWriter::write_author(const Mention& mention) {
  const Author& author = mention.author;
  const std::string_view handle = without_at(author.handle);
  post_.author = author_key(settings_.seed, mention.platform, author_id_of(mention));
  post_.followers = author.followers.value_or(kUnknownCount);
  post_.author_age_days = account_days_of(mention);
  if (!settings_.pseudonymise) {
    post_.author_name = add_text(handle.empty() ? author.id : handle);
  } else if (post_.author.is_set()) {
    std::array<char, 1 + kPseudonymDigits> pseudonym{};
    post_.author_name = add_text(write_pseudonym(post_.author, &pseudonym));
  }
}

// REQUIRES: a short text; what is longer than it is not in it.
bool PostWriter::hides(std::string_view text) const {
  if (!settings_.pseudonymise) return false;
  const Author& author = mention_->author;
  const std::string_view handle = without_at(author.handle);
  const std::string_view user = handle.substr(0, handle.find('@'));  // of user@server
  return holds_name(text, user) || holds_name(text, author.id) || holds_name(text, author.name);
}

void PostWriter::write_labels(const Mention& mention, const rules::PostWords& words) {
  // An address tells its author in more ways than can be looked for.
  const bool address = !settings_.pseudonymise && !mention.url.empty();
  const std::string_view id = address && fits(mention.url) ? mention.url : mention.id;
  if (fits(id) && !hides(id)) post_.id = add_text(id);
  const std::string_view name = mention.channel.name;
  const std::string_view channel = name.empty() ? mention.channel.id : name;
  if (!channel.empty() && fits(channel) && !hides(channel)) post_.channel = add_text(channel);
  post_.hashtags = add_labels(words.hashtags);
  post_.words = add_labels(words.words);
  write_links(mention);
}

void PostWriter::write_links(const Mention& mention) {
  const auto add = [&](std::string_view text) {
    if (std::ranges::find(chosen_, text) != chosen_.end()) return;
    if (chosen_.size() == kLabelsPerPostMax || text.size() > kLabelBytesMax) {
      ++lost_;
      return;
    }
    chosen_.push_back(text);
  };
  chosen_.clear();
  for (const std::string_view url : mention.urls) {
    if (!is_web_address(url) || url == mention.url) continue;
    if (!fits(url) || !hides(url)) add(url);  // what does not fit is counted
  }
  post_.links = add_labels(chosen_);
  // Sites in lower case: each lies behind the others, the views are made when all are there.
  host_.clear();
  for (std::string_view& link : chosen_) {
    const std::string_view host = rules::address_of(link).host;
    for (const char c : host) host_.push_back(to_lower(c));
    link = host;
  }
  std::size_t at = 0;
  std::size_t sites = 0;
  for (const std::string_view& host : chosen_) {
    const std::string_view site = std::string_view(host_).substr(at, host.size());
    at += host.size();
    const auto known = std::span(chosen_).first(sites);
    const bool repeated = std::ranges::find(known, site) != known.end();
    if (!site.empty() && !repeated) chosen_[sites++] = site;
  }
  chosen_.resize(sites);
  post_.sites = add_labels(chosen_);
}

Label PostWriter::add_text(std::string_view text) {
  const std::string_view kept = whole_characters(text, kLabelBytesMax);
  lost_ += kept.size() == text.size() ? 0 : 1;
  Label label;
  label.hash = label_hash(settings_.seed, kept);
  label.first = static_cast<std::uint32_t>(texts_.size());
  label.count = static_cast<std::uint32_t>(kept.size());
  texts_.insert(texts_.end(), kept.begin(), kept.end());
  return label;
}

Labels PostWriter::add_labels(std::span<const std::string_view> texts) {
  const Labels out{static_cast<std::uint32_t>(labels_.size()),
                   static_cast<std::uint32_t>(texts.size())};
  for (const std::string_view text : texts) labels_.push_back(add_text(text));
  return out;
}

std::uint32_t PostWriter::append_to(Facts* facts) const {
  const auto first_text = static_cast<std::uint32_t>(facts->texts.size());
  const auto first_label = static_cast<std::uint32_t>(facts->labels.size());
  FactPost& post = facts->posts.emplace_back(post_);
  for (Label* label : {&post.id, &post.author_name, &post.channel}) {
    if (label->count != 0) label->first += first_text;
  }
  for (Labels* labels : {&post.hashtags, &post.sites, &post.links, &post.words}) {
    labels->first += first_label;
  }
  facts->labels.insert(facts->labels.end(), labels_.begin(), labels_.end());
  for (Label& label : std::span(facts->labels).subspan(first_label)) label.first += first_text;
  facts->texts.insert(facts->texts.end(), texts_.begin(), texts_.end());
  return static_cast<std::uint32_t>(facts->posts.size() - 1);
}

}  // namespace vigie
