// The parts of a brand's mentions: by platform, language, country, kind, media type, tier of the
// author, channel, segment, hashtag, sector of a crisis.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/slice_log.h"
#include "engine/analysis/track.h"

namespace vigie {

namespace pb {
class Slices;
class Slices_Queue;  // NOLINT(readability-identifier-naming): as protoc names it
}  // namespace pb

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
  // By platform, what the brand wrote or paid for: what is no earned media. Not shown.
  unearned,
  crisis,  // sectors of the words of crises
};
inline constexpr std::size_t kDimensions = 11;
[[nodiscard]] std::string_view to_text(Dimension dimension);

// One thread. At most kSliceValuesMax values of a dimension (of platforms kPlatformsPerBrandMax).
// Of closed dimensions the further ones are "other". Of communities (channel, segment, hashtag) the
// one with the fewest mentions in the last seven days makes room for one that has come more often
// in the week under way, as far as that is sure: those that wait are counted by Space-Saving. A
// slice counts from when it was taken in. An id is not used again before 65,535 others were.
//
// Nearly all brands are quiet, and there are thousands of them: what their posts add is kept as a
// log, and as a Track for each slice only once that is less. Both tell the same sums.
class Slices {
 public:
  // The slice of this value, made where there is none; kNoSlice for an empty value, and for one of
  // a community that has to wait. Values are cut at kSliceValueBytesMax. Where sums are looked at,
  // `sum_up` is called before: to add what has not been added yet.
  [[nodiscard]] SliceId find_or_add(Dimension dimension, std::string_view value,
                                    const std::function<void()>& sum_up = {});

  // A post of this hour came. What it adds may come later; the weeks that communities are compared
  // by go by this.
  void come(Period hour);
  // What a post adds to its slices; those that were forgotten are passed over.
  // REQUIRES: at most kPostSlicesMax ids.
  void add(std::span<const SliceId> ids, Period hour, std::span<const Change> sliced);
  // What some posts of an hour add, by slice: the same, in less time. REQUIRES: !is_quiet(); come()
  // was told of the hour.
  struct Sums {
    SliceId id = 0;
    std::array<std::int64_t, kSlicedMeasures> by{};
  };
  void add(Period hour, std::span<const Sums> sums);
  // True while what posts add is kept as a log.
  [[nodiscard]] bool is_quiet() const { return hours_.empty(); }

  struct Slice {
    SliceId id = 0;
    Dimension dimension = Dimension::platform;
    std::string_view value;
    const Track& hours;
  };
  // Hands over those that are kept, by dimension, then by id. They are valid for the call.
  void each(const std::function<void(const Slice&)>& take) const;

  // Asks for what the two will look at.
  void prefetch() const;

  // Something that came was taken back before it was added.
  void note_taken_back() { may_be_empty_ = true; }
  // True where drop_before() may have something to do.
  [[nodiscard]] bool has_old(Period first) const { return may_be_empty_ || oldest_ < first; }
  // Forgets what lies before, and slices with nothing left. REQUIRES: all that came was added.
  void drop_before(Period first);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Slices* out) const;
  // False, and nothing changed, where it holds what no save() wrote.
  [[nodiscard]] bool load(const pb::Slices& in);

 private:
  // A value that has a slice.
  struct Value {
    std::uint32_t hash = 0;
    std::uint32_t credit = 0;  // how often it came this week before it was taken in
    SliceId id = 0;
    std::uint16_t text = 0;   // where it begins in texts_
    std::uint16_t bytes = 0;  // of it
  };
  struct Hours {
    SliceId id = 0;
    Track track{kSlicedMeasures};
  };
  // A value of a community without a slice; at most kSliceValuesMax of a dimension.
  struct Waiting {
    std::uint32_t hash = 0;
    std::uint32_t count = 0;
    std::uint32_t error = 0;  // by which the count may be too high
  };
  struct Queue {
    Dimension dimension = Dimension::hashtag;
    std::int64_t smallest = 0;  // what the slice with the fewest mentions had when last looked at
    std::vector<Waiting> waiting;
  };

  static constexpr std::uint32_t kIds = kNoSlice;  // 0 to kIds - 1
  static constexpr std::string_view kOther = "other";
  [[nodiscard]] static bool is_community(Dimension dimension);
  [[nodiscard]] static std::size_t values_max(Dimension dimension);
  [[nodiscard]] static std::uint32_t hash_of(std::string_view text);

  [[nodiscard]] static std::size_t place_of(const std::vector<Hours>& hours, SliceId id);
  [[nodiscard]] std::span<const Value> values_of(Dimension dimension) const;
  [[nodiscard]] std::string_view text_of(const Value& value) const;
  [[nodiscard]] const Value* find(Dimension dimension, std::uint32_t hash, std::string_view text);
  Value* make(Dimension dimension, std::uint32_t hash, std::string_view text);
  Value* insert(Dimension dimension, SliceId id, std::uint32_t hash, std::string_view text);
  SliceId wait(Dimension dimension, std::uint32_t hash, std::string_view text,
               const std::function<void()>& sum_up);
  [[nodiscard]] Queue& queue_of(Dimension dimension);
  [[nodiscard]] std::size_t find_smallest(Dimension dimension, std::int64_t* mentions);
  void forget(Dimension dimension, std::size_t place);
  void begin_week();

  [[nodiscard]] std::vector<Hours> unpacked() const;
  [[nodiscard]] static bool pack(const std::vector<Hours>& hours, SliceLog* log);
  void keep(std::vector<Hours>&& hours);

  [[nodiscard]] bool load_slices(const pb::Slices& in, std::vector<Hours>* hours);
  [[nodiscard]] bool load_queue(const pb::Slices_Queue& in);

  std::vector<Value> values_;                            // by dimension, then by id
  std::array<std::uint16_t, kDimensions + 1> first_{};   // of a dimension; the last one: all
  std::array<std::uint16_t, kDimensions> found_last_{};  // in its dimension
  std::vector<char> texts_;
  SliceLog log_;
  bool may_be_empty_ = false;  // a slice, once something was taken back
  std::vector<Hours> hours_;   // by id: all slices, or none while there is a log
  std::vector<Queue> queues_;  // by dimension: of communities that are full
  std::uint32_t next_id_ = 0;
  Period latest_ = 0;                                   // the latest hour that saw a change
  Period oldest_ = std::numeric_limits<Period>::max();  // none of a change is older
};

}  // namespace vigie
