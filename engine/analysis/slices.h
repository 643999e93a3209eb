// The parts of a brand's mentions: by platform, language, country, kind, media type, tier of the
// author, channel, segment, hashtag, sector of a crisis.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
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
  crisis,   // sectors of the words of crises
};
inline constexpr std::size_t kDimensions = 10;
[[nodiscard]] std::string_view to_text(Dimension dimension);

// One thread. At most kSliceValuesMax values of a dimension (of platforms kPlatformsPerBrandMax).
// Of closed dimensions the further ones are "other". Of communities (channel, segment, hashtag) the
// one with the fewest mentions in the last seven days makes room for one that has come more often
// in the week under way, as far as that is sure: those that wait are counted by Space-Saving. A
// slice counts from when it was taken in. An id is not used again before 65,535 others were.
class Slices {
 public:
  // The slice of this value, made where there is none; kNoSlice for an empty value, and for one of
  // a community that has to wait. Values are cut at kSliceValueBytesMax.
  [[nodiscard]] SliceId find_or_add(Dimension dimension, std::string_view value);

  // Does nothing for the id of a slice that was forgotten.
  void add(SliceId id, Period hour, std::span<const Change> sliced);

  struct Slice {
    SliceId id = 0;
    Dimension dimension = Dimension::platform;
    std::string value;
    Track hours{kSlicedMeasures};
  };
  // Those that are kept, by id.
  [[nodiscard]] std::span<const Slice> all() const { return slices_; }

  void drop_before(Period first);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Slices* out) const;
  // False, and nothing changed, where it holds what no save() wrote.
  [[nodiscard]] bool load(const pb::Slices& in);

 private:
  struct Entry {
    std::uint32_t hash = 0;
    SliceId id = 0;
    std::uint32_t credit = 0;  // how often it came this week before it was taken in
  };
  struct Index {
    std::vector<Entry> entries;
    std::size_t last = 0;  // that was found last
  };
  // A value of a community without a slice; at most kSliceValuesMax of a dimension.
  struct Waiting {
    std::uint32_t hash = 0;
    std::uint32_t count = 0;
    std::uint32_t error = 0;  // by which the count may be too high
  };
  struct Queue {
    std::vector<Waiting> waiting;
    std::int64_t smallest = 0;  // what the slice with the fewest mentions had when last looked at
  };

  [[nodiscard]] std::size_t place_of(SliceId id) const;
  [[nodiscard]] const Entry* find(Dimension dimension, std::uint32_t hash, std::string_view value);
  SliceId make(Dimension dimension, std::uint32_t hash, std::string_view value);
  SliceId wait(Dimension dimension, std::uint32_t hash, std::string_view value);
  void forget(Dimension dimension, std::size_t entry);
  void begin_week();
  [[nodiscard]] bool load_queue(const pb::Slices& in, int number);

  std::vector<Slice> slices_;  // by id
  std::array<Index, kDimensions> indexes_;
  std::array<std::unique_ptr<Queue>, kDimensions> queues_;  // of communities that are full
  std::uint32_t next_id_ = 0;
  Period latest_ = 0;  // the latest hour that saw a change
};

}  // namespace vigie
