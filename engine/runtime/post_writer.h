// From a mention to what all brands that it mentions are told of it: a FactPost and its labels.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/mention.h"
#include "engine/base/post_key.h"
#include "rules/post_words.h"

namespace vigie {

// One thread. Memory is used again: a warm writer allocates only what the facts that it appends to
// need.
class PostWriter {
 public:
  struct Settings {
    KeySeed seed{};
    // A post observed later than this after it was written is backdated.
    Duration lateness = std::chrono::hours{1};
    // Whether nothing is told by which an author could be found: no id, handle or name, nor an
    // address that holds one. What people write about each other in their posts stays.
    bool pseudonymise = true;
  };
  explicit PostWriter(Settings settings) : settings_(settings) {}

  // Takes the post; returns how many of its labels lie beyond the bounds of limits.h and are lost.
  std::size_t write(const Mention& mention, const rules::PostWords& words, const Origin& origin,
                    std::uint32_t place);
  // Appends the post that was taken, and its labels; returns its place in `posts`.
  std::uint32_t append_to(Facts* facts) const;

 private:
  void write_keys(const Mention& mention);
  void write_author(const Mention& mention);
  void write_labels(const Mention& mention, const rules::PostWords& words);
  void write_links(const Mention& mention);
  Label add_text(std::string_view text);
  Labels add_labels(std::span<const std::string_view> texts);
  // Whether the author can be found by the text, and nobody is to.
  [[nodiscard]] bool hides(std::string_view text) const;

  Settings settings_;
  const Mention* mention_ = nullptr;
  FactPost post_;
  std::vector<Label> labels_;
  std::vector<char> texts_;
  std::vector<std::string_view> chosen_;  // links or sites of the post, each once
  std::string host_;
  std::size_t lost_ = 0;
};

// Whether a host, a path or a text as a whole names somebody: letters and digits around the name
// make it another one.
[[nodiscard]] bool holds_name(std::string_view text, std::string_view name);

}  // namespace vigie
