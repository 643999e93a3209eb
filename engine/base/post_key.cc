#include "engine/base/post_key.h"

#include <sodium/crypto_shorthash_siphash24.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "engine/base/short_name.h"

namespace vigie {
namespace {

using SeedBytes = std::array<unsigned char, sizeof(KeySeed)>;

SeedBytes bytes_of(const KeySeed& seed) {
  static_assert(std::endian::native == std::endian::little);
  static_assert(sizeof(KeySeed) == crypto_shorthash_siphashx24_KEYBYTES);
  return std::bit_cast<SeedBytes>(seed);
}

const unsigned char* start_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Key128 key_of(const KeySeed& seed, char kind, std::string_view platform, std::string_view id) {
  if (id.empty()) return {};
  std::array<char, 1 + ShortName::kBytesMax> of{kind};
  const std::size_t size = platform.copy(of.data() + 1, ShortName::kBytesMax);
  const Key128 own = siphash128(seed, {of.data(), 1 + size});
  return siphash128({own.high, own.low}, id);
}

}  // namespace

Key128 siphash128(const KeySeed& seed, std::string_view bytes) {
  Key128 key;
  static_assert(sizeof key == crypto_shorthash_siphashx24_BYTES);
  std::array<unsigned char, sizeof key> out{};
  crypto_shorthash_siphashx24(out.data(), start_of(bytes), bytes.size(), bytes_of(seed).data());
  std::memcpy(&key, out.data(), sizeof key);
  return key;
}

std::uint64_t label_hash(const KeySeed& seed, std::string_view bytes) {
  std::array<unsigned char, crypto_shorthash_siphash24_BYTES> out{};
  crypto_shorthash_siphash24(out.data(), start_of(bytes), bytes.size(), bytes_of(seed).data());
  return std::bit_cast<std::uint64_t>(out);
}

Key128 post_key(const KeySeed& seed, std::string_view platform, std::string_view id) {
  return key_of(seed, 'p', platform, id);
}

Key128 author_key(const KeySeed& seed, std::string_view platform, std::string_view id) {
  return key_of(seed, 'a', platform, id);
}

}  // namespace vigie
