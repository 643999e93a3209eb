// What bridges wrap around a post, as JSON: CloudEvents, Kafka Connect, Debezium and the like. The
// keys that tell them are slots of every mapping's document; connectors/MAPPINGS.md has the table.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "connectors/decode_tokens.h"
#include "connectors/mapping_program.h"
#include "engine/base/event_time.h"

namespace vigie {

// One JSON value of a document: its tokens, from `first` up to `behind`.
struct Document {
  std::string_view json;
  JsonToken first = nullptr;
  JsonToken behind = nullptr;

  [[nodiscard]] JsonTokens tokens() const {
    return {json, first, static_cast<std::size_t>(behind - first)};
  }
  [[nodiscard]] char type() const { return json[*first]; }
  [[nodiscard]] std::string_view bytes() const {
    std::string_view bytes = json.substr(*first, *behind - *first);
    while (is_json_space(bytes.back())) bytes.remove_suffix(1);
    return bytes;
  }
};

// The part of `around` that was found in a slot. REQUIRES: the slot was filled from `around`, with
// something other than items.
[[nodiscard]] Document part_of(const Document& around, const mapping::Slot& slot);

struct Envelope {
  enum class Kind : std::uint8_t { none, cloud_event, connect, debezium, bridge, event };
  Kind kind = Kind::none;
  mapping::Slot inner{};        // what is wrapped: it is there, but may be null
  bool base64 = false;          // `inner` is bytes in base64
  bool deleted = false;         // what `inner` describes is gone
  const char* fault = nullptr;  // why nothing can be taken out of it; a literal
  std::optional<EventTime> observed_at;
};
[[nodiscard]] std::string_view to_text(Envelope::Kind kind);

// What a document is, by its slots. REQUIRES: an object.
[[nodiscard]] Envelope find_envelope(const Document& document, std::span<const mapping::Slot> slots,
                                     const mapping::EnvelopeSlots& keys);

// Whether the document, an object, holds objects by their ids, and nothing else: each key is the
// `id` of what stands behind it ({"17": {"id": "17", ...}, ...}).
[[nodiscard]] bool holds_objects_by_id(const Document& document);

// Whether the mapping tells the document by what makes it this envelope: then it is not one.
[[nodiscard]] bool detects(const mapping::Program& program, Envelope::Kind kind);

// The keys of envelopes in a document.
struct EnvelopeKey {
  std::string_view name;
  mapping::SlotId mapping::EnvelopeSlots::* slot;
};
inline constexpr std::array<EnvelopeKey, 15> kEnvelopeKeys{{
    {"specversion", &mapping::EnvelopeSlots::specversion},
    {"type", &mapping::EnvelopeSlots::type},
    {"source", &mapping::EnvelopeSlots::source},
    {"data", &mapping::EnvelopeSlots::data},
    {"data_base64", &mapping::EnvelopeSlots::data_base64},
    {"time", &mapping::EnvelopeSlots::time},
    {"schema", &mapping::EnvelopeSlots::schema},
    {"payload", &mapping::EnvelopeSlots::payload},
    {"op", &mapping::EnvelopeSlots::op},
    {"before", &mapping::EnvelopeSlots::before},
    {"after", &mapping::EnvelopeSlots::after},
    {"ts_ms", &mapping::EnvelopeSlots::ts_ms},
    {"capture_time", &mapping::EnvelopeSlots::capture_time},
    {"record", &mapping::EnvelopeSlots::record},
    {"event", &mapping::EnvelopeSlots::event},
}};

// Writes what base64 (RFC 4648, both alphabets, with or without padding) stands for to `to` and
// returns it; nothing when it is none. REQUIRES: room for text.size() bytes there.
[[nodiscard]] std::optional<std::string_view> decode_base64(std::string_view text, char* to);

}  // namespace vigie
