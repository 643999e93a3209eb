#include "connectors/mapping_keys.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigie::mapping {

NodeKeys::NodeKeys(const std::vector<Node::Key>& keys) : keys_(keys), known_(keys.size()) {
  CHECK(known_ <= kKeysMax);
}

std::uint64_t NodeKeys::hash(std::string_view key) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kMultiplier = 0xff51afd7ed558ccdULL;
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): that many bytes can be read
  std::uint64_t mixed = word(key.data());
  if (key.size() < 8) {
    mixed &= (std::uint64_t{1} << (8 * key.size())) - 1;
  } else {
    mixed ^= std::rotl(word(key.data() + key.size() - 8), 29);
  }
  return ((mixed ^ key.size()) * kMultiplier) >> 32;
}

void NodeKeys::spell(std::string_view name, Entry* entry) {
  entry->name = name;
  if (name.size() >= kReadAhead || name.find_first_of("\"\\") != std::string_view::npos) return;
  std::ranges::copy(name, entry->bytes.begin());
  entry->bytes[name.size()] = '"';
  entry->size = static_cast<std::uint8_t>(name.size() + 1);
  const auto mask = [](std::size_t size) {
    return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
  };
  entry->low_mask = mask(entry->size);
  entry->high_mask = entry->size > 8 ? mask(entry->size - 8UL) : 0;
}

void NodeKeys::build() {
  table_.resize(std::bit_ceil(4 * (known_ + kLearnedMax)));
  entries_.resize(1 + known_ + kLearnedMax);
  add_known();
}

void NodeKeys::add_known() {
  std::ranges::fill(table_, kStart);
  used_ = 1;
  misses_ = 0;
  for (const Node::Key& key : keys_) {
    std::array<char, 8> room{};  // hash() reads 8 bytes
    std::string_view name = key.name;
    if (name.size() < room.size()) {
      std::ranges::copy(name, room.begin());
      name = {room.data(), name.size()};
    }
    add(key.name, hash(name)).node = key.node;
  }
}

NodeKeys::Entry& NodeKeys::add(std::string_view name, std::uint64_t hashed) {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hashed & mask;
  while (table_[at] != kStart) at = (at + 1) & mask;
  table_[at] = static_cast<std::uint16_t>(used_);
  Entry& entry = entries_[used_++];
  const std::uint16_t next = entry.next;  // of one before it; as good a guess as any
  entry = {};
  entry.next = next;
  spell(name, &entry);
  return entry;
}

std::uint16_t NodeKeys::look_up(std::string_view key) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash(key) & mask; table_[at] != kStart; at = (at + 1) & mask) {
    if (entries_[table_[at]].name == key) return table_[at];
  }
  return kStart;
}

std::uint16_t NodeKeys::look_up_or_learn(std::string_view key) {
  if (const std::uint16_t found = look_up(key); found != kStart) return found;
  if (key.size() >= kReadAhead) return kStart;
  if (used_ == entries_.size()) {
    if (++misses_ == kMissesMax) add_known();
    return kStart;
  }
  Entry& entry = add(key, hash(key));
  entry.name = {entry.bytes.data(), key.size()};
  return static_cast<std::uint16_t>(used_ - 1);
}

}  // namespace vigie::mapping
