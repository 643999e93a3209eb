#include "engine/base/post_key.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "engine/base/short_name.h"

namespace vigie {
namespace {

// SipHash as Aumasson and Bernstein describe it: https://www.aumasson.jp/siphash/siphash.pdf
// `kAdd` rounds a word, `kEnd` at the end; a result of 128 bits is begun otherwise than one of 64.
template <int kAdd, int kEnd, std::uint64_t kBegin>
class SipState {
 public:
  explicit SipState(const KeySeed& seed)
      : v_{seed.first ^ 0x736f6d6570736575ULL, seed.second ^ 0x646f72616e646f6dULL ^ kBegin,
           seed.first ^ 0x6c7967656e657261ULL, seed.second ^ 0x7465646279746573ULL} {}

  void add(std::string_view bytes) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
    for (; bytes.size() >= kWord; bytes.remove_prefix(kWord)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data(), kWord);
      add(word);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    add(last);
  }
  // `mark` tells the parts of the result apart.
  std::uint64_t part(std::size_t word, std::uint64_t mark) {
    v_[word] ^= mark;
    rounds(kEnd);
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void add(std::uint64_t word) {
    v_[3] ^= word;
    rounds(kAdd);
    v_[0] ^= word;
  }
  void rounds(int count) {
    for (; count > 0; --count) {
      v_[0] += v_[1];
      v_[2] += v_[3];
      v_[1] = std::rotl(v_[1], 13) ^ v_[0];
      v_[3] = std::rotl(v_[3], 16) ^ v_[2];
      v_[0] = std::rotl(v_[0], 32);
      v_[2] += v_[1];
      v_[0] += v_[3];
      v_[1] = std::rotl(v_[1], 17) ^ v_[2];
      v_[3] = std::rotl(v_[3], 21) ^ v_[0];
      v_[2] = std::rotl(v_[2], 32);
    }
  }

  std::array<std::uint64_t, 4> v_;
};

Key128 key_of(const KeySeed& seed, char kind, std::string_view platform, std::string_view id) {
  if (id.empty()) return {};
  std::array<char, 1 + ShortName::kBytesMax> of{kind};
  const std::size_t size = platform.copy(of.data() + 1, ShortName::kBytesMax);
  const Key128 own = siphash128(seed, {of.data(), 1 + size});
  return siphash128({own.high, own.low}, id);
}

}  // namespace

Key128 siphash128(const KeySeed& seed, std::string_view bytes) {
  SipState<2, 4, 0xee> state(seed);
  state.add(bytes);
  Key128 key;
  key.high = state.part(2, 0xee);
  key.low = state.part(1, 0xdd);
  return key;
}

std::uint64_t label_hash(const KeySeed& seed, std::string_view bytes) {
  SipState<1, 3, 0> state(seed);
  state.add(bytes);
  return state.part(2, 0xff);
}

Key128 post_key(const KeySeed& seed, std::string_view platform, std::string_view id) {
  return key_of(seed, 'p', platform, id);
}

Key128 author_key(const KeySeed& seed, std::string_view platform, std::string_view id) {
  return key_of(seed, 'a', platform, id);
}

}  // namespace vigie
