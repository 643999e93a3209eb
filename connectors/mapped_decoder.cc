// Decoders of any choice of mapping: envelopes off, then the mapping.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "connectors/decode.h"
#include "connectors/decode_explain.h"
#include "connectors/decode_record.h"
#include "connectors/document_reader.h"
#include "connectors/mapping_convert.h"
#include "connectors/unwrap.h"

namespace vigie {
namespace {

class MappedDecoder final : public ExplainingDecoder {
 public:
  MappedDecoder(DecodeSettings settings, const std::shared_ptr<const MappingSet>& mappings,
                std::string_view choice, bool explains)
      : documents_(settings, mappings, choice, explains), unwrapper_(settings.simd, &documents_) {}

  std::size_t decode(const Batch& batch, std::size_t first, std::size_t count,
                     MentionBatch* out) override {
    out->mappings.resize(std::max(out->mappings.size(), documents_.mappings().size()));
    documents_.forget_traces();
    std::size_t done = 0;
    while (done < count && (done == 0 || !is_full(*out))) {
      const std::size_t i = first + done++;
      const Record& record = batch.records[i];
      documents_.start(record, static_cast<std::uint32_t>(i), out);
      decode_record(record, out);
      documents_.finish();
    }
    documents_.trim();
    unwrapper_.trim();
    return done;
  }
  [[nodiscard]] std::span<const std::string> mappings() const override {
    return documents_.mappings();
  }
  [[nodiscard]] const std::vector<DocumentTrace>& traces() const override {
    return documents_.traces();
  }

 private:
  void decode_record(const Record& record, MentionBatch* out) {
    mapping::Wrapped wrapped;
    if (!record.headers.empty()) wrapped.observed_at = observed_at(record.headers);
    // What most records are is tried before anything is looked for around it.
    if (documents_.expects_native() && !record.tombstone &&
        documents_.read_plain(record.value, unwrapper_.index(), wrapped)) {
      return;
    }
    Layers layers;
    layers.wrapped = wrapped;
    if (record.tombstone) return documents_.remove_by_key(layers);
    unwrapper_.unwrap(record, layers, out);
  }

  // CloudEvents whose attributes are headers: the value is the data.
  static std::optional<EventTime> observed_at(std::span<const Header> headers) {
    for (const Header& header : headers) {
      if (header.name != "ce_time") continue;
      std::optional<EventTime> time;
      const mapping::Value value{mapping::Value::Type::string, header.value};
      if (mapping::to_time(value, &time) == Got::value) return time;
    }
    return std::nullopt;
  }

  DocumentReader documents_;
  Unwrapper unwrapper_;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(DecodeSettings settings,
                                      const std::shared_ptr<const MappingSet>& mappings,
                                      std::string_view choice) {
  return std::make_unique<MappedDecoder>(settings, mappings, choice, false);
}

std::unique_ptr<ExplainingDecoder> make_explaining_decoder(
    DecodeSettings settings, const std::shared_ptr<const MappingSet>& mappings,
    std::string_view choice) {
  return std::make_unique<MappedDecoder>(settings, mappings, choice, true);
}

}  // namespace vigie
