// The values of mention/1: JSON types to the types of a Mention, with every repair counted.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "connectors/decode_keys.h"
#include "connectors/decode_tokens.h"
#include "engine/base/mention.h"

namespace vigie {

// How reading one value went. A broken document is told by the token, not by this.
enum class Got : std::uint8_t {
  value,
  null,        // absent: unknown
  wrong_type,  // a value of another JSON type
  unusable,    // of the right type, but nothing this field may hold
};

// Which fields of an object were met, as bits by their place in its KeyTable. The last one of
// several with the same key counts.
struct FieldBits {
  std::uint64_t seen = 0;
  std::uint64_t present = 0;  // holds a value
  std::uint64_t wrong_type = 0;
  std::uint64_t unusable = 0;
};

// The keys of one kind of object.
template <std::size_t N>
struct Keys {
  const KeyTable<N>& table;
  KeyOrder<N>& order;
};

// The token behind a value (null when the document is broken) and how reading it went. Two
// registers.
struct Step {
  JsonToken next;
  Got got;
};

// Reads values of one document. Each function steps over the value at `token` and sets *to, to
// "unknown" unless it returns `value`. Texts without escapes are views into the document, others
// live in the arena. Cheap to make, one per document; everything it holds outlives it.
class ValueReader {
 public:
  ValueReader(JsonTokens* tokens, Arena* arena, RepairCounts* repairs)
      : tokens_(*tokens), arena_(*arena), repairs_(*repairs) {}

  void repaired(Repair repair, std::uint32_t count = 1) {
    repairs_[static_cast<std::size_t>(repair)] += count;
  }

  Step text(JsonToken token, std::string_view* to) {
    if (tokens_.type(token) == '"') [[likely]] {
      const RawString raw = tokens_.string(token);
      if (raw.escaped) [[unlikely]]
        return escaped_text(token, raw, to);
      *to = raw.bytes();
      return {token + 1, Got::value};
    }
    *to = {};
    return other(token);
  }
  // A string, or an integer: then its digits. An empty string is null.
  Step id(JsonToken token, std::string_view* to) {
    if (tokens_.is_number(token)) return number_as_id(token, to);
    const Step step = text(token, to);
    return step.got == Got::value && to->empty() ? Step{step.next, Got::null} : step;
  }
  Step platform(JsonToken token, std::string_view* to);
  Step lang(JsonToken token, std::string_view* to);
  Step count(JsonToken token, Count* to);
  Step number(JsonToken token, std::optional<double>* to);
  Step boolean(JsonToken token, std::optional<bool>* to);
  Step time(JsonToken token, std::optional<EventTime>* to);  // in [kEventTimeMin, kEventTimeMax)
  Step op(JsonToken token, Op* to);
  Step kind(JsonToken token, Kind* to);
  Step ext(JsonToken token, std::string_view* to);  // the bytes of an object

  // Steps over an object: calls on_field(place in the table, token) -> Step for each field that is
  // known, and steps over the others. *bits says which were met.
  // REQUIRES: an object is at `token`.
  template <std::size_t N, class OnField>
  JsonToken fields(JsonToken token, Keys<N> keys, OnField on_field, FieldBits* bits) {
    static_assert(N <= 64);
    std::size_t last = KeyOrder<N>::kStart;
    return tokens_.object(token, [&](JsonToken key) -> JsonToken {
      std::size_t field = keys.order.behind(last);
      JsonToken value = tokens_.expected_key(
          key, [&](const char* at) { return keys.table.is_closed_key(field, at); });
      if (value == nullptr) {
        value = find_key(key, keys, last, &field);
        if (field == N) return value;
      }
      last = field;
      const std::uint64_t bit = std::uint64_t{1} << field;
      if ((bits->seen & bit) != 0) [[unlikely]]
        repeated(bit, bits);
      bits->seen |= bit;
      const Step step = on_field(field, value);
      switch (step.got) {
        case Got::value: bits->present |= bit; break;
        case Got::null: break;
        case Got::wrong_type: bits->wrong_type |= bit; break;
        case Got::unusable: bits->unusable |= bit; break;
      }
      return step.next;
    });
  }

  // Steps over an object that may be missing or of another type, all of whose fields are optional;
  // sets *to by on_field(place, token, to). `null` when nothing of it is known.
  // REQUIRES: *to is as constructed, or was read from this document before.
  template <std::size_t N, class T, class OnField>
  Step object(JsonToken token, Keys<N> keys, T* to, OnField on_field) {
    if (key_repeated_) [[unlikely]]
      *to = {};  // clearing it each time costs as much as reading it
    if (tokens_.type(token) != '{') return other(token);
    FieldBits bits;
    token = fields(
        token, keys, [&](std::size_t field, JsonToken value) { return on_field(field, value, to); },
        &bits);
    count_dropped(bits.wrong_type | bits.unusable);
    return {token, bits.present != 0 ? Got::value : Got::null};
  }

  // Steps over an array, its elements read by read_one(token, T*); those that are null are left
  // out.
  template <class T, class ReadOne>
  Step list(JsonToken token, std::vector<T>* scratch, std::span<const T>* to, ReadOne read_one) {
    *to = {};
    if (tokens_.type(token) != '[') return other(token);
    scratch->clear();
    bool cut = false;
    token = tokens_.array(token, [&](JsonToken at) -> JsonToken {
      if (scratch->size() == kListItemsMax) {
        cut = true;
        return tokens_.skip(at);
      }
      const Step step = read_one(at, &scratch->emplace_back());
      if (step.got != Got::value) scratch->pop_back();
      if (step.got == Got::wrong_type || step.got == Got::unusable) {
        repaired(Repair::dropped_value);
      }
      return step.next;
    });
    if (cut) repaired(Repair::long_list);
    *to = arena_.copy(std::span<const T>(*scratch));
    return {token, Got::value};
  }

  void count_dropped(std::uint64_t field_bits) {
    if (field_bits == 0) [[likely]]
      return;
    repaired(Repair::dropped_value, static_cast<std::uint32_t>(std::popcount(field_bits)));
  }

 private:
  Step any_count(JsonToken token, std::string_view bytes, Count* to);
  Step number_as_id(JsonToken token, std::string_view* to);
  // Steps over a value that is not of the type wanted.
  Step other(JsonToken token);
  Step broken(const char* why) { return {tokens_.fail(why), Got::unusable}; }
  Step escaped_text(JsonToken token, const RawString& raw, std::string_view* to);
  void repeated(std::uint64_t bit, FieldBits* bits);

  // The meaning of an escaped key that is short enough to be known, else nothing, in *meaning;
  // false when it has none. `room` holds kEscapedKeyBytesMax zeros.
  static constexpr std::size_t kEscapedKeyBytesMax = 96;  // 16 times \uXXXX
  static bool unescape_key(const RawString& key, char* room, std::string_view* meaning);

  // Steps over any key, and over the value of one that is not known. *field is its place, or N.
  template <std::size_t N>
  JsonToken find_key(JsonToken token, Keys<N> keys, std::size_t last, std::size_t* field) {
    *field = N;
    RawString key;
    token = tokens_.key(token, &key);
    if (token == nullptr) return nullptr;
    std::array<char, kEscapedKeyBytesMax> room{};
    std::string_view meaning = key.bytes();
    if (key.escaped && !unescape_key(key, room.data(), &meaning)) {
      return tokens_.fail("a key holds an unknown escape");
    }
    *field = keys.table.find(meaning);
    if (*field == N) return tokens_.skip(token);
    keys.order.learn(last, *field);
    return token;
  }

  JsonTokens& tokens_;
  Arena& arena_;
  RepairCounts& repairs_;
  bool key_repeated_ = false;
};

}  // namespace vigie
