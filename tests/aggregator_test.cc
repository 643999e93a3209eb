// The aggregator against a brute-force twin that keeps every fact and counts anew each time.
#include "engine/analysis/aggregator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

EventTime minute_start(EventTime time) { return std::chrono::floor<minutes>(time); }

// A post that one brand is mentioned by.
struct Seen {
  Origin origin;
  EventTime event_time;
  BrandId brand = 0;
  bool backdated = false;
  ShortName platform;
};

Seen fact(EventTime time, std::int64_t offset, BrandId brand = 0, std::string_view on = "mastodon",
          PartitionId partition = 0) {
  return {.origin = {.partition = partition, .offset = offset},
          .event_time = time,
          .brand = brand,
          .platform = ShortName(on)};
}

// As stage one tells them.
Facts told(std::span<const Seen> seen) {
  Facts facts;
  for (const Seen& one : seen) {
    const auto place = static_cast<std::uint32_t>(facts.posts.size());
    FactPost& post = facts.posts.emplace_back();
    post.origin = one.origin;
    post.place = place;
    post.event_time = one.event_time;
    post.backdated = one.backdated;
    post.platform = one.platform;
    Fact& fact = facts.facts.emplace_back();
    fact.post = place;
    fact.brand = one.brand;
  }
  return facts;
}

ApplyCounts fold(Aggregator& aggregator, std::span<const Seen> seen) {
  return aggregator.apply(told(seen), {});
}

std::string text(const ClosedMinute& minute) {
  return cat(to_rfc3339(minute.minute), " ", minute.brand, " ", minute.platform.view(), " ",
             minute.mentions);
}

std::string text(const std::vector<ClosedMinute>& closed) {
  std::string out;
  for (const ClosedMinute& minute : closed) out += text(minute) + "\n";
  return out;
}

std::string text(const AllWindows& windows) {
  std::string out;
  for (const WindowCounts& w : windows) {
    out += cat(" ", w.current, "/", w.previous, "/", w.yesterday);
  }
  return out;
}

std::string text(const Snapshot& snapshot) {
  std::string out = snapshot.watermark ? to_rfc3339(*snapshot.watermark) : "none";
  for (const BrandSnapshot& brand : snapshot.brands) {
    out += cat("\n", brand.name, " ", brand.mentions, " late ", brand.late, " backdated ",
               brand.backdated, text(brand.windows));
    for (const PlatformSnapshot& p : brand.platforms) {
      out += cat("\n  ", p.platform.view(), " ", p.mentions, text(p.windows));
    }
  }
  return out;
}

std::string text(const ApplyCounts& c) {
  return cat(c.applied, " repeated ", c.repeated, " late ", c.late, " backdated ", c.backdated,
             " overflow ", c.overflow);
}

// The same machine without any cleverness.
class Twin {
 public:
  Twin(std::vector<std::string> brands, Duration lateness)
      : names_(std::move(brands)),
        lateness_(lateness),
        late_(names_.size()),
        backdated_(names_.size()) {}

  ApplyCounts apply(const std::vector<Seen>& facts) {
    ApplyCounts counts;
    for (const Seen& f : facts) {
      const std::pair position(f.origin.offset, f.origin.index);
      auto& highest = positions_[{f.brand, f.origin.partition}];
      if (highest && position <= *highest) {
        ++counts.repeated;
        continue;
      }
      highest = position;
      if (f.backdated) {
        ++backdated_[f.brand];
        ++counts.backdated;
      } else if (is_closed(f.event_time)) {
        ++late_[f.brand];
        ++counts.late;
      } else {
        counted_.push_back(f);
        ++counts.applied;
      }
    }
    return counts;
  }

  void advance(EventTime watermark, std::vector<ClosedMinute>* closed) {
    if (watermark_) watermark = std::max(watermark, *watermark_);
    watermark_ = watermark;
    close([this](EventTime time) { return is_closed(time); }, closed);
  }

  void close_all(std::vector<ClosedMinute>* closed) {
    close([](EventTime) { return true; }, closed);
  }

  [[nodiscard]] Snapshot snapshot(std::uint32_t shard, std::uint32_t shards) const {
    Snapshot out{.watermark = watermark_, .brands = {}};
    for (BrandId id = 0; id < names_.size(); ++id) {
      if (id % shards == shard) out.brands.push_back(brand(id));
    }
    return out;
  }

 private:
  [[nodiscard]] bool is_closed(EventTime time) const {
    return watermark_ && minute_start(time) + minutes{1} <= *watermark_ - lateness_;
  }

  template <class Predicate>
  void close(Predicate is_over, std::vector<ClosedMinute>* closed) {
    std::map<std::tuple<EventTime, BrandId, std::string>, std::uint32_t> open;
    std::vector<Seen> rest;
    for (const Seen& f : unclosed()) {
      if (is_over(f.event_time)) {
        ++open[{minute_start(f.event_time), f.brand, std::string(f.platform.view())}];
      }
    }
    for (const auto& [key, mentions] : open) {
      const auto& [minute, brand, platform] = key;
      closed->push_back({minute, brand, ShortName(platform), mentions});
      closed_.insert(key);
    }
  }

  [[nodiscard]] std::vector<Seen> unclosed() const {
    std::vector<Seen> out;
    for (const Seen& f : counted_) {
      if (!closed_.contains(
              {minute_start(f.event_time), f.brand, std::string(f.platform.view())})) {
        out.push_back(f);
      }
    }
    return out;
  }

  [[nodiscard]] AllWindows windows(BrandId brand, const std::optional<ShortName>& on) const {
    AllWindows out{};
    if (!watermark_) return out;
    const EventTime end = minute_start(*watermark_) + minutes{1};
    const auto between = [&](EventTime from, EventTime to) {
      return static_cast<std::uint64_t>(
          std::count_if(counted_.begin(), counted_.end(), [&](const Seen& f) {
            return f.brand == brand && (!on || f.platform == *on) && f.event_time >= from &&
                   f.event_time < to;
          }));
    };
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
      const minutes length{kWindows[i].minutes};
      out[i].current = between(end - length, end);
      out[i].previous = between(end - 2 * length, end - length);
      out[i].yesterday = between(end - days{1} - length, end - days{1});
    }
    return out;
  }

  [[nodiscard]] BrandSnapshot brand(BrandId id) const {
    BrandSnapshot out;
    out.name = names_[id];
    out.late = late_[id];
    out.backdated = backdated_[id];
    out.windows = windows(id, std::nullopt);
    std::map<std::string, std::uint64_t> platforms;
    for (const Seen& f : counted_) {
      if (f.brand == id) ++platforms[std::string(f.platform.view())];
    }
    for (const auto& [platform, mentions] : platforms) {
      out.mentions += mentions;
      out.platforms.push_back({ShortName(platform), mentions, windows(id, ShortName(platform))});
    }
    return out;
  }

  std::vector<std::string> names_;
  Duration lateness_;
  std::vector<std::uint64_t> late_;
  std::vector<std::uint64_t> backdated_;
  std::vector<Seen> counted_;
  std::map<std::pair<BrandId, PartitionId>, std::optional<std::pair<std::int64_t, std::uint16_t>>>
      positions_;
  std::set<std::tuple<EventTime, BrandId, std::string>> closed_;
  std::optional<EventTime> watermark_;
};

// Facts of a few partitions, each in order of origin but not of time.
class Script {
 public:
  explicit Script(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  std::vector<Seen> batch(EventTime around) {
    static constexpr std::array<std::string_view, 4> kPlatforms{"x", "mastodon", "", "reddit"};
    const auto partition = static_cast<PartitionId>(below(3) * 7);
    std::vector<Seen> facts;
    for (int n = below(12); n > 0; --n) {
      const std::array<int, 5> spread{60, 600, 7200, 200'000, 400'000};
      const seconds away{below(spread[static_cast<std::size_t>(below(5))])};
      Seen f =
          fact(below(3) == 0 ? around + away : around - away, 0, static_cast<BrandId>(below(5)),
               kPlatforms[static_cast<std::size_t>(below(4))], partition);
      std::int64_t& offset = offsets_[partition];
      offset += below(2);  // several brands of one record share its offset
      f.origin.offset = offset;
      f.origin.index = static_cast<std::uint16_t>(below(2));
      f.backdated = below(20) == 0;
      facts.push_back(f);
    }
    return facts;
  }

 private:
  std::mt19937 random_;
  std::map<PartitionId, std::int64_t> offsets_;
};

void compare(std::uint32_t seed, Duration lateness) {
  CAPTURE(seed);
  const std::vector<std::string> brands{"Alpha", "Beta", "Gamma", "Delta", "Epsilon"};
  Aggregator aggregator(brands, {.lateness = lateness});
  Twin twin(brands, lateness);
  Script script(seed);
  std::vector<ClosedMinute> closed;
  std::vector<ClosedMinute> expected;
  std::vector<Seen> last;
  EventTime now = kNoon;
  for (int step = 0; step < 60; ++step) {
    if (step == 0 || script.below(6) != 0) last = script.batch(now);  // else: a repeat
    REQUIRE(text(fold(aggregator, last)) == text(twin.apply(last)));
    switch (script.below(8)) {
      case 0: now += seconds{script.below(90)}; break;
      case 1: now += minutes{script.below(90)}; break;
      case 2: now += hours{script.below(30)}; break;
      case 3: now += days{script.below(20) == 0 ? 900 : 0}; break;
      default: break;
    }
    const EventTime watermark = now - minutes{script.below(10)};  // at times a step back
    aggregator.advance(watermark, &closed);
    twin.advance(watermark, &expected);
    if (step % 4 != 0) continue;
    const auto shard = static_cast<std::uint32_t>(script.below(2));
    REQUIRE(text(aggregator.snapshot(shard, 2)) == text(twin.snapshot(shard, 2)));
  }
  aggregator.close_all(&closed);
  twin.close_all(&expected);
  REQUIRE(text(aggregator.snapshot(0, 1)) == text(twin.snapshot(0, 1)));
  REQUIRE(text(closed) == text(expected));
}

TEST_CASE("counts, windows and closed minutes equal those of the brute-force twin") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) compare(seed, hours{1});
}

TEST_CASE("so they do with no lateness, an odd one, and one longer than every window") {
  for (std::uint32_t seed = 100; seed < 104; ++seed) {
    compare(seed, seconds{0});
    compare(seed, seconds{95});
    compare(seed, days{4});
  }
}

TEST_CASE("an aggregator without facts knows its brands and nothing else") {
  Aggregator aggregator({"Alpha", "Beta"}, {});
  std::vector<ClosedMinute> closed;
  CHECK(text(aggregator.snapshot(0, 1)) ==
        "none\nAlpha 0 late 0 backdated 0 0/0/0 0/0/0 0/0/0 0/0/0"
        "\nBeta 0 late 0 backdated 0 0/0/0 0/0/0 0/0/0 0/0/0");
  aggregator.close_all(&closed);
  aggregator.advance(kNoon, &closed);
  CHECK(closed.empty());
  CHECK(text(aggregator.snapshot(1, 2)) ==
        "2026-11-22T12:00:00Z\nBeta 0 late 0 backdated 0 0/0/0 0/0/0 0/0/0 0/0/0");
}

TEST_CASE("the order in which partitions are read changes nothing within the lateness") {
  const std::vector<std::string> brands{"Alpha", "Beta", "Gamma", "Delta", "Epsilon"};
  Script script(7);
  std::vector<std::vector<Seen>> batches;
  for (int i = 0; i < 40; ++i) batches.push_back(script.batch(kNoon));
  std::vector<std::vector<Seen>> by_partition = batches;
  std::stable_sort(by_partition.begin(), by_partition.end(), [](const auto& a, const auto& b) {
    return (a.empty() ? 0 : a[0].origin.partition) < (b.empty() ? 0 : b[0].origin.partition);
  });
  const auto run = [&](const std::vector<std::vector<Seen>>& in) {
    Aggregator aggregator(brands, {.lateness = days{30}});
    std::vector<ClosedMinute> closed;
    for (const std::vector<Seen>& facts : in) {
      fold(aggregator, facts);
      aggregator.advance(kNoon, &closed);
    }
    aggregator.close_all(&closed);
    return text(aggregator.snapshot(0, 1)) + text(closed);
  };
  CHECK(run(batches) == run(by_partition));
}

TEST_CASE("a watermark that goes back changes nothing") {
  Aggregator aggregator({"Alpha"}, {});
  std::vector<ClosedMinute> closed;
  fold(aggregator, std::vector<Seen>{fact(kNoon, 1)});
  aggregator.advance(kNoon + hours{2}, &closed);
  CHECK(closed.size() == 1);
  const std::string before = text(aggregator.snapshot(0, 1));
  aggregator.advance(kNoon - days{1}, &closed);
  CHECK(closed.size() == 1);
  CHECK(text(aggregator.snapshot(0, 1)) == before);
}

TEST_CASE("a late fact is counted as late, once, and is in no window") {
  Aggregator aggregator({"Alpha"}, {.lateness = minutes{1}});
  aggregator.advance(kNoon, nullptr);
  const std::vector late{fact(kNoon - seconds{61}, 5), fact(kNoon - minutes{1}, 6)};
  CHECK(text(fold(aggregator, late)) == "1 repeated 0 late 1 backdated 0 overflow 0");
  CHECK(text(fold(aggregator, late)) == "0 repeated 2 late 0 backdated 0 overflow 0");
  const Snapshot snapshot = aggregator.snapshot(0, 1);
  CHECK(snapshot.brands[0].mentions == 1);
  CHECK(snapshot.brands[0].late == 1);
  CHECK(snapshot.brands[0].windows[0].current == 1);
}

TEST_CASE("a fact ahead of the watermark waits for it outside of the windows") {
  Aggregator aggregator({"Alpha"}, {});
  aggregator.advance(kNoon, nullptr);
  fold(aggregator, std::vector<Seen>{fact(kNoon + days{400}, 1)});
  CHECK(aggregator.snapshot(0, 1).brands[0].windows[3].current == 0);
  CHECK(aggregator.snapshot(0, 1).brands[0].mentions == 1);
  aggregator.advance(kNoon + days{400}, nullptr);
  CHECK(aggregator.snapshot(0, 1).brands[0].windows[0].current == 1);
}

TEST_CASE("minutes closed without a listener are not reported later") {
  Aggregator aggregator({"Alpha"}, {.lateness = seconds{0}});
  std::vector<ClosedMinute> closed;
  fold(aggregator, std::vector<Seen>{fact(kNoon, 1), fact(kNoon + minutes{3}, 2)});
  aggregator.advance(kNoon + minutes{1}, nullptr);
  aggregator.advance(kNoon + minutes{5}, &closed);
  CHECK(text(closed) == "2026-11-22T12:03:00Z 0 mastodon 1\n");
  aggregator.close_all(&closed);
  CHECK(closed.size() == 1);
}

TEST_CASE("above the bound of hours facts overflow, and room comes back as hours pass") {
  Aggregator aggregator({"Alpha"}, {.hour_blocks_max = 3});
  std::vector<Seen> facts;
  for (int i = 0; i < 5; ++i) facts.push_back(fact(kNoon + hours{i}, i));
  CHECK(text(fold(aggregator, facts)) == "3 repeated 0 late 0 backdated 0 overflow 2");
  CHECK(text(fold(aggregator, facts)) == "0 repeated 5 late 0 backdated 0 overflow 0");
  aggregator.advance(kNoon + days{3}, nullptr);
  facts = {fact(kNoon + days{3}, 6), fact(kNoon + days{3}, 7)};
  CHECK(text(fold(aggregator, facts)) == "2 repeated 0 late 0 backdated 0 overflow 0");
  const BrandSnapshot brand = aggregator.snapshot(0, 1).brands[0];
  CHECK(brand.mentions == 5);
  CHECK(brand.windows[0].current == 2);
}

TEST_CASE("platforms above the bound are counted together as other") {
  Aggregator aggregator({"Alpha"}, {});
  std::vector<Seen> facts;
  for (int i = 0; i < 50; ++i) facts.push_back(fact(kNoon, i, 0, cat("p", 10 + i)));
  for (int i = 50; i < 100; ++i) facts.push_back(fact(kNoon, i, 0, cat("p", 10 + i - 50)));
  CHECK(fold(aggregator, facts).applied == 100);
  const BrandSnapshot brand = aggregator.snapshot(0, 1).brands[0];
  REQUIRE(brand.platforms.size() == kPlatformsPerBrandMax + 1);
  CHECK(brand.platforms[0].platform.view() == "other");
  CHECK(brand.platforms[0].mentions == 100 - 2 * kPlatformsPerBrandMax);
  CHECK(brand.platforms[1].mentions == 2);
  CHECK(brand.mentions == 100);
}

TEST_CASE("growth is undefined while the other window began before counting did") {
  Aggregator aggregator({"a"}, {});
  const EventTime start{days{20'000}};
  std::vector<Seen> facts;
  for (int minute = 0; minute < 26 * 60; ++minute) {
    Seen fact;
    fact.origin.offset = minute;
    fact.event_time = start + minutes{minute};
    fact.platform = ShortName("x");
    facts.push_back(fact);
  }
  const auto at = [&](int minute) {
    fold(aggregator, std::span<const Seen>(facts).first(static_cast<std::size_t>(minute) + 1));
    aggregator.advance(start + minutes{minute}, nullptr);
    return aggregator.snapshot(0, 1).brands[0].windows;
  };
  CHECK_FALSE(growth_on_previous(at(0)[0]));
  CHECK_FALSE(growth_on_previous(at(8)[0]));
  CHECK(growth_on_previous(at(9)[0]) == 0.0);
  CHECK_FALSE(growth_on_yesterday(at(24 * 60 + 3)[0]));
  CHECK(growth_on_yesterday(at(24 * 60 + 4)[0]) == 0.0);
  CHECK_FALSE(growth_on_previous(at(25 * 60)[3]));
}

// Names by id, and the ids that are watched.
std::shared_ptr<const BrandList> list(std::vector<std::string> names,
                                      const std::vector<BrandId>& live) {
  auto out = std::make_shared<BrandList>();
  out->names = std::move(names);
  for (const BrandId id : live) out->live.push_back({.id = id});
  return out;
}

TEST_CASE("brands keep their counts while others come and go, and the order is the list's") {
  Aggregator aggregator({"Alpha", "Beta"}, {});
  std::vector<Seen> facts{fact(kNoon, 1, 0), fact(kNoon, 2, 1), fact(kNoon, 3, 1)};
  fold(aggregator, facts);
  aggregator.advance(kNoon, nullptr);
  const auto brands = [&aggregator](std::uint32_t shard, std::uint32_t shards) {
    std::string out;
    for (const BrandSnapshot& b : aggregator.snapshot(shard, shards).brands) {
      out += cat(b.place, ":", b.id, ":", b.name, "=", b.mentions, "/", b.windows[0].current, " ");
    }
    return out;
  };
  CHECK(brands(0, 1) == "0:0:Alpha=1/1 1:1:Beta=2/2 ");
  aggregator.set_brands(list({"Alpha", "Beta", "Gamma"}, {2, 1}));
  CHECK(brands(0, 1) == "0:2:Gamma=0/0 1:1:Beta=2/2 ");
  CHECK(brands(0, 2) == "0:2:Gamma=0/0 ");
  CHECK(brands(1, 2) == "1:1:Beta=2/2 ");
  // A worker that still has the rules of before.
  facts = {fact(kNoon, 4, 0), fact(kNoon, 5, 2)};
  CHECK(fold(aggregator, facts).applied == 2);
  CHECK(fold(aggregator, facts).repeated == 2);
  CHECK(brands(0, 1) == "0:2:Gamma=1/1 1:1:Beta=2/2 ");
  aggregator.set_brands(list({"Alpha", "Beta", "Gamma"}, {0, 1, 2}));
  CHECK(brands(0, 1) == "0:0:Alpha=2/2 1:1:Beta=2/2 2:2:Gamma=1/1 ");
}

TEST_CASE("growth of a brand that is new or back waits until its windows are whole") {
  Aggregator aggregator({"Alpha", "Beta"}, {});
  const auto minute = [&](int n) {
    std::vector<Seen> facts;
    for (BrandId id = 0; id < 2; ++id) facts.push_back(fact(kNoon + minutes{n}, n, id));
    fold(aggregator, facts);
    aggregator.advance(kNoon + minutes{n}, nullptr);
  };
  const auto growing = [&aggregator] {
    std::string out;
    for (const BrandSnapshot& b : aggregator.snapshot(0, 1).brands) {
      out += growth_on_previous(b.windows[0]) ? b.name + " " : "";
    }
    return out;
  };
  for (int n = 0; n < 20; ++n) minute(n);
  CHECK(growing() == "Alpha Beta ");
  aggregator.set_brands(list({"Alpha", "Beta"}, {0}));
  aggregator.set_brands(list({"Alpha", "Beta"}, {0, 1}));
  CHECK(growing() == "Alpha ");
  for (int n = 20; n < 29; ++n) minute(n);
  CHECK(growing() == "Alpha ");
  minute(29);
  CHECK(growing() == "Alpha Beta ");
}

TEST_CASE("growth is undefined when there was nothing before") {
  CHECK(growth(3, 2) == 0.5);
  CHECK(growth(0, 4) == -1.0);
  CHECK_FALSE(growth(5, 0).has_value());
}

}  // namespace
}  // namespace vigie
