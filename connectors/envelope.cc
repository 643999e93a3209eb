#include "connectors/envelope.h"

#include <algorithm>
#include <utility>

#include "connectors/mapping_convert.h"

namespace vigie {
namespace {

using mapping::EnvelopeSlots;
using mapping::Slot;
using mapping::SlotId;

// What was found in one document.
class Found {
 public:
  Found(std::span<const Slot> slots, const EnvelopeSlots& ids) : slots_(slots), ids_(ids) {}

  [[nodiscard]] const Slot& at(SlotId EnvelopeSlots::* key) const {
    static constexpr Slot kAbsent{};
    const SlotId id = ids_.*key;
    return id == mapping::kNone ? kAbsent : slots_[id];
  }
  [[nodiscard]] bool has(SlotId EnvelopeSlots::* key) const {
    return at(key).type != Slot::Type::absent;
  }
  [[nodiscard]] bool is_text(SlotId EnvelopeSlots::* key) const {
    return at(key).type == Slot::Type::string;
  }
  // When it was observed, where the slot says so in a way that can be read.
  [[nodiscard]] std::optional<EventTime> time(SlotId EnvelopeSlots::* key) const {
    const Slot& slot = at(key);
    mapping::Value value;
    if (slot.type == Slot::Type::string && !slot.escaped) {
      value.type = mapping::Value::Type::string;
    } else if (slot.type == Slot::Type::number) {
      value.type = mapping::Value::Type::number;
    } else {
      return std::nullopt;
    }
    value.text = {slot.first, slot.size};
    std::optional<EventTime> time;
    return mapping::to_time(value, &time) == Got::value ? time : std::nullopt;
  }

 private:
  std::span<const Slot> slots_;
  const EnvelopeSlots& ids_;
};

Envelope cloud_event(const Found& keys) {
  Envelope found;
  found.kind = Envelope::Kind::cloud_event;
  found.observed_at = keys.time(&EnvelopeSlots::time);
  found.base64 = keys.is_text(&EnvelopeSlots::data_base64);
  found.inner = keys.at(found.base64 ? &EnvelopeSlots::data_base64 : &EnvelopeSlots::data);
  if (found.inner.type == Slot::Type::null) found.fault = "a CloudEvent whose data is null";
  if (found.inner.type == Slot::Type::absent) {
    found.fault = "a CloudEvent whose data_base64 is no text";
  }
  return found;
}

Envelope debezium(const Found& keys) {
  Envelope found;
  found.kind = Envelope::Kind::debezium;
  found.observed_at = keys.time(&EnvelopeSlots::ts_ms);
  const char op = *keys.at(&EnvelopeSlots::op).first;
  found.deleted = op == 'd';
  found.inner = keys.at(found.deleted ? &EnvelopeSlots::before : &EnvelopeSlots::after);
  const bool empty = found.inner.type == Slot::Type::absent || found.inner.type == Slot::Type::null;
  if (!empty) return found;
  found.fault = found.deleted ? "a Debezium deletion without `before`: set the table's REPLICA "
                                "IDENTITY to FULL"
                              : "a Debezium event without `after`";
  return found;
}

// Whether the document, an object, holds these two values and nothing else.
bool holds_only(const Document& document, const Slot& a, const Slot& b) {
  constexpr std::ptrdiff_t kToValue = 3;  // the bracket or comma, the key, the colon
  if (document.behind - document.first < 2 * kToValue) return false;
  const auto part = [&](const Slot& slot) { return part_of(document, slot); };
  Document one = part(a);
  Document other = part(b);
  if (other.first < one.first) std::swap(one, other);
  return one.first == document.first + kToValue && other.first == one.behind + kToValue &&
         other.behind + 1 == document.behind;
}

// Whether an object stands at `token` whose `id` is this text. `tokens` are those of what is around
// it, as far as the token, to walk on with: new ones would look for escapes to the end each time.
bool is_called(JsonTokens tokens, JsonToken token, std::string_view id) {
  if (tokens.type(token) != '{') return false;
  bool found = false;
  (void)tokens.object(token, [&](JsonToken at) -> JsonToken {
    RawString key;
    const JsonToken value = tokens.key(at, &key);
    const bool is_id = key.bytes() == "id" && tokens.type(value) == '"';
    found = is_id && tokens.string(value).bytes() == id;
    return is_id ? nullptr : tokens.skip(value);  // what follows need not be looked at
  });
  return found;
}

bool is_debezium(const Found& keys) {
  const Slot& op = keys.at(&EnvelopeSlots::op);
  return op.type == Slot::Type::string && op.size == 1 &&
         (keys.has(&EnvelopeSlots::before) || keys.has(&EnvelopeSlots::after));
}

bool is_cloud_event(const Found& keys) {
  return keys.is_text(&EnvelopeSlots::specversion) && keys.is_text(&EnvelopeSlots::type) &&
         keys.is_text(&EnvelopeSlots::source) &&
         (keys.has(&EnvelopeSlots::data) || keys.has(&EnvelopeSlots::data_base64));
}

bool holds_more(const Slot& slot) {
  return slot.type == Slot::Type::object || slot.type == Slot::Type::array ||
         slot.type == Slot::Type::string;
}

// The value of a digit of base64; 64 when it is none.
std::uint32_t digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : 64;
}

}  // namespace

Document part_of(const Document& around, const Slot& slot) {
  const bool quoted = slot.type == Slot::Type::string;
  const auto first = static_cast<std::uint32_t>(slot.first - around.json.data()) - (quoted ? 1 : 0);
  const std::uint32_t end = first + slot.size + (quoted ? 2 : 0);
  Document part = around;
  part.first = std::lower_bound(around.first, around.behind, first);
  part.behind = std::lower_bound(part.first, around.behind, end);
  return part;
}

std::string_view to_text(Envelope::Kind kind) {
  switch (kind) {
    case Envelope::Kind::none: return "";
    case Envelope::Kind::cloud_event: return "CloudEvents";
    case Envelope::Kind::connect: return "Kafka Connect";
    case Envelope::Kind::debezium: return "Debezium";
    case Envelope::Kind::bridge: return "capture_time and record";
    case Envelope::Kind::event: return "event and data";
  }
  return "";
}

Envelope find_envelope(const Document& document, std::span<const Slot> slots,
                       const EnvelopeSlots& ids) {
  const Found keys(slots, ids);
  if (is_cloud_event(keys)) return cloud_event(keys);
  if (is_debezium(keys)) return debezium(keys);
  Envelope found;
  if (keys.has(&EnvelopeSlots::payload) && keys.has(&EnvelopeSlots::schema)) {
    const Slot& payload = keys.at(&EnvelopeSlots::payload);
    if (!holds_only(document, keys.at(&EnvelopeSlots::schema), payload)) return found;
    found.kind = Envelope::Kind::connect;
    found.inner = payload;
  } else if (keys.has(&EnvelopeSlots::capture_time) &&
             holds_more(keys.at(&EnvelopeSlots::record))) {
    found.kind = Envelope::Kind::bridge;
    found.inner = keys.at(&EnvelopeSlots::record);
    found.observed_at = keys.time(&EnvelopeSlots::capture_time);
  } else if (keys.is_text(&EnvelopeSlots::event) && holds_more(keys.at(&EnvelopeSlots::data))) {
    found.kind = Envelope::Kind::event;
    found.inner = keys.at(&EnvelopeSlots::data);
  }
  return found;
}

bool holds_objects_by_id(const Document& document) {
  constexpr std::ptrdiff_t kToValue = 3;  // the bracket, the key, the colon
  if (document.behind - document.first <= kToValue + 1) return false;
  if (document.json[document.first[kToValue]] != '{') return false;  // nearly always
  JsonTokens tokens = document.tokens();
  bool all = true;
  const JsonToken behind = tokens.object(document.first, [&](JsonToken at) -> JsonToken {
    RawString key;
    const JsonToken value = tokens.key(at, &key);
    all = all && is_called(tokens, value, key.bytes());
    return all ? tokens.skip(value) : nullptr;
  });
  return behind != nullptr;
}

bool detects(const mapping::Program& program, Envelope::Kind kind) {
  const auto looks_at = [&](SlotId EnvelopeSlots::* key) {
    const SlotId slot = program.envelope.*key;
    if (slot == mapping::kNone) return false;
    for (const mapping::AllOf& all : program.detect) {
      for (const mapping::Test& test : all) {
        if (test.value.up == 0 && test.value.slot == slot) return true;
      }
    }
    return false;
  };
  switch (kind) {
    case Envelope::Kind::none: return false;
    case Envelope::Kind::cloud_event: return looks_at(&EnvelopeSlots::specversion);
    case Envelope::Kind::connect:
      return looks_at(&EnvelopeSlots::schema) && looks_at(&EnvelopeSlots::payload);
    case Envelope::Kind::debezium:
      return looks_at(&EnvelopeSlots::before) || looks_at(&EnvelopeSlots::after);
    case Envelope::Kind::bridge:
      return looks_at(&EnvelopeSlots::capture_time) && looks_at(&EnvelopeSlots::record);
    case Envelope::Kind::event: return looks_at(&EnvelopeSlots::event);
  }
  return false;
}

std::optional<std::string_view> decode_base64(std::string_view text, char* to) {
  while (text.ends_with('=')) text.remove_suffix(1);
  char* end = to;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::uint32_t value = digit(c);
    if (value == 64) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    *end++ = static_cast<char>(bits >> count);
  }
  if (count >= 6) return std::nullopt;  // a digit too many
  return std::string_view{to, static_cast<std::size_t>(end - to)};
}

}  // namespace vigie
