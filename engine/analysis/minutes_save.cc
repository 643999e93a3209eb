// The minutes of the brands, and the time of the shard, as records of the store.
#include <algorithm>

#include "engine/analysis/minutes.h"
#include "engine/analysis/state.pb.h"

namespace vigie {

void Minutes::save(pb::Shard* out) const {
  if (clock_.watermark) out->set_watermark(clock_.watermark->time_since_epoch().count());
  out->set_since_minute(since_);
  out->set_closed_until_minute(clock_.closed_until);
  out->set_last_minute(last_minute_);
}

void Minutes::load(const pb::Shard& in) {
  if (in.has_watermark()) clock_.watermark = EventTime(Duration(in.watermark()));
  since_ = in.since_minute();
  clock_.closed_until = in.closed_until_minute();
  last_minute_ = std::max(last_minute_, Minute{in.last_minute()});
}

void Minutes::save(const BrandState& brand, pb::Brand* out) const {
  for (const Series& series : brand.series) {
    pb::Brand::Minutes* to = out->add_minutes();
    const std::string_view platform = series.platform().view();
    to->set_platform(platform.data(), platform.size());
    to->set_mentions(series.mentions());
    for (const Series::HourTotal& hour : series.hours()) {
      const HourBlock& block = pool_[hour.block];
      to->add_hour(hour.hour);
      std::uint32_t count = 0;
      for (std::uint32_t minute = 0; minute < block.size(); ++minute) {
        if (block[minute] == 0) continue;
        ++count;
        to->add_minute(minute);
        to->add_mentions_in_minute(block[minute]);
      }
      to->add_minutes_in_hour(count);
    }
  }
  out->set_late(brand.late);
  out->set_backdated(brand.backdated);
  out->set_closed_until_minute(std::max(clock_.closed_until, brand.closed_until));
}

bool Minutes::load(BrandId id, const pb::Brand& in, BrandState* brand) {
  if (static_cast<std::size_t>(in.minutes_size()) > kPlatformsPerBrandMax + 1) return false;
  for (const pb::Brand::Minutes& from : in.minutes()) {
    const bool fits = from.platform().size() <= ShortName::kBytesMax &&
                      from.hour_size() == from.minutes_in_hour_size() &&
                      from.minute_size() == from.mentions_in_minute_size();
    if (!fits) return false;
    const std::size_t series = brand->series.size();
    brand->series.emplace_back(ShortName(from.platform())).set_mentions(from.mentions());
    if (!load_hours(id, from, brand, series)) return false;
  }
  brand->late = in.late();
  brand->backdated = in.backdated();
  brand->closed_until = in.closed_until_minute();
  return true;
}

bool Minutes::load_hours(BrandId id, const pb::Brand_Minutes& from, BrandState* brand,
                         std::size_t series) {
  int next = 0;
  for (int i = 0; i < from.hour_size(); ++i) {
    HourBlock block{};
    if (i > 0 && from.hour(i) <= from.hour(i - 1)) return false;
    for (std::uint32_t n = from.minutes_in_hour(i); n > 0; --n, ++next) {
      if (next == from.minute_size() || from.minute(next) >= block.size()) return false;
      block[from.minute(next)] = from.mentions_in_minute(next);
      // A brand may be saved later than the shard.
      last_minute_ = std::max(last_minute_, first_minute(from.hour(i)) + from.minute(next));
    }
    // Without a block left, the windows lose the hour; what is counted since the start stays.
    if (!add_block(id, brand, series, from.hour(i))) continue;
    brand->series[series].set_minutes(from.hour(i), block, &pool_);
  }
  return next == from.minute_size();
}

}  // namespace vigie
