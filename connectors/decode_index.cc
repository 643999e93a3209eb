#include "connectors/decode_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

using StageOne = simdjson::internal::dom_parser_implementation;

constexpr std::size_t kFirstCapacityBytes = 64UL << 10;
// Above this the index (4 bytes per byte of JSON) is given back after the batch.
constexpr std::size_t kKeptCapacityBytes = 1UL << 20;

const simdjson::implementation* choose(DecodeSettings::Simd simd) {
  if (simd == DecodeSettings::Simd::best) return simdjson::get_active_implementation();
  return simdjson::get_available_implementations()["fallback"];
}

}  // namespace

struct JsonIndex::Engine {
  const simdjson::implementation* implementation;
  std::unique_ptr<StageOne> stage_one;

  void allocate(std::size_t capacity) {
    // The depth belongs to simdjson's second stage, which never runs.
    const auto error = implementation->create_dom_parser_implementation(capacity, 1, stage_one);
    CHECK(error == simdjson::SUCCESS);
  }
};

JsonIndex::JsonIndex(DecodeSettings::Simd simd)
    : engine_(std::make_unique<Engine>(Engine{choose(simd), nullptr})) {
  CHECK(engine_->implementation != nullptr);
  engine_->allocate(kFirstCapacityBytes);
}

JsonIndex::~JsonIndex() = default;

JsonIndex::Status JsonIndex::build(std::string_view json) {
  CHECK(json.size() <= kRecordBytesMax);
  if (json.empty()) return Status::empty;
  if (json.size() > engine_->stage_one->capacity()) {
    engine_->allocate(std::bit_ceil(json.size()));
  }
  StageOne& stage_one = *engine_->stage_one;
  const auto error = stage_one.stage1(reinterpret_cast<const std::uint8_t*>(json.data()),
                                      json.size(), simdjson::stage1_mode::regular);
  switch (error) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return Status::empty;
    case simdjson::UTF8_ERROR: return Status::invalid_utf8;
    case simdjson::UNESCAPED_CHARS: return Status::control_character;
    default: return Status::unclosed_string;
  }
  stage_one.structural_indexes[stage_one.n_structural_indexes] =
      static_cast<std::uint32_t>(json.size());
  return Status::ready;
}

const std::uint32_t* JsonIndex::starts() const {
  return engine_->stage_one->structural_indexes.get();
}

std::size_t JsonIndex::count() const { return engine_->stage_one->n_structural_indexes; }

void JsonIndex::trim() {
  if (engine_->stage_one->capacity() > kKeptCapacityBytes) engine_->allocate(kFirstCapacityBytes);
}

}  // namespace vigie
