// The accounts and sites that belong to the brands, and what a post has to do with them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/fact.h"
#include "engine/base/mention.h"
#include "rules/fold.h"
#include "rules/post_text.h"
#include "rules/query.h"
#include "rules/rules.h"

namespace vigie::rules {

// What is earned where it is neither owned nor paid; the rest is shared. The queries `media:owned`
// and so on say the same.
inline constexpr std::array kPressKinds{vigie::Kind::article, vigie::Kind::review};
[[nodiscard]] MediaType media_type(bool owned, bool paid, vigie::Kind kind);

// Brands, by place, that a post concerns beside what it says: rising, each once. Memory is used
// again.
struct OwnedFound {
  std::vector<std::uint32_t> wrote;      // an account of theirs is its author
  std::vector<std::uint32_t> addressed;  // it answers or calls an account of theirs; none of these
                                         // is its author
  FoldedText folded;
  std::string words;
};

// Filled by compilation, then immutable. What an account is called counts as folded words, as for
// `author:`; a post costs as many look-ups as it names accounts, however many brands there are.
class OwnedIndex {
 public:
  // Brands come in their order; what no query could be made of is passed over.
  void add(std::uint32_t brand, const Owned& owned);

  [[nodiscard]] bool has_accounts() const { return !accounts_.empty(); }

  // Replaces the lists of *found. A post addresses the author that it answers, those in its list of
  // mentions, those called in its text and title by a handle of one word, and the channel it stands
  // in.
  void find(const Mention& mention, const PostText& text, OwnedFound* found) const;
  // The same, by looking at every account of every brand: the oracle.
  void find_slowly(const Mention& mention, const PostText& text, OwnedFound* found) const;

  // Whether the address of the post, or one of its links, lies on a site of the brand.
  [[nodiscard]] bool is_at_site(std::uint32_t brand, const Mention& mention) const;
  [[nodiscard]] bool links_to_site(std::uint32_t brand, const Mention& mention) const;

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Brands = std::vector<std::uint32_t>;
  struct Site {
    std::uint32_t brand = 0;
    Attribute at;
  };

  template <class Look>
  void find_with(const Look& look, const Mention& mention, const PostText& text,
                 OwnedFound* found) const;
  [[nodiscard]] std::span<const Site> sites_of(std::uint32_t brand) const;

  std::unordered_map<std::string, Brands, Hash, std::equal_to<>> accounts_;
  std::vector<Site> sites_;  // by brand
};

}  // namespace vigie::rules
