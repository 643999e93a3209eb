#include "connectors/dead_letter_decoder.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/decode_fields.h"
#include "connectors/decode_index.h"
#include "connectors/decode_record.h"
#include "connectors/decode_tokens.h"
#include "connectors/decode_values.h"
#include "connectors/envelope.h"
#include "connectors/mapping_program.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

namespace vigie {
namespace {

enum class Field : std::uint8_t {
  raw,
  raw_base64,
  key,
  key_base64,
  mapping,
  indexes,
  time,
  cut,
  headers
};
constexpr KeyTable kFields{std::array<std::string_view, 9>{
    "raw", "raw_base64", "key", "key_base64", "mapping", "indexes", "timestamp", "cut", "headers"}};
constexpr std::string_view kBase64 = "_base64";
constexpr std::size_t kMappingBytesShown = 64;  // no mapping has a longer name

struct Letter {
  std::optional<std::string_view> raw;
  std::string_view key;
  std::string_view mapping;
  std::optional<std::vector<std::uint16_t>> indexes;
  std::optional<EventTime> timestamp;
  std::optional<bool> cut;
  std::vector<Header> headers;

  [[nodiscard]] bool means(const std::optional<std::uint16_t>& post) const {
    return !indexes || !post || std::ranges::binary_search(*indexes, *post);
  }
};

class DeadLetterDecoder final : public Decoder {
 public:
  DeadLetterDecoder(DecodeSettings settings, std::shared_ptr<const MappingSet> mappings,
                    std::string choice, LetterCounts* counts)
      : settings_(settings),
        mappings_(std::move(mappings)),
        choice_(std::move(choice)),
        counts_(*counts),
        index_(settings.simd) {}

  std::size_t decode(const Batch& batch, std::size_t first, std::size_t count,
                     MentionBatch* out) override {
    std::size_t done = 0;
    while (done < count && (done == 0 || !is_full(*out))) {
      const std::size_t i = first + done++;
      const auto number = static_cast<std::uint32_t>(i);
      letter_ = {};
      const Refusal refusal = read(batch.records[i].value, out);
      if (refusal.is_set()) {
        ++counts_.foreign;
        out->rejects.push_back({number, *refusal.reason, refusal.detail});
      } else if (letter_.cut.value_or(false)) {
        ++counts_.cut;
      } else {
        decode_letter(number, out);
      }
    }
    index_.trim();
    return done;
  }

 private:
  // Used again for the letters of one mapping.
  struct Inner {
    std::unique_ptr<Decoder> decoder;
    std::vector<MappingCounts> counts;
  };

  [[nodiscard]] Refusal read(std::string_view line, MentionBatch* out);
  Step field(Field field, JsonToken token, ValueReader* values, Arena* arena);
  static Step bytes(JsonToken token, bool base64, ValueReader* values, Arena* arena,
                    std::string_view* to);
  JsonToken indexes(JsonToken token, JsonTokens* tokens, ValueReader* values);
  JsonToken headers(JsonToken token, JsonTokens* tokens, ValueReader* values, Arena* arena);
  void decode_letter(std::uint32_t number, MentionBatch* out);
  void settle(std::uint32_t number, std::size_t mentions, std::size_t rejects, MentionBatch* out);
  [[nodiscard]] Inner* inner();
  void refuse_unknown(std::uint32_t number, MentionBatch* out);

  const DecodeSettings settings_;
  const std::shared_ptr<const MappingSet> mappings_;
  const std::string choice_;
  LetterCounts& counts_;
  JsonIndex index_;
  KeyOrder<9> order_;
  std::map<std::string, Inner, std::less<>> inner_;  // by choice
  Letter letter_;
  Batch batch_;
};

Refusal DeadLetterDecoder::read(std::string_view line, MentionBatch* out) {
  if (const Refusal refusal = open_json(&line, &index_, out); refusal.is_set()) return refusal;
  JsonTokens tokens(line, index_.starts(), index_.count());
  JsonToken token = index_.starts();
  if (tokens.fault() != nullptr) {
    return {RejectReason::not_json, "not a dead letter: it is no JSON"};
  }
  if (tokens.type(token) != '{') {
    return {RejectReason::not_an_object, "not a dead letter: it is no JSON object"};
  }
  ValueReader values(&tokens, &out->arena, &out->repairs);
  FieldBits bits;
  token = values.fields(
      token, Keys{kFields, order_},
      [&](std::size_t place, JsonToken value) {
        if (static_cast<Field>(place) == Field::headers && tokens.type(value) == '{') {
          return Step{headers(value, &tokens, &values, &out->arena), Got::value};
        }
        if (static_cast<Field>(place) == Field::indexes && tokens.type(value) == '[') {
          return Step{indexes(value, &tokens, &values), Got::value};
        }
        return field(static_cast<Field>(place), value, &values, &out->arena);
      },
      &bits);
  if (token != tokens.end()) return {RejectReason::not_json, "not a dead letter: it is no JSON"};
  if (!letter_.raw) {
    return {RejectReason::missing_field,
            "not a dead letter: it has no 'raw' or 'raw_base64' that can be read"};
  }
  return {};
}

// A text, or the bytes that it stands for.
Step DeadLetterDecoder::bytes(JsonToken token, bool base64, ValueReader* values, Arena* arena,
                              std::string_view* to) {
  Step step = values->text(token, to);
  if (!base64 || step.got != Got::value) return step;
  const auto decoded = decode_base64(*to, arena->bytes(to->size()));
  *to = decoded.value_or(std::string_view{});
  if (!decoded) step.got = Got::unusable;
  return step;
}

Step DeadLetterDecoder::field(Field field, JsonToken token, ValueReader* values, Arena* arena) {
  switch (field) {
    case Field::raw:
    case Field::raw_base64: {
      std::string_view raw;
      const Step step = bytes(token, field == Field::raw_base64, values, arena, &raw);
      if (step.got == Got::value) letter_.raw = raw;
      return step;
    }
    case Field::key: return values->text(token, &letter_.key);
    case Field::key_base64: return bytes(token, true, values, arena, &letter_.key);
    case Field::mapping: return values->text(token, &letter_.mapping);
    case Field::time: return values->time(token, &letter_.timestamp);
    case Field::cut: return values->boolean(token, &letter_.cut);
    case Field::indexes:
    case Field::headers: break;
  }
  std::string_view none;
  return values->text(token, &none);
}

JsonToken DeadLetterDecoder::indexes(JsonToken token, JsonTokens* tokens, ValueReader* values) {
  std::vector<std::uint16_t>& indexes = letter_.indexes.emplace();
  token = tokens->array(token, [&](JsonToken at) -> JsonToken {
    Count index;
    const Step step = values->count(at, &index);
    // A post more than there may be is the one that says so.
    if (index && std::cmp_less_equal(*index, kPostsPerRecordMax) &&
        indexes.size() <= kPostsPerRecordMax) {
      indexes.push_back(static_cast<std::uint16_t>(*index));
    }
    return step.next;
  });
  std::ranges::sort(indexes);
  return token;
}

JsonToken DeadLetterDecoder::headers(JsonToken token, JsonTokens* tokens, ValueReader* values,
                                     Arena* arena) {
  return tokens->object(token, [&](JsonToken at) -> JsonToken {
    RawString key;
    at = tokens->key(at, &key);
    if (at == nullptr) return nullptr;
    std::string_view name = key.bytes();
    const bool base64 = name.ends_with(kBase64);
    if (base64) name.remove_suffix(kBase64.size());
    std::string_view value;
    const Step step = bytes(at, base64, values, arena, &value);
    if (step.got == Got::value && letter_.headers.size() < kRecordHeadersMax) {
      letter_.headers.push_back({name, value});
    }
    return step.next;
  });
}

// The decoder that the letter asks for; null where there is none.
DeadLetterDecoder::Inner* DeadLetterDecoder::inner() {
  std::string_view choice = choice_;
  if (choice.empty()) choice = letter_.mapping.empty() ? kAutoMapping : letter_.mapping;
  const auto found = inner_.find(choice);
  if (found != inner_.end()) return &found->second;
  const bool known = choice == kAutoMapping || choice == kNativeMapping ||
                     std::ranges::any_of(mappings_->programs,
                                         [&](const auto& one) { return one->name == choice; });
  if (!known) return nullptr;
  Inner& inner = inner_[std::string(choice)];
  inner.decoder = make_decoder(settings_, mappings_, choice);
  return &inner;
}

void DeadLetterDecoder::decode_letter(std::uint32_t number, MentionBatch* out) {
  Inner* by = inner();
  if (by == nullptr) {
    return refuse_unknown(number, out);
  }
  batch_.clear();
  Record& record = batch_.records.emplace_back();
  char* value = out->arena.bytes(letter_.raw->size() + kRecordPaddingBytes);
  if (!letter_.raw->empty()) std::memcpy(value, letter_.raw->data(), letter_.raw->size());
  record.value = {value, letter_.raw->size()};
  record.key = letter_.key;
  record.recorded_at = letter_.timestamp;
  record.headers = letter_.headers;
  const std::size_t mentions = out->mentions.size();
  const std::size_t rejects = out->rejects.size();
  // Each decoder numbers its mappings itself.
  out->mappings.swap(by->counts);
  by->decoder->decode(batch_, 0, 1, out);
  out->mappings.swap(by->counts);
  settle(number, mentions, rejects, out);
}

// Keeps what the letter is about, of what was appended, and counts what became of it.
void DeadLetterDecoder::settle(std::uint32_t number, std::size_t mentions, std::size_t rejects,
                               MentionBatch* out) {
  const auto new_mentions = out->mentions.begin() + static_cast<std::ptrdiff_t>(mentions);
  out->mentions.erase(std::remove_if(new_mentions, out->mentions.end(),
                                     [&](const Mention& one) { return !letter_.means(one.index); }),
                      out->mentions.end());
  const auto new_rejects = out->rejects.begin() + static_cast<std::ptrdiff_t>(rejects);
  out->rejects.erase(std::remove_if(new_rejects, out->rejects.end(),
                                    [&](const Reject& one) { return !letter_.means(one.index); }),
                     out->rejects.end());
  for (std::size_t i = mentions; i < out->mentions.size(); ++i) out->mentions[i].record = number;
  for (std::size_t i = rejects; i < out->rejects.size(); ++i) out->rejects[i].record = number;
  if (out->rejects.size() > rejects) {
    ++counts_.refused[static_cast<std::size_t>(out->rejects[rejects].reason)];
  } else if (out->mentions.size() > mentions) {
    ++counts_.used;
  } else {
    ++counts_.dropped;
  }
}

// A letter whose mapping is not there.
void DeadLetterDecoder::refuse_unknown(std::uint32_t number, MentionBatch* out) {
  const std::string detail =
      cat("the mapping '", whole_characters(letter_.mapping, kMappingBytesShown),
          "' is not known here; list its file under 'mappings:', or name another with --mapping");
  ++counts_.refused[static_cast<std::size_t>(RejectReason::unmapped)];
  out->rejects.push_back({number, RejectReason::unmapped, out->arena.copy(detail)});
}

}  // namespace

std::unique_ptr<Decoder> make_dead_letter_decoder(DecodeSettings settings,
                                                  std::shared_ptr<const MappingSet> mappings,
                                                  std::string choice, LetterCounts* counts) {
  return std::make_unique<DeadLetterDecoder>(settings, std::move(mappings), std::move(choice),
                                             counts);
}

}  // namespace vigie
