// Documents to mentions: which mapping reads a document, and what becomes of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/decode.h"
#include "connectors/decode_explain.h"
#include "connectors/decode_record.h"
#include "connectors/envelope.h"
#include "connectors/mapping_reader.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"

namespace vigie {

// What was taken off around a document, the outermost first.
struct Layers {
  struct Layer {
    std::string_view name;  // a literal
    std::size_t place = 0;  // among the elements of an array
    bool is_array = false;
  };
  std::array<Layer, static_cast<std::size_t>(kEnvelopeDepthMax)> around{};
  std::size_t depth = 0;
  std::size_t texts = 0;  // documents in strings and bytes, each with tokens of its own
  mapping::Wrapped wrapped{};
};

// One record after the other, each a number of documents; one thread. Allocates nothing once warm,
// but for a partition that is new and for explanations.
class DocumentReader {
 public:
  // REQUIRES: as make_decoder().
  DocumentReader(DecodeSettings settings, const std::shared_ptr<const MappingSet>& mappings,
                 std::string_view choice, bool explains);

  // Between these two lie the documents of one record; its posts are numbered through.
  // REQUIRES: record and *out outlive what follows; `out->mappings` has mappings().size() elements.
  void start(const Record& record, std::uint32_t number, MentionBatch* out);
  void finish();

  // Whether mention/1 without anything around it is what is to be expected.
  [[nodiscard]] bool expects_native() const { return first_ == kNative; }
  // Reads it; false, and nothing has happened, when it is not one.
  [[nodiscard]] bool read_plain(std::string_view json, JsonIndex* index,
                                const mapping::Wrapped& wrapped);

  // Walks over the object at `token`, as JsonTokens does: it is looked at then.
  [[nodiscard]] JsonToken look(JsonTokens* tokens, JsonToken token);
  // Of the document looked at last:
  // what it is; no envelope where a mapping knows it as it stands.
  [[nodiscard]] Envelope envelope(const Document& document);
  // Whether a mapping knows it.
  [[nodiscard]] bool is_known(const Document& document);
  // Makes posts of it, or refuses it.
  void read(const Document& document, const Layers& layers);

  // Whether a mapping may know the object {"event": ..., "payload": ...}.
  [[nodiscard]] bool reads_events() const { return reads_events_; }

  // A document, or the record, that cannot be used. `detail` is a literal or in the arena.
  void refuse(RejectReason reason, std::string_view detail, const Layers& layers);
  void refuse(const Refusal& refusal, const Layers& layers) {
    refuse(*refusal.reason, refusal.detail, layers);
  }
  // Something that is no post.
  void drop(std::string_view what, const Layers& layers);
  // The post that the record's key names is gone.
  void remove_by_key(const Layers& layers);
  // Nothing more of this record can be used.
  [[nodiscard]] bool is_full() const { return full_; }

  [[nodiscard]] std::span<const std::string> mappings() const { return names_; }
  // Of the documents since the last forget_traces(); none unless it explains.
  [[nodiscard]] const std::vector<DocumentTrace>& traces() const { return traces_; }
  void forget_traces() { traces_.clear(); }
  void trim() { reader_.trim(); }

 private:
  using Number = std::size_t;  // of a mapping
  static constexpr Number kNative = 0;

  [[nodiscard]] const mapping::Program& program(Number number) const { return *programs_[number]; }
  [[nodiscard]] bool detected(Number number) const {
    return !program(number).detect.empty() && reader_.detected();
  }
  [[nodiscard]] bool capture_again(Number number, const Document& document);
  [[nodiscard]] bool has_room(const Layers& layers);
  [[nodiscard]] MappingCounts& counts(Number number) { return out_->mappings[number]; }
  void remember();
  void read_mapped(const Layers& layers);
  void read_native_document(const Document& document, const Layers& layers);
  void refuse_unmapped(const Document& document, const Layers& layers);
  void reject(const Refusal& refusal, std::string_view mapping, const Layers& layers);
  void settle(const mapping::Wrapped& wrapped, Mention* mention);
  DocumentTrace* note(const Layers& layers);
  void note_post(const Layers& layers, std::string_view mapping, std::string outcome);
  void note_native(const Document& document, const Layers& layers, const Mention& mention);

  const DecodeSettings settings_;
  std::vector<std::shared_ptr<const mapping::Program>> programs_;  // mention, then the others
  std::vector<std::string> names_;                                 // by number
  std::vector<Number> order_;  // in which `auto` asks; empty for a mapping that was chosen
  Number chosen_ = kNative;
  bool reads_events_ = false;
  const bool explains_;
  std::unordered_map<PartitionId, Number> last_;  // that knew a document of the partition

  mapping::Reader reader_;
  NativeFields fields_;

  // The record at hand.
  const Record* record_ = nullptr;
  MentionBatch* out_ = nullptr;
  std::uint32_t number_ = 0;
  Number first_ = kNative;     // the mapping that is asked first
  Number known_ = kNative;     // that knew the document before; mention/1 where none was
  Number captured_ = kNative;  // that the document looked at last was captured by
  std::size_t index_ = 0;      // of the next post
  std::size_t first_mention_ = 0;
  std::size_t first_reject_ = 0;
  RepairCounts repairs_at_start_{};
  RepairCounts repairs_before_look_{};
  bool full_ = false;
  std::string detail_;  // scratch
  std::vector<DocumentTrace> traces_;
};

}  // namespace vigie
