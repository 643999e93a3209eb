// How a record of state lies in LMDB: the short form of its key, and its value with a checksum.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigie {

// The same for keys whose parts are short; see lmdb_store.h.
[[nodiscard]] std::string stored_key(std::string_view key);

// The bytes that go behind a value: the whole key where its stored form is another, the count of
// its bytes (2), and the CRC-32 of stored key, value and what is before it (4); little endian.
[[nodiscard]] std::string value_tail(std::string_view key, std::string_view stored,
                                     std::string_view value);

struct StoredRecord {
  std::string_view key;
  std::string_view value;
};
// Whether the checksum is that of the record: some 0.9 s for a gigabyte.
[[nodiscard]] bool is_sound(std::string_view stored_key, std::string_view stored_value);
// Views into what is given; nothing where it cannot be a record.
[[nodiscard]] std::optional<StoredRecord> read_record(std::string_view stored_key,
                                                      std::string_view stored_value);

}  // namespace vigie
