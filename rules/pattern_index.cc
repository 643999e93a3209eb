#include "rules/pattern_index.h"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.h"
#include "engine/base/utf8.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kAnchorBytesMin = 2;
constexpr std::size_t kAnchorBytesMax = 4;
constexpr std::size_t kPairs = 1UL << 16;

// Where a number of characters end.
std::size_t end_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += character_bytes(text.substr(at));
  return at;
}

std::uint32_t key_of(std::string_view bytes) {
  std::uint32_t key = 0;
  std::memcpy(&key, bytes.data(), std::min(bytes.size(), sizeof key));
  return key;
}

// REQUIRES: at least two bytes.
std::uint32_t pair_of(std::string_view bytes) { return key_of(bytes.substr(0, 2)); }

bool has_bit(const std::vector<std::uint64_t>& bits, std::uint32_t pair) {
  return (bits[pair / 64] >> (pair % 64) & 1) != 0;
}

std::string_view without_common_end(std::string_view* a, std::string_view b) {
  while (!a->empty() && !b.empty() && a->back() == b.back()) {
    a->remove_suffix(1);
    b.remove_suffix(1);
  }
  return b;
}

}  // namespace

bool matches_wildcard(std::string_view pattern, std::string_view token) {
  if (token.size() > kWildcardTokenBytesMax) return false;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // the last one passed
  std::size_t star_token = 0;                 // where what it stands for ends
  while (t < token.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_token = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t += character_bytes(token.substr(t));
    } else if (p < pattern.size() && pattern[p] == token[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      star_token += character_bytes(token.substr(star_token));
      t = star_token;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_one_edit_away(std::string_view a, std::string_view b) {
  const auto same = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t begin =
      std::min(whole_characters(a, same).size(), whole_characters(b, same).size());
  a.remove_prefix(begin);
  b.remove_prefix(begin);
  std::string_view rest = a;
  b = without_common_end(&rest, b);
  // What is left may have lost the beginning of a character to the common end.
  std::string_view whole_a = a.substr(0, rest.size());
  while (whole_a.size() < a.size() && is_continuation(a[whole_a.size()])) {
    whole_a = a.substr(0, whole_a.size() + 1);
  }
  const std::size_t added = whole_a.size() - rest.size();
  const std::string_view whole_b(b.data(), b.size() + added);
  const std::size_t count_a = count_characters(whole_a);
  const std::size_t count_b = count_characters(whole_b);
  if (count_a <= 1 && count_b <= 1) return true;
  if (count_a != 2 || count_b != 2) return false;
  const std::size_t middle_a = character_bytes(whole_a);
  const std::size_t middle_b = character_bytes(whole_b);
  return whole_a.substr(0, middle_a) == whole_b.substr(middle_b) &&
         whole_a.substr(middle_a) == whole_b.substr(0, middle_b);
}

std::uint64_t PatternIndex::Entry::order() const {
  return std::uint64_t{at_end} << 40 | std::uint64_t{bytes} << 32 | key;
}

bool PatternIndex::has_anchor(std::string_view pattern) {
  const std::size_t first = std::min(pattern.find_first_of("*?"), pattern.size());
  const std::size_t last = pattern.find_last_of("*?");
  const std::size_t behind = last == std::string_view::npos ? 0 : pattern.size() - last - 1;
  return std::max(first, behind) >= kAnchorBytesMin;
}

void PatternIndex::anchor(std::string_view bytes, bool at_end, std::uint32_t pattern) {
  const std::size_t count = std::min(bytes.size(), kAnchorBytesMax);
  const std::string_view kept =
      at_end ? bytes.substr(bytes.size() - count) : bytes.substr(0, count);
  entries_.push_back({key_of(kept), static_cast<std::uint8_t>(count), at_end, pattern});
}

std::uint32_t PatternIndex::add_wildcard(std::string folded, bool wakes) {
  const auto number = static_cast<std::uint32_t>(patterns_.size());
  const std::size_t first = std::min(folded.find_first_of("*?"), folded.size());
  const std::size_t last = std::min(folded.find_last_of("*?"), folded.size());
  if (wakes && !has_anchor(folded)) always_.push_back(number);
  if (wakes && has_anchor(folded)) {
    const std::string_view text = folded;
    const bool at_end = first < kAnchorBytesMin;
    anchor(at_end ? text.substr(last + 1) : text.substr(0, first), at_end, number);
  }
  patterns_.push_back({std::move(folded), false});
  return number;
}

// An edit leaves the first half of the word or the second one intact, unless it swaps the two
// characters in the middle.
void PatternIndex::anchor_typo(std::string_view word, std::uint32_t pattern) {
  const std::size_t middle = end_of(word, count_characters(word) / 2);
  const std::string_view before = whole_characters(word, middle - 1);
  anchor(word.substr(0, middle), false, pattern);
  anchor(word.substr(middle), true, pattern);
  const std::string swapped =
      std::string(before) + std::string(word.substr(middle, character_bytes(word.substr(middle))));
  anchor(swapped, false, pattern);
}

std::uint32_t PatternIndex::add_typo(std::string folded, bool wakes) {
  const auto number = static_cast<std::uint32_t>(patterns_.size());
  if (wakes) anchor_typo(folded, number);
  patterns_.push_back({std::move(folded), true});
  return number;
}

void PatternIndex::finish() {
  std::ranges::sort(entries_, {},
                    [](const Entry& entry) { return std::pair(entry.order(), entry.pattern); });
  if (entries_.empty()) return;
  begins_.assign(kPairs / 64, 0);
  ends_.assign(kPairs / 64, 0);
  for (const Entry& entry : entries_) {
    const std::uint32_t pair =
        entry.at_end ? entry.key >> (8 * (entry.bytes - 2)) & 0xFFFF : entry.key & 0xFFFF;
    std::vector<std::uint64_t>& bits = entry.at_end ? ends_ : begins_;
    bits[pair / 64] |= std::uint64_t{1} << (pair % 64);
  }
}

bool PatternIndex::matches(std::uint32_t pattern, std::string_view token) const {
  const Pattern& one = patterns_[pattern];
  return one.typo ? is_one_edit_away(one.text, token) : matches_wildcard(one.text, token);
}

void PatternIndex::verify(std::uint32_t pattern, std::string_view token,
                          std::vector<std::uint32_t>* found, std::size_t first) const {
  const auto begin = found->begin() + static_cast<std::ptrdiff_t>(first);
  if (std::find(begin, found->end(), pattern) != found->end()) return;
  if (matches(pattern, token)) found->push_back(pattern);
}

void PatternIndex::look_up(std::string_view token, std::size_t bytes, bool at_end,
                           std::vector<std::uint32_t>* found, std::size_t first) const {
  const std::string_view part =
      at_end ? token.substr(token.size() - bytes) : token.substr(0, bytes);
  const std::uint64_t order =
      Entry{key_of(part), static_cast<std::uint8_t>(bytes), at_end, 0}.order();
  auto entry = std::ranges::lower_bound(entries_, order, {}, &Entry::order);
  for (; entry != entries_.end() && entry->order() == order; ++entry) {
    verify(entry->pattern, token, found, first);
  }
}

void PatternIndex::find(std::string_view token, std::vector<std::uint32_t>* found) const {
  const std::size_t first = found->size();
  if (token.size() >= kAnchorBytesMin && !entries_.empty()) {
    const bool begins = has_bit(begins_, pair_of(token));
    const bool ends = has_bit(ends_, pair_of(token.substr(token.size() - 2)));
    for (std::size_t bytes = kAnchorBytesMin; bytes <= std::min(kAnchorBytesMax, token.size());
         ++bytes) {
      if (begins) look_up(token, bytes, false, found, first);
      if (ends) look_up(token, bytes, true, found, first);
    }
  }
  for (const std::uint32_t pattern : always_) verify(pattern, token, found, first);
}

std::size_t PatternIndex::memory_bytes() const {
  std::size_t bytes = entries_.capacity() * sizeof(Entry) + always_.capacity() * 4 +
                      (begins_.capacity() + ends_.capacity()) * 8;
  for (const Pattern& one : patterns_) bytes += sizeof one + one.text.capacity();
  return bytes;
}

}  // namespace vigie::rules
