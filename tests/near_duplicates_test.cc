// NearDuplicates against a search through all groups.
#include "engine/analysis/near_duplicates.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

std::string saved(const NearDuplicates& groups) {
  pb::NearDuplicates out;
  groups.save(&out);
  return out.SerializeAsString();
}

bool share_a_stretch(std::uint64_t a, std::uint64_t b) {
  for (int shift = 0; shift < 64; shift += 16) {
    if (((a ^ b) >> shift & 0xFFFF) == 0) return true;
  }
  return false;
}

// What the header says, by looking at every group.
class Oracle {
 public:
  NearDuplicates::Found add(std::uint64_t signature, EventTime time) {
    newest_ = std::max(newest_, time);
    forget();
    if (Group* group = find(signature)) {
      group->last = std::max(group->last, time);
      return {.first = false, .before = group->posts++};
    }
    if (groups_.size() == kNearDuplicateGroupsMax) {
      groups_.erase(std::ranges::min_element(groups_, {}, &Group::last));
    }
    groups_.push_back({signature, time, 1});
    return {};
  }
  // How many are left.
  std::uint32_t take_back(std::uint64_t signature) {
    forget();
    Group* group = find(signature);
    if (group == nullptr) return 0;
    if (--group->posts > 0) return group->posts;
    groups_.erase(groups_.begin() + (group - groups_.data()));
    return 0;
  }
  [[nodiscard]] std::string saved() {
    forget();
    pb::NearDuplicates out;
    for (const Group& group : groups_) {
      out.add_signature(group.signature);
      out.add_last(group.last.time_since_epoch().count());
      out.add_posts(group.posts);
    }
    if (newest_ != EventTime{}) out.set_newest(newest_.time_since_epoch().count());
    return out.SerializeAsString();
  }

 private:
  struct Group {
    std::uint64_t signature;
    EventTime last;
    std::uint32_t posts;
  };
  void forget() {
    std::erase_if(groups_, [&](const Group& group) {
      return group.last < newest_ - hours(kNearDuplicateHours);
    });
  }
  Group* find(std::uint64_t signature) {
    Group* best = nullptr;
    int bits = kSignatureBitsMax + 1;
    for (Group& group : groups_) {
      const int different = std::popcount(group.signature ^ signature);
      if (different >= bits || !share_a_stretch(group.signature, signature)) continue;
      best = &group;
      bits = different;
    }
    return best;
  }

  std::vector<Group> groups_;  // in the order in which they began
  EventTime newest_{};
};

std::uint64_t flipped(std::uint64_t signature, int bits, std::mt19937_64* random) {
  for (int i = 0; i < bits; ++i) signature ^= 1ULL << ((*random)() % 64);
  return signature == 0 ? 1 : signature;
}

TEST_CASE("an identical text, a near one and another one") {
  NearDuplicates groups;
  CHECK(groups.memory_bytes() == 0);
  CHECK(groups.take_back(0xF0F0).posts == 0);
  CHECK(groups.add(0xF0F0, kNoon).first);
  const auto same = groups.add(0xF0F0, kNoon);
  CHECK_FALSE(same.first);
  CHECK(same.before == 1);
  CHECK(groups.add(0xF0F0 ^ 0b1111, kNoon).before == 2);
  CHECK(groups.add(0xF0F0 ^ 0b11111, kNoon).first);  // five bits
  // One bit from the second one.
  CHECK(groups.add(0xF0F0 ^ 0b111111, kNoon).before == 1);
  CHECK(groups.take_back(0xF0F0 ^ 1).signature == 0xF0F0);
  CHECK(groups.take_back(0xF0F0).posts == 1);
  CHECK(groups.take_back(0xF0F0).posts == 0);
  CHECK(groups.add(0xF0F0, kNoon).first);
  // Two bits away, in other stretches; and four, one in each.
  CHECK(groups.add(0xF0F0 ^ 1ULL << 63 ^ 1ULL << 20, kNoon).before == 1);
  CHECK(groups.add(0xF0F0 ^ 0x0001'0001'0001'0001ULL, kNoon).first);
}

TEST_CASE("the next post of a group that lost its first one is the first, also after a restart") {
  NearDuplicates groups;
  groups.add(0xF0F0, kNoon);
  groups.add(0xF0F0, kNoon);
  groups.leave_vacant(groups.take_back(0xF0F0).signature);
  pb::NearDuplicates saved;
  groups.save(&saved);
  NearDuplicates loaded;
  REQUIRE(loaded.load(saved));
  for (NearDuplicates* each : {&groups, &loaded}) {
    CHECK(each->add(0xF0F0, kNoon).first);
    CHECK_FALSE(each->add(0xF0F0, kNoon).first);
  }
  saved.set_vacant(0, 1);
  CHECK_FALSE(loaded.load(saved));
}

TEST_CASE("two signatures are near as in a group") {
  CHECK(NearDuplicates::are_near(0xF0F0, 0xF0F0));
  CHECK(NearDuplicates::are_near(0xF0F0, 0xF0F0 ^ 0b1111));
  CHECK_FALSE(NearDuplicates::are_near(0xF0F0, 0xF0F0 ^ 0b11111));
  CHECK_FALSE(NearDuplicates::are_near(0xF0F0, 0xF0F0 ^ 0x0001'0001'0001'0001ULL));
}

TEST_CASE("a group is known for a day after its last post") {
  NearDuplicates groups;
  CHECK(groups.add(7, kNoon).first);
  CHECK_FALSE(groups.add(7, kNoon + hours(24)).first);
  CHECK_FALSE(groups.add(7, kNoon + hours(48)).first);
  CHECK(groups.add(7, kNoon + hours(72) + seconds(1)).first);
  // One that comes late finds it, one that comes too late begins none.
  CHECK_FALSE(groups.add(7, kNoon + hours(60)).first);
  CHECK(groups.add(~7ULL, kNoon + hours(48)).first);
  CHECK(groups.add(~7ULL, kNoon + hours(72)).first);
  CHECK_FALSE(groups.add(~7ULL, kNoon + hours(71)).first);
}

TEST_CASE("random streams, out of order, taken back, saved and loaded, against the oracle") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> texts(150);
    for (std::uint64_t& text : texts) text = random() | 1;
    // Some are near each other, and some stretches are often the same.
    for (std::size_t i = 1; i < texts.size(); i += 3) texts[i] = flipped(texts[i - 1], 6, &random);
    for (std::size_t i = 2; i < texts.size(); i += 3) {
      texts[i] = (texts[i] & ~0xFFFFULL) | (texts[0] & 0xFFFFULL);
    }
    NearDuplicates groups;
    Oracle oracle;
    EventTime now = kNoon;
    for (int i = 0; i < 4000; ++i) {
      now += seconds(random() % (seed % 2 == 0 ? 1200 : 60));
      const EventTime time = now - minutes(random() % 20 == 0 ? random() % 3000 : random() % 30);
      const int bits = static_cast<int>(random() % 7);
      const std::uint64_t signature = flipped(texts[random() % texts.size()], bits, &random);
      if (random() % 5 == 0) {
        REQUIRE(groups.take_back(signature).posts == oracle.take_back(signature));
      } else {
        const NearDuplicates::Found found = groups.add(signature, time);
        const NearDuplicates::Found expected = oracle.add(signature, time);
        REQUIRE(found.first == expected.first);
        REQUIRE(found.before == expected.before);
      }
      if (i % 100 != 0) continue;
      REQUIRE(saved(groups) == oracle.saved());
      pb::NearDuplicates message;
      groups.save(&message);
      REQUIRE(groups.load(message));
    }
  }
}

TEST_CASE("when there are too many, the group whose last post is oldest makes room") {
  std::mt19937_64 random(5);
  NearDuplicates groups;
  // Random signatures are far from each other: what is known needs no search. By signature; and the
  // oldest first, of several as old the one that began first.
  struct Group {
    EventTime last;
    std::size_t began;
    std::uint32_t posts = 1;
  };
  std::map<std::uint64_t, Group> known;
  std::map<std::pair<EventTime, std::size_t>, std::uint64_t> by_age;
  std::vector<std::uint64_t> texts;
  EventTime now = kNoon;
  for (std::size_t i = 0; i < 5 * kNearDuplicateGroupsMax; ++i) {
    now += seconds(1);
    const EventTime time = now - seconds(random() % 600);
    const std::size_t back = 1 + random() % 9000;
    const bool again = back <= texts.size() && random() % 3 == 0;
    const std::uint64_t text = again ? texts[texts.size() - back] : random();
    const auto at = known.find(text);
    if (again && random() % 3 == 0) {
      const bool last = at != known.end() && at->second.posts == 1;
      const std::uint32_t left = at != known.end() ? at->second.posts - 1 : 0;
      REQUIRE(groups.take_back(text).posts == left);
      if (at != known.end()) --at->second.posts;
      if (last) {
        by_age.erase({at->second.last, at->second.began});
        known.erase(at);
      }
      continue;
    }
    REQUIRE(groups.add(text, time).first == (at == known.end()));
    Group group{time, texts.size()};
    if (at != known.end()) {
      by_age.erase({at->second.last, at->second.began});
      group = {std::max(at->second.last, time), at->second.began, at->second.posts + 1};
    } else {
      if (known.size() == kNearDuplicateGroupsMax) {
        known.erase(by_age.begin()->second);
        by_age.erase(by_age.begin());
      }
      texts.push_back(text);
    }
    known[text] = group;
    by_age[{group.last, group.began}] = text;
    if (i % 5000 == 0) {
      pb::NearDuplicates message;
      groups.save(&message);
      REQUIRE(groups.load(message));
    }
  }
}

TEST_CASE("memory follows the groups that are known") {
  std::mt19937_64 random(6);
  NearDuplicates groups;
  for (int i = 0; i < 5; ++i) groups.add(random(), kNoon);
  MESSAGE("5 groups: ", groups.memory_bytes());
  CHECK(groups.memory_bytes() <= 1000);
  // A small brand for a year: ten posts a day.
  for (int i = 0; i < 3650; ++i) groups.add(random(), kNoon + minutes(144 * i));
  CHECK(groups.memory_bytes() <= 2000);
  EventTime now = kNoon + hours(24 * 366);
  for (int i = 0; i < 50'000; ++i) groups.add(random(), now);
  MESSAGE("as many as there may be: ", groups.memory_bytes());
  CHECK(groups.memory_bytes() <= 700'000);
  // The flood is over.
  now += hours(72);
  groups.add(random(), now);
  CHECK(groups.memory_bytes() <= 1000);
}

TEST_CASE("a flood of variants that share a stretch is the same after a restart") {
  std::mt19937_64 random(8);
  NearDuplicates groups, moved;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t signature = (random() << 16 & ~0xFFFFULL) | 0xABCD;
    const EventTime time = kNoon + seconds(i * 40);
    REQUIRE(groups.add(signature, time).first == moved.add(signature, time).first);
    if (i % 200 != 0) continue;
    pb::NearDuplicates message;
    moved.save(&message);
    NearDuplicates fresh;
    REQUIRE(fresh.load(message));
    moved = std::move(fresh);
    REQUIRE(saved(moved) == saved(groups));
  }
}

TEST_CASE("nonsense is refused and changes nothing") {
  NearDuplicates groups;
  groups.add(9, kNoon);
  const std::string before = saved(groups);
  const auto refused = [&](auto change) {
    pb::NearDuplicates message;
    groups.save(&message);
    change(&message);
    return !groups.load(message);
  };
  CHECK(refused([](auto* m) { m->add_posts(1); }));
  CHECK(refused([](auto* m) { m->add_last(1); }));
  CHECK(refused([](auto* m) { m->set_posts(0, 0); }));
  CHECK(refused([](auto* m) { m->set_signature(0, 0); }));
  CHECK(refused([](auto* m) { m->clear_newest(); }));
  CHECK(refused([](auto* m) { m->set_newest(std::numeric_limits<std::int64_t>::min()); }));
  CHECK(refused([](auto* m) { m->set_last(0, m->newest() + 1); }));
  CHECK(refused([](auto* m) { m->set_last(0, m->newest() - 90'000'000'000); }));
  CHECK(refused([](auto* m) {
    for (std::size_t i = 0; i < kNearDuplicateGroupsMax; ++i) {
      m->add_signature(i + 1);
      m->add_posts(1);
      m->add_last(m->newest());
    }
  }));
  CHECK(saved(groups) == before);
  CHECK_FALSE(refused([](auto*) {}));
}

}  // namespace
}  // namespace vigie
