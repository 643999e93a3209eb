// What the state says of itself: which version of the format it has, and what its keys and numbers
// stand for. state.md describes the whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/fact.h"
#include "engine/base/io.h"
#include "engine/base/post_key.h"
#include "engine/base/result.h"

namespace vigie {

// Grows when an older engine could not read what is written, or would misread it.
inline constexpr std::uint32_t kStateVersion = 2;
inline constexpr std::string_view kMetaKey = "meta";

struct StateMeta {
  std::uint32_t version = kStateVersion;
  std::string written_by;  // the version of the engine that wrote it last
  KeySeed key_seed{};      // of the keys of all posts and authors in the state
  struct Partition {
    PartitionId id = 0;  // as the records of brands have it
    PartitionName name;
    std::uint32_t incarnation = 0;  // the highest in any record
  };
  std::vector<Partition> partitions{};
  bool plain_names = false;  // of authors: they are no pseudonyms
};

[[nodiscard]] StateRecord save_meta(const StateMeta& meta);

// Errors: refused, of a newer version, which it names; corrupt.
[[nodiscard]] Result<StateMeta> load_meta(std::string_view value);

}  // namespace vigie
