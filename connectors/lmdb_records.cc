#include "connectors/lmdb_records.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/base/post_key.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kPartBytesMax = 128;
constexpr std::size_t kPartBytesKept = 96;
constexpr std::size_t kTailBytes = sizeof(std::uint16_t) + sizeof(std::uint32_t);

void append_hex(std::uint64_t word, std::string* out) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    out->push_back("0123456789abcdef"[word >> shift & 15]);
  }
}

template <class T>
void append_bytes(T value, std::string* out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out->append(bytes, sizeof value);
}

std::uint32_t crc(std::uint32_t before, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

std::string stored_key(std::string_view key) {
  std::string out;
  for (std::size_t from = 0; from <= key.size();) {
    const std::size_t end = std::min(key.find('/', from), key.size());
    const std::string_view part = key.substr(from, end - from);
    if (from > 0) out += '/';
    if (part.size() <= kPartBytesMax) {
      out += part;
    } else {
      // A name has '%' only before 25 and 2F: no other part is kept as this.
      out += part.substr(0, kPartBytesKept);
      out += "%~";
      const Key128 hash = siphash128({}, part);
      append_hex(hash.high, &out);
      append_hex(hash.low, &out);
    }
    from = end + 1;
  }
  return out;
}

std::string value_tail(std::string_view key, std::string_view stored, std::string_view value) {
  std::string tail;
  if (key != stored) tail = key;
  append_bytes(static_cast<std::uint16_t>(tail.size()), &tail);
  append_bytes(crc(crc(crc(0, stored), value), tail), &tail);
  return tail;
}

bool is_sound(std::string_view stored_key, std::string_view stored_value) {
  if (stored_value.size() < kTailBytes) return false;
  const std::size_t checked = stored_value.size() - sizeof(std::uint32_t);
  std::uint32_t expected = 0;
  std::memcpy(&expected, stored_value.data() + checked, sizeof expected);
  return crc(crc(0, stored_key), stored_value.substr(0, checked)) == expected;
}

std::optional<StoredRecord> read_record(std::string_view stored_key,
                                        std::string_view stored_value) {
  if (stored_value.size() < kTailBytes) return std::nullopt;
  std::uint16_t key_bytes = 0;
  const std::size_t count_at = stored_value.size() - kTailBytes;
  std::memcpy(&key_bytes, stored_value.data() + count_at, sizeof key_bytes);
  if (key_bytes > count_at) return std::nullopt;
  const std::size_t value_bytes = count_at - key_bytes;
  return StoredRecord{key_bytes > 0 ? stored_value.substr(value_bytes, key_bytes) : stored_key,
                      stored_value.substr(0, value_bytes)};
}

}  // namespace vigie
