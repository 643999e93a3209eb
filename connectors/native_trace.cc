#include "connectors/native_trace.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/decode_index.h"
#include "connectors/json_escapes.h"
#include "connectors/mention_json.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::string meaning_of(const RawString& raw) {
  std::string room(raw.size, '\0');
  std::uint32_t lone_surrogates = 0;
  return std::string(*unescape(raw.bytes(), room.data(), &lone_surrogates));
}

// The keys of the document itself.
std::vector<std::string> keys_of(const Document& document) {
  std::vector<std::string> keys;
  JsonTokens tokens = document.tokens();
  (void)tokens.object(document.first, [&](JsonToken at) {
    RawString key;
    const JsonToken value = tokens.key(at, &key);
    keys.push_back(meaning_of(key));
    return tokens.skip(value);
  });
  return keys;
}

// The canonical form, value by value.
class Lines {
 public:
  explicit Lines(JsonTokens tokens, std::vector<mapping::TraceLine>* to)
      : tokens_(tokens), to_(*to) {}

  // The value at `token`, which is called so and stands there.
  JsonToken value(JsonToken token, const std::string& field, const std::string& from) {
    const char type = tokens_.type(token);
    if (type == '{' && field != "ext") {
      return tokens_.object(token, [&](JsonToken at) {
        RawString key;
        const JsonToken inner = tokens_.key(at, &key);
        return value(inner, cat(field, field.empty() ? "" : ".", key.bytes()),
                     cat(from, '/', key.bytes()));
      });
    }
    if (type == '[') {
      std::size_t place = 0;
      return tokens_.array(token, [&](JsonToken at) {
        return value(at, cat(field, '[', place++, ']'), from + "/*");
      });
    }
    if (type == '"') {
      to_.push_back({field, from, meaning_of(tokens_.string(token)), {}});
      return token + 1;
    }
    const JsonToken next = tokens_.skip(token);
    to_.push_back({field, from, std::string(tokens_.trimmed(token, next)), {}});
    return next;
  }

 private:
  JsonTokens tokens_;
  std::vector<mapping::TraceLine>& to_;
};

}  // namespace

std::vector<mapping::TraceLine> native_lines(const Document& document, const Mention& mention) {
  std::string json;
  append_mention_json(mention, &json);
  const std::size_t size = json.size();
  json.resize(size + kRecordPaddingBytes);
  const std::string_view written = std::string_view(json).substr(0, size);
  JsonIndex index(DecodeSettings::Simd::best);
  std::vector<mapping::TraceLine> lines;
  if (size > kRecordBytesMax || index.build(written) != JsonIndex::Status::ready) return lines;
  Lines(JsonTokens(written, index.starts(), index.count()), &lines).value(index.starts(), "", "");
  const std::vector<std::string> keys = keys_of(document);
  std::erase_if(lines, [&](const mapping::TraceLine& line) {
    const std::string key = line.field.substr(0, line.field.find_first_of(".["));
    return std::ranges::find(keys, key) == keys.end();
  });
  return lines;
}

}  // namespace vigie
