#include "connectors/unwrap.h"

#include <algorithm>
#include <cstring>

#include "connectors/event_stream.h"
#include "connectors/json_escapes.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kConfluentBytes = 5;  // a zero, and the number of a schema
// As messages say them.
static_assert(kEnvelopeDepthMax == 4 && kUnfoldedBytesMax == 16UL << 20);

std::string_view skip_space(std::string_view text) {
  while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
  return text;
}

// Whether JSON that can hold a document begins here.
bool begins_json(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = skip_space(text);
  return text.starts_with('{') || text.starts_with('[') || text.starts_with('"');
}

bool has_confluent_prefix(std::string_view value) {
  return value.size() > kConfluentBytes && value.front() == '\0' &&
         begins_json(value.substr(kConfluentBytes));
}

// Why what was stepped over up to `behind` is not one valid document, if it is not.
Refusal refusal_of(const JsonTokens& tokens, JsonToken behind) {
  if (tokens.too_deep()) return kTooDeep;
  if (behind == nullptr) return {RejectReason::not_json, tokens.fault()};
  if (behind != tokens.end()) return {RejectReason::not_json, "something follows the document"};
  return {};
}

}  // namespace

// --- Bytes ---------------------------------------------------------------------------------------

void Unwrapper::unwrap(const Record& record, const Layers& layers, MentionBatch* out) {
  out_ = out;
  unfolded_ = 0;
  bytes(record.value, layers);
}

void Unwrapper::bytes(std::string_view value, const Layers& layers) {
  if (value.size() > kRecordBytesMax) {
    documents_.refuse(kTooLarge, layers);
  } else if (compression_of(value) != Compression::none) {
    compressed(value, layers);
  } else if (has_confluent_prefix(value)) {
    Layers inside = layers;
    if (deepen("Confluent", &inside)) text(value.substr(kConfluentBytes), inside);
  } else {
    text(value, layers);
  }
}

void Unwrapper::compressed(std::string_view value, const Layers& layers) {
  const bool gzip = compression_of(value) == Compression::gzip;
  Layers inside = layers;
  if (!deepen(gzip ? "gzip" : "zstd", &inside)) return;
  const Inflater::Value inflated = inflater_.inflate(value);
  if (inflated.fault != nullptr) {
    documents_.refuse(RejectReason::bad_envelope, inflated.fault, layers);
    return;
  }
  char* to = room(inflated.bytes.size(), layers);
  if (to == nullptr) return;
  std::ranges::copy(inflated.bytes, to);
  bytes({to, inflated.bytes.size()}, inside);
}

// --- Text ----------------------------------------------------------------------------------------

void Unwrapper::text(std::string_view json, const Layers& layers) {
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  if (is_event_stream(json)) return events(json, layers);
  const Refusal refusal = whole(json, layers);
  if (!refusal.is_set()) return;
  if (*refusal.reason == RejectReason::empty || *refusal.reason == RejectReason::too_large) {
    return documents_.refuse(refusal, layers);
  }
  lines(json, layers);
}

// Each block is a document: its data, or, where a mapping wants to know the event too, the object
// that the same producers send elsewhere (Mastodon's WebSocket).
void Unwrapper::events(std::string_view text, const Layers& layers) {
  Layers inside = layers;
  if (!deepen("server-sent events", &inside)) return;
  StreamEvent event;
  while (!documents_.is_full() && next_event(&text, &event)) {
    if (skip_space(event.data).empty() && event.data_lines <= 1) {
      documents_.drop("a keep-alive", inside);
      continue;
    }
    std::string_view data = event.data;
    if (event.data_lines > 1) {
      char* to = room(event.data_bytes(), layers);
      if (to == nullptr) continue;
      data = event.join_data(to);
    }
    if (event.name.empty() || !event_itself(event.name, data, inside)) this->text(data, inside);
  }
}

// Whether a mapping knows the object {"event": name, "payload": data}; it has been read then.
bool Unwrapper::event_itself(std::string_view name, std::string_view data, const Layers& layers) {
  if (!documents_.reads_events()) return false;
  event_ = R"({"event":)";
  append_json_string(name, &event_);
  event_ += R"(,"payload":)";
  append_json_string(data, &event_);
  event_ += '}';
  char* to = room(event_.size(), layers);
  if (to == nullptr) return true;
  std::ranges::copy(event_, to);
  std::string_view json(to, event_.size());
  JsonIndex* index = index_at(layers.texts);
  if (open_json(&json, index, out_).is_set()) return false;
  const Document document{json, index->starts(), index->starts() + index->count()};
  JsonTokens tokens = document.tokens();
  if (documents_.look(&tokens, document.first) != document.behind ||
      !documents_.is_known(document)) {
    return false;
  }
  documents_.read(document, layers);
  return true;
}

void Unwrapper::lines(std::string_view json, const Layers& layers) {
  std::string_view rest = json;
  for (std::string_view next = next_chunk(&rest); !next.empty() && !documents_.is_full();
       next = next_chunk(&rest)) {
    chunk(next, layers);
  }
}

void Unwrapper::chunk(std::string_view json, const Layers& layers) {
  const Refusal refusal = whole(json, layers);
  if (!refusal.is_set()) return;
  // Garbage in the lines behind a good one must not take that along.
  const std::size_t end = json.find('\n');
  if (end != std::string_view::npos && !skip_space(json.substr(end)).empty()) {
    (void)whole(json.substr(0, end), layers);
  }
  documents_.refuse(refusal, layers);
}

Refusal Unwrapper::whole(std::string_view json, const Layers& layers) {
  JsonIndex* index = index_at(layers.texts);
  Refusal refusal = open_json(&json, index, out_);
  if (refusal.is_set()) return refusal;
  const Document all{json, index->starts(), index->starts() + index->count()};
  JsonTokens tokens = all.tokens();
  if (tokens.fault() != nullptr) return refusal_of(tokens, nullptr);
  const char type = all.type();
  if (type == '[') {
    refusal = array(all, layers);
  } else {
    const JsonToken behind =
        type == '{' ? documents_.look(&tokens, all.first) : tokens.skip(all.first);
    refusal = refusal_of(tokens, behind);
    if (!refusal.is_set() && type == '{') object(all, layers);
    if (!refusal.is_set() && type != '{') document(all, layers);
  }
  return refusal.is_set() ? several(all, layers) : refusal;
}

// --- JSON ----------------------------------------------------------------------------------------

// One after the other, with nothing in between.
Refusal Unwrapper::several(const Document& documents, const Layers& layers) {
  const std::size_t first = parts_.size();
  JsonTokens tokens = documents.tokens();
  JsonToken at = documents.first;
  while (at != nullptr && at != documents.behind) {
    const JsonToken next = tokens.skip(at);
    if (next != nullptr && parts_.size() - first <= kPostsPerRecordMax) {
      parts_.push_back({documents.json, at, next});
    }
    at = next;
  }
  const std::size_t last = parts_.size();
  const Refusal refusal = refusal_of(tokens, at);
  for (std::size_t i = first; i < last && !refusal.is_set() && !documents_.is_full(); ++i) {
    document(Document(parts_[i]), layers);
  }
  parts_.resize(first);
  return refusal;
}

// Refuses, and does nothing, when it is not an array and nothing else.
Refusal Unwrapper::array(const Document& document, const Layers& layers) {
  const std::size_t first = parts_.size();
  JsonTokens tokens = document.tokens();
  const JsonToken behind = tokens.array(document.first, [&](JsonToken at) {
    const JsonToken next = tokens.skip(at);
    if (next != nullptr && parts_.size() - first <= kPostsPerRecordMax) {
      parts_.push_back({document.json, at, next});
    }
    return next;
  });
  const Refusal refusal = refusal_of(tokens, behind);
  if (!refusal.is_set() && first == parts_.size()) documents_.drop("an empty array", layers);
  if (!refusal.is_set()) each_part(first, "array", layers);
  parts_.resize(first);
  return refusal;
}

void Unwrapper::objects_by_id(const Document& document, const Layers& layers) {
  const std::size_t first = parts_.size();
  JsonTokens tokens = document.tokens();
  (void)tokens.object(document.first, [&](JsonToken at) {
    RawString key;
    const JsonToken value = tokens.key(at, &key);
    const JsonToken next = tokens.skip(value);
    if (parts_.size() - first <= kPostsPerRecordMax) parts_.push_back({document.json, value, next});
    return next;
  });
  each_part(first, "objects by id", layers);
  parts_.resize(first);
}

// Reads the parts from `first` on, each as a document.
void Unwrapper::each_part(std::size_t first, std::string_view name, const Layers& layers) {
  const std::size_t last = parts_.size();
  Layers inside = layers;
  if (first == last || !deepen(name, &inside)) return;
  Layers::Layer& layer = inside.around[inside.depth - 1];
  layer.is_array = true;
  for (std::size_t i = first; i < last && !documents_.is_full(); ++i) {
    layer.place = i - first;
    document(Document(parts_[i]), inside);
  }
}

// REQUIRES: it is valid, as in all that follows.
void Unwrapper::document(const Document& document, const Layers& layers) {
  switch (document.type()) {
    case '{': {
      JsonTokens tokens = document.tokens();
      const JsonToken behind = documents_.look(&tokens, document.first);
      const Refusal refusal = refusal_of(tokens, behind);
      return refusal.is_set() ? documents_.refuse(refusal, layers) : object(document, layers);
    }
    case '[': return (void)array(document, layers);
    case '"': return string(document, layers);
    default: documents_.refuse(RejectReason::not_an_object, "", layers);
  }
}

// REQUIRES: it was looked at.
void Unwrapper::object(const Document& document, const Layers& layers) {
  const Envelope envelope = documents_.envelope(document);
  if (envelope.kind != Envelope::Kind::none) {
    wrapped(document, envelope, layers);
  } else if (holds_objects_by_id(document)) {
    objects_by_id(document, layers);
  } else {
    documents_.read(document, layers);
  }
}

void Unwrapper::wrapped(const Document& around, const Envelope& envelope, const Layers& layers) {
  Layers inside = layers;
  if (!deepen(to_text(envelope.kind), &inside)) return;
  if (envelope.fault != nullptr) {
    return documents_.refuse(RejectReason::bad_envelope, envelope.fault, inside);
  }
  if (envelope.observed_at) inside.wrapped.observed_at = envelope.observed_at;
  inside.wrapped.deleted |= envelope.deleted;
  if (envelope.inner.type == mapping::Slot::Type::null) return documents_.remove_by_key(inside);
  const Document inner = part_of(around, envelope.inner);
  if (envelope.base64) return base64(inner, inside);
  document(inner, inside);
}

void Unwrapper::base64(const Document& document, const Layers& layers) {
  std::string_view encoded;
  if (!meaning(document, layers, &encoded)) return;
  char* to = room(encoded.size(), layers);
  if (to == nullptr) return;
  const auto decoded = decode_base64(encoded, to);
  if (!decoded) {
    return documents_.refuse(RejectReason::bad_envelope, "data_base64 holds no base64", layers);
  }
  Layers inside = layers;
  ++inside.texts;
  bytes(*decoded, inside);
}

void Unwrapper::string(const Document& document, const Layers& layers) {
  std::string_view json;
  if (!meaning(document, layers, &json)) return;
  if (!begins_json(json)) {
    return documents_.refuse(RejectReason::not_an_object, "a string that holds no JSON", layers);
  }
  Layers inside = layers;
  if (!deepen("string", &inside)) return;
  ++inside.texts;
  text(json, inside);
}

// --- Bounds --------------------------------------------------------------------------------------

bool Unwrapper::meaning(const Document& string, const Layers& layers, std::string_view* to) {
  JsonTokens tokens = string.tokens();
  const RawString raw = tokens.string(string.first);
  *to = raw.bytes();  // what follows it in its document is padding
  if (!raw.escaped) return true;
  char* unescaped = room(raw.size, layers);
  if (unescaped == nullptr) return false;
  std::uint32_t lone_surrogates = 0;
  *to = unescape(raw.bytes(), unescaped, &lone_surrogates).value_or(std::string_view{});
  out_->repairs[static_cast<std::size_t>(Repair::lone_surrogate)] += lone_surrogates;
  return true;
}

bool Unwrapper::deepen(std::string_view name, Layers* layers) {
  if (layers->depth == layers->around.size()) {
    documents_.refuse(RejectReason::bad_envelope, "more than 4 envelopes around a document",
                      *layers);
    return false;
  }
  layers->around[layers->depth++].name = name;
  return true;
}

char* Unwrapper::room(std::size_t bytes, const Layers& layers) {
  unfolded_ += bytes;
  if (unfolded_ > kUnfoldedBytesMax) {
    documents_.refuse(RejectReason::bad_envelope, "the envelopes unfold to more than 16 MiB",
                      layers);
    return nullptr;
  }
  char* to = out_->arena.bytes(bytes + kRecordPaddingBytes);
  std::memset(to + bytes, 0, kRecordPaddingBytes);
  return to;
}

JsonIndex* Unwrapper::index_at(std::size_t texts) {
  while (indexes_.size() <= texts) indexes_.push_back(std::make_unique<JsonIndex>(simd_));
  return indexes_[texts].get();
}

void Unwrapper::trim() {
  for (const auto& index : indexes_) index->trim();
  inflater_.trim();
  if (parts_.capacity() * sizeof(Document) > kScratchKeptBytes) parts_ = {};
  if (event_.capacity() > kScratchKeptBytes) event_ = {};
}

}  // namespace vigie
