// The parts of a brand's mentions: by platform, language, country, kind, media type, tier of the
// author, channel, segment, hashtag.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/track.h"

namespace vigie {

namespace pb {
class Slices;
}

enum class Dimension : std::uint8_t {
  platform,
  lang,
  country,
  kind,
  media_type,
  author_tier,
  channel,
  segment,
  hashtag,  // the communities: the largest are kept
};
inline constexpr std::size_t kDimensions = 9;
[[nodiscard]] std::string_view to_text(Dimension dimension);

// One thread. At most kSlicesMax[dimension] values of a dimension: of closed dimensions the further
// ones are "other"; of communities the smallest makes room when a further one has come as often as
// its error allows, and is forgotten. Ids are not used again.
class Slices {
 public:
  // The slice of this value, made where there is none. kNoSlice for an empty value.
  [[nodiscard]] SliceId find_or_add(Dimension dimension, std::string_view value);

  // Does nothing for the id of a slice that was forgotten.
  void add(SliceId id, Period hour, std::span<const Change> sliced);

  struct Slice {
    SliceId id = 0;
    Dimension dimension = Dimension::platform;
    std::string value;
    Track hours{kSlicedMeasures};
  };
  // Those that are kept, in no order.
  [[nodiscard]] std::span<const Slice> all() const;

  void drop_before(Period first);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Slices* out) const;
  [[nodiscard]] bool load(const pb::Slices& in);

 private:
  // ... the implementation's choice
};

}  // namespace vigie
