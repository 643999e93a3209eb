// Escapes in JSON strings, one by one and all of a document at once.
#include "connectors/json_escapes.h"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "connectors/decode_index.h"
#include "connectors/decode_tokens.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// Mostly valid, now and then not: one piece in `of`.
std::string random_text(std::mt19937* random, unsigned of, std::size_t pieces) {
  constexpr std::array<std::string_view, 14> kValid{"a",
                                                    "u",
                                                    "0f",
                                                    "é",
                                                    "some plain text, as most of it is",
                                                    "\\/",
                                                    "\\\\",
                                                    "\\n",
                                                    "\\\"",
                                                    "\\u00e9",
                                                    "\\u20AC",
                                                    "\\ud83d\\ude00",
                                                    "\\b\\f\\r\\t",
                                                    "\\\\u00zz"};
  constexpr std::array<std::string_view, 8> kInvalid{"\\a",   "\\U0041", "\\u",     "\\u00g0",
                                                     "\\u12", "\\ ",     "\\u-123", "\\é"};
  std::string out;
  while (pieces-- > 0) {
    const bool valid = of == 0 || (*random)() % of != 0;
    out += valid ? kValid[(*random)() % kValid.size()] : kInvalid[(*random)() % kInvalid.size()];
  }
  return out;
}

bool can_be_unescaped(std::string_view raw) {
  std::string room(raw.size(), '\0');
  std::uint32_t lone_surrogates = 0;
  return unescape(raw, room.data(), &lone_surrogates).has_value();
}

TEST_CASE("escapes are valid where they can be undone") {
  std::mt19937 random(3);
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = random_text(&random, 40, random() % 30);
    if (random() % 8 == 0) text += '\\';
    if (random() % 4 == 0) text.insert(0, random() % 64, 'x');
    CAPTURE(text);
    const bool expected = can_be_unescaped(text);
    REQUIRE(valid_escapes(text) == expected);
    ++(expected ? valid : invalid);
  }
  CHECK(valid > 10'000);
  CHECK(invalid > 5'000);
}

// What the walk over an array of texts, or an object of which they are keys and values, says.
enum class Walk { skip_all, skip_each, read_each, mixed };
bool is_valid(std::string_view json, const JsonIndex& index, Walk walk, std::mt19937* random) {
  JsonTokens tokens(json, index.starts(), index.count());
  const JsonToken first = index.starts();
  if (walk == Walk::skip_all) return tokens.skip(first) != nullptr;
  const auto value = [&](JsonToken at) -> JsonToken {
    const bool skipped = walk == Walk::skip_each || (walk == Walk::mixed && (*random)() % 2 == 0);
    if (skipped) return tokens.skip(at);
    const RawString text = tokens.string(at);
    CHECK(text.escaped == text.bytes().contains('\\'));
    return tokens.has_valid_escapes(text) ? at + 1 : tokens.fail("an escape");
  };
  if (tokens.type(first) == '[') return tokens.array(first, value) != nullptr;
  return tokens.object(first, [&](JsonToken at) -> JsonToken {
    RawString key;
    const JsonToken behind = tokens.key(at, &key);
    if (behind == nullptr) return nullptr;
    CHECK(key.escaped == key.bytes().contains('\\'));
    return tokens.has_valid_escapes(key) ? value(behind) : tokens.fail("an escape");
  }) != nullptr;
}

TEST_CASE("a document is valid where all its strings are, however it is walked over") {
  std::mt19937 random(4);
  JsonIndex index(DecodeSettings::Simd::best);
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (int i = 0; i < 6'000; ++i) {
    const bool object = random() % 2 == 0;
    const unsigned of = random() % 2 == 0 ? 0 : 60;
    bool expected = true;
    std::string json = object ? "{" : "[";
    const auto add = [&] {
      const std::string text = random_text(&random, of, random() % 4);
      expected = expected && can_be_unescaped(text);
      json += '"' + text + '"';
    };
    for (std::size_t count = 1 + random() % 20; count > 0; --count) {
      if (json.size() > 1) json += ',';
      if (object) {
        add();
        json += ':';
      }
      add();
    }
    json += object ? '}' : ']';
    const std::size_t size = json.size();
    json.append(kRecordPaddingBytes, '\0');
    const std::string_view document(json.data(), size);
    CAPTURE(document);
    REQUIRE(index.build(document) == JsonIndex::Status::ready);
    for (const Walk walk : {Walk::skip_all, Walk::skip_each, Walk::read_each, Walk::mixed}) {
      REQUIRE(is_valid(document, index, walk, &random) == expected);
    }
    ++(expected ? valid : invalid);
  }
  CHECK(valid > 2'000);
  CHECK(invalid > 800);
}

}  // namespace
}  // namespace vigie
