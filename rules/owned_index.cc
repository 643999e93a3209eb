#include "rules/owned_index.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "rules/query_fields.h"
#include "rules/query_words.h"

namespace vigie::rules {
namespace {

// As folded_words(), without memory of its own.
void fold_words(std::string_view text, OwnedFound* found) {
  fold(text, &found->folded);
  found->words.clear();
  for (const char c : found->folded.view()) {
    if (is_word_byte(c)) {
      found->words.push_back(c);
    } else if (!found->words.empty() && found->words.back() != ' ') {
      found->words.push_back(' ');
    }
  }
  if (found->words.ends_with(' ')) found->words.pop_back();
}

void sort_unique(std::vector<std::uint32_t>* brands) {
  std::ranges::sort(*brands);
  const auto repeated = std::ranges::unique(*brands);
  brands->erase(repeated.begin(), repeated.end());
}

// Calls take(word) for the accounts that the text calls by @.
template <class Take>
void each_handle(const PostText& text, const Take& take) {
  for (std::uint32_t part = 0; part < text.size(); ++part) {
    const TextPart& in = text[part];
    if (in.field != Field::text && in.field != Field::title) continue;
    if (in.parent != kNoPart || in.folded.view().find('@') == std::string_view::npos) continue;
    for (std::uint32_t i = 0; i < in.all().size(); ++i) {
      const std::uint32_t begin = in.all()[i].begin;
      if (in.folded.data()[static_cast<std::ptrdiff_t>(begin) - 1] != '@') continue;
      if (text.has_sigil(part, i, Sigil::handle)) take(in.word(i));
    }
  }
}

}  // namespace

MediaType media_type(bool owned, bool paid, vigie::Kind kind) {
  if (owned) return MediaType::owned;
  if (paid) return MediaType::paid;
  const bool press = std::ranges::find(kPressKinds, kind) != kPressKinds.end();
  return press ? MediaType::earned : MediaType::shared;
}

void OwnedIndex::add(std::uint32_t brand, const Owned& owned) {
  for (const std::string& account : owned.accounts) {
    std::string words = folded_words(account);
    if (account.size() > kTermBytesMax || words.empty()) continue;
    Brands& brands = accounts_[std::move(words)];
    if (brands.empty() || brands.back() != brand) brands.push_back(brand);
  }
  for (const std::string& domain : owned.domains) {
    if (auto site = attribute_of(*find_field("site"), domain)) {
      sites_.push_back({brand, std::move(*site)});
    }
  }
}

// `look(name, brands)` appends the brands that have an account of that name.
template <class Look>
void OwnedIndex::find_with(const Look& look, const Mention& mention, const PostText& text,
                           OwnedFound* found) const {
  found->wrote.clear();
  found->addressed.clear();
  look(mention.author.id, &found->wrote);
  if (mention.author.handle != mention.author.id) look(mention.author.handle, &found->wrote);
  const auto address = [&](std::string_view name) { look(name, &found->addressed); };
  address(mention.parent_author_id);
  for (const Handle& handle : mention.mentions) {
    address(handle.id);
    address(handle.handle);
  }
  address(mention.channel.id);
  address(mention.channel.name);
  each_handle(text, address);
  sort_unique(&found->wrote);
  sort_unique(&found->addressed);
  std::erase_if(found->addressed, [&](std::uint32_t brand) {
    return std::ranges::binary_search(found->wrote, brand);
  });
}

void OwnedIndex::find(const Mention& mention, const PostText& text, OwnedFound* found) const {
  const auto look = [&](std::string_view name, Brands* brands) {
    if (name.empty() || name.size() > kTermBytesMax) return;
    fold_words(name, found);
    const auto account = accounts_.find(std::string_view(found->words));
    if (account == accounts_.end()) return;
    brands->insert(brands->end(), account->second.begin(), account->second.end());
  };
  find_with(look, mention, text, found);
}

void OwnedIndex::find_slowly(const Mention& mention, const PostText& text,
                             OwnedFound* found) const {
  const auto look = [&](std::string_view name, Brands* brands) {
    if (name.size() > kTermBytesMax) return;
    const std::string words = folded_words(name);
    for (const auto& [account, of] : accounts_) {
      if (account == words) brands->insert(brands->end(), of.begin(), of.end());
    }
  };
  find_with(look, mention, text, found);
}

std::span<const OwnedIndex::Site> OwnedIndex::sites_of(std::uint32_t brand) const {
  const auto sites = std::ranges::equal_range(sites_, brand, {}, &Site::brand);
  return {sites.begin(), sites.end()};
}

bool OwnedIndex::is_at_site(std::uint32_t brand, const Mention& mention) const {
  return std::ranges::any_of(sites_of(brand),
                             [&](const Site& site) { return holds(site.at, mention); });
}

bool OwnedIndex::links_to_site(std::uint32_t brand, const Mention& mention) const {
  return std::ranges::any_of(sites_of(brand), [&](const Site& site) {
    return std::ranges::any_of(mention.urls,
                               [&](std::string_view url) { return is_at(url, site.at.text); });
  });
}

std::size_t OwnedIndex::memory_bytes() const {
  std::size_t bytes = sites_.capacity() * sizeof(Site);
  for (const auto& [account, brands] : accounts_) {
    bytes += sizeof(std::string) + account.capacity() + brands.capacity() * sizeof(std::uint32_t);
  }
  return bytes;
}

}  // namespace vigie::rules
