// Mappings tried on documents in tests, with the outcome as text.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode_index.h"
#include "connectors/mapping_compile.h"
#include "connectors/mapping_reader.h"
#include "connectors/mention_json.h"
#include "engine/base/text.h"
#include "engine/runtime/yaml_reader.h"
#include "tests/decode_cases.h"

namespace vigie::mapping_cases {

// Compiles a mapping; fails the test when it is faulty.
inline std::shared_ptr<const mapping::Program> compile(const std::string& yaml) {
  const auto tree = parse_yaml(yaml);
  REQUIRE_MESSAGE(tree.has_value(), cat(tree.error().message, " in:\n", yaml));
  auto program = mapping::compile(*tree);
  if (program) return *program;
  std::string faults;
  for (const mapping::Fault& fault : program.error()) {
    faults += cat(fault.place.line, ':', fault.place.column, ' ', fault.message, '\n');
  }
  FAIL(faults << "in:\n" << yaml);
  return nullptr;
}

// Documents of one mapping, one after the other, by one reader.
class Documents {
 public:
  explicit Documents(std::shared_ptr<const mapping::Program> program,
                     DecodeSettings::Simd simd = DecodeSettings::Simd::best)
      : program_(std::move(program)), index_(simd), reader_({.simd = simd}) {}

  // Whether it is JSON; its items are in decoded() and counts().
  bool read(std::string_view json, std::vector<mapping::Trace>* traces = nullptr) {
    decoded_.clear();
    counts_ = {};
    if (index_.build(json) != JsonIndex::Status::ready) return false;
    JsonTokens tokens(json, index_.starts(), index_.count());
    if (tokens.fault() != nullptr) return false;
    const JsonToken end = reader_.capture(*program_, &tokens, index_.starts(), &decoded_);
    if (end != tokens.end()) return false;
    std::size_t place = 0;
    reader_.evaluate(0, wrapped, &place, &decoded_, &counts_, traces);
    return true;
  }

  [[nodiscard]] const MentionBatch& decoded() const { return decoded_; }
  [[nodiscard]] const MappingCounts& counts() const { return counts_; }
  [[nodiscard]] mapping::Reader& reader() { return reader_; }

  mapping::Wrapped wrapped;

 private:
  std::shared_ptr<const mapping::Program> program_;
  JsonIndex index_;
  mapping::Reader reader_;
  MentionBatch decoded_;
  MappingCounts counts_;
};

// One line for each item: its canonical form, or "reject reason: detail"; how many were dropped;
// then the repairs.
inline std::string outcome(const MentionBatch& decoded, const MappingCounts& counts) {
  std::string out;
  auto mention = decoded.mentions.begin();
  auto reject = decoded.rejects.begin();
  while (mention != decoded.mentions.end() || reject != decoded.rejects.end()) {
    if (reject == decoded.rejects.end() ||
        (mention != decoded.mentions.end() && mention->index < reject->index)) {
      append_mention_json(*mention++, &out);
    } else {
      out += cat("reject ", to_text(reject->reason), ": ", reject->detail);
      ++reject;
    }
    out += '\n';
  }
  CHECK(counts.mapped == decoded.mentions.size());
  CHECK(counts.rejected == decoded.rejects.size());
  if (counts.dropped != 0) out += cat("dropped ", counts.dropped, '\n');
  for (std::size_t i = 0; i < kRepairs; ++i) {
    if (decoded.repairs[i] == 0) continue;
    out += cat("repairs ", to_text(static_cast<Repair>(i)), ": ", decoded.repairs[i], '\n');
  }
  return out;
}

inline std::string explained(const std::vector<mapping::Trace>& traces) {
  std::string out;
  for (const mapping::Trace& trace : traces) {
    out += cat(trace.mapping, " rule ", trace.rule, ": ", trace.outcome, '\n');
    for (const mapping::TraceLine& line : trace.lines) {
      out += cat("  ", line.field, " = ", line.value, line.from.empty() ? "" : " from ", line.from,
                 line.fault.empty() ? "" : ": ", line.fault, '\n');
    }
  }
  return out;
}

}  // namespace vigie::mapping_cases
