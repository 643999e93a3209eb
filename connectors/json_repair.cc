#include "connectors/json_repair.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace vigie {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Sequence {
  std::size_t size;  // of the sequence, or of its part that must be replaced
  bool valid;
};

// What may follow a lead byte: table 3-7 of the Unicode standard.
struct Lead {
  std::size_t size;         // of the whole sequence; 0: no lead byte
  std::uint8_t low = 0x80;  // bounds of the second byte
  std::uint8_t high = 0xbf;
};

Lead lead(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

// REQUIRES: !bytes.empty().
Sequence first_sequence(std::string_view bytes) {
  const Lead start = lead(static_cast<std::uint8_t>(bytes[0]));
  if (start.size == 0) return {1, false};
  for (std::size_t i = 1; i < start.size; ++i) {
    if (i == bytes.size()) return {i, false};
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    const std::uint8_t low = i == 1 ? start.low : 0x80;
    const std::uint8_t high = i == 1 ? start.high : 0xbf;
    if (byte < low || byte > high) return {i, false};
  }
  return {start.size, true};
}

// Calls on_part(part, valid) for each sequence.
template <class OnPart>
void for_each_sequence(std::string_view bytes, OnPart on_part) {
  while (!bytes.empty()) {
    const Sequence sequence = first_sequence(bytes);
    on_part(bytes.substr(0, sequence.size), sequence.valid);
    bytes.remove_prefix(sequence.size);
  }
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  bool valid = true;
  for_each_sequence(bytes, [&](std::string_view, bool part_valid) { valid = valid && part_valid; });
  return valid;
}

std::size_t repaired_size(std::string_view bytes) {
  std::size_t size = 0;
  for_each_sequence(bytes, [&](std::string_view part, bool valid) {
    size += valid ? part.size() : kReplacement.size();
  });
  return size;
}

std::string_view repair_utf8(std::string_view bytes, char* to) {
  char* end = to;
  for_each_sequence(bytes, [&](std::string_view part, bool valid) {
    end = std::copy_n(valid ? part.data() : kReplacement.data(),
                      valid ? part.size() : kReplacement.size(), end);
  });
  return {to, static_cast<std::size_t>(end - to)};
}

}  // namespace vigie
