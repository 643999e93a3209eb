// Takes off what bridges wrap around documents: connectors/MAPPINGS.md, "Envelopes".
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/decode_index.h"
#include "connectors/decompress.h"
#include "connectors/document_reader.h"
#include "engine/base/io.h"
#include "engine/base/mention.h"

namespace vigie {

// Goes down through the layers of one record after the other and hands over what it finds at their
// ends. One thread. Memory: what a record unfolds to lives in the arena, kUnfoldedBytesMax of it at
// most; a few indexes and buffers are kept. Time is linear in the bytes of the record and in what
// they unfold to, times the layers.
class Unwrapper {
 public:
  // REQUIRES: `documents` outlives this.
  Unwrapper(DecodeSettings::Simd simd, DocumentReader* documents)
      : simd_(simd), documents_(*documents) {}

  // REQUIRES: the documents of this record were started; it is no tombstone.
  void unwrap(const Record& record, const Layers& layers, MentionBatch* out);

  // For documents of the record itself.
  [[nodiscard]] JsonIndex* index() { return index_at(0); }

  // Gives memory back that only a large record needed.
  void trim();

 private:
  // From the outside in. Each deals with what it is given whole.
  void bytes(std::string_view value, const Layers& layers);
  void compressed(std::string_view value, const Layers& layers);
  void events(std::string_view text, const Layers& layers);
  bool event_itself(std::string_view name, std::string_view data, const Layers& layers);
  void text(std::string_view json, const Layers& layers);
  void lines(std::string_view json, const Layers& layers);
  void chunk(std::string_view json, const Layers& layers);

  // Reads the one document that `json` is, or several in one line; refuses, and does nothing, when
  // it is anything else.
  [[nodiscard]] Refusal whole(std::string_view json, const Layers& layers);
  [[nodiscard]] Refusal several(const Document& documents, const Layers& layers);
  [[nodiscard]] Refusal array(const Document& document, const Layers& layers);
  void objects_by_id(const Document& document, const Layers& layers);
  void each_part(std::size_t first, std::string_view name, const Layers& layers);
  void document(const Document& document, const Layers& layers);
  void object(const Document& document, const Layers& layers);
  void string(const Document& document, const Layers& layers);
  void wrapped(const Document& around, const Envelope& envelope, const Layers& layers);
  void base64(const Document& document, const Layers& layers);

  // One layer more; false, and the document is refused, when that is too many.
  [[nodiscard]] bool deepen(std::string_view name, Layers* layers);
  // Padded room in the arena; null, and the document is refused, when the record unfolds to more
  // than it may.
  [[nodiscard]] char* room(std::size_t bytes, const Layers& layers);
  // What a string means, padded; nothing when it was refused.
  [[nodiscard]] bool meaning(const Document& string, const Layers& layers, std::string_view* to);
  [[nodiscard]] JsonIndex* index_at(std::size_t texts);

  const DecodeSettings::Simd simd_;
  DocumentReader& documents_;
  Inflater inflater_;
  std::vector<std::unique_ptr<JsonIndex>> indexes_;  // by Layers::texts
  std::vector<Document> parts_;                      // of arrays under way, the outermost first
  std::string event_;                                // scratch

  // The record at hand.
  MentionBatch* out_ = nullptr;
  std::size_t unfolded_ = 0;
};

}  // namespace vigie
