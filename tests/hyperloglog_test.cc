// HyperLogLog against sets that count exactly.
#include "engine/analysis/hyperloglog.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

std::string saved(const HyperLogLog& sketch) {
  pb::HyperLogLog out;
  sketch.save(&out);
  return out.SerializeAsString();
}

TEST_CASE("an empty HyperLogLog has seen nothing") {
  const HyperLogLog sketch;
  CHECK(sketch.empty());
  CHECK(sketch.estimate() == 0);
  CHECK(sketch.memory_bytes() == 0);
}

TEST_CASE("few things are counted exactly, whatever comes again") {
  std::mt19937_64 random(1);
  HyperLogLog sketch;
  std::set<std::uint64_t> exact;
  while (exact.size() < HyperLogLog::kExactMax) {
    const std::uint64_t hash = random();
    for (int again = 0; again < 3; ++again) sketch.add(hash);
    exact.insert(hash);
    REQUIRE(sketch.estimate() == static_cast<double>(exact.size()));
  }
  CHECK(sketch.memory_bytes() <= 8 * HyperLogLog::kExactMax);
  sketch.add(random());
  CHECK(sketch.memory_bytes() == 1 << HyperLogLog::kPrecision);
}

// Mean and standard deviation of (estimate - exact) / exact, over many streams, after so many
// different things each.
struct Errors {
  double mean = 0;
  double deviation = 0;
};

std::vector<Errors> errors_at(const std::vector<std::uint64_t>& counts, int streams) {
  std::vector<double> sums(counts.size());
  std::vector<double> squares(counts.size());
  for (int stream = 0; stream < streams; ++stream) {
    std::mt19937_64 random(static_cast<std::uint64_t>(stream) + 1000);
    HyperLogLog sketch;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      // Two 64-bit numbers of a stream are equal by chance in 10^-7 of the streams.
      for (; seen < counts[i]; ++seen) sketch.add(random());
      const double exact = static_cast<double>(counts[i]);
      const double error = (sketch.estimate() - exact) / exact;
      sums[i] += error;
      squares[i] += error * error;
    }
  }
  std::vector<Errors> errors;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double mean = sums[i] / streams;
    errors.push_back({mean, std::sqrt(squares[i] / streams - mean * mean)});
  }
  return errors;
}

TEST_CASE("errors over many streams stay within what the header says") {
  const std::vector<std::uint64_t> counts{1,    50,   128,  129,  200,  500,   1000,
                                          2000, 3000, 4000, 5000, 8000, 20'000};
  constexpr int kStreams = 200;
  const std::vector<Errors> errors = errors_at(counts, kStreams);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    CAPTURE(counts[i]);
    MESSAGE(counts[i], " things: mean error ", 100 * errors[i].mean, " %, standard deviation ",
            100 * errors[i].deviation, " %");
    // The mean of so many streams lies within 4 of its own standard deviations of 0, and their
    // deviation is known to some 5 %.
    CHECK(std::abs(errors[i].mean) < 4 * HyperLogLog::kStandardError / std::sqrt(kStreams));
    CHECK(errors[i].deviation < 1.15 * HyperLogLog::kStandardError);
  }
}

TEST_CASE("a million things are counted as well") {
  constexpr int kStreams = 5;
  for (const Errors& errors : errors_at({100'000, 1'000'000}, kStreams)) {
    MESSAGE("mean error ", 100 * errors.mean, " %");
    CHECK(std::abs(errors.mean) < 4 * HyperLogLog::kStandardError / std::sqrt(kStreams));
  }
}

TEST_CASE("real sets: estimates against exact counts of what repeats") {
  std::mt19937_64 random(7);
  HyperLogLog sketch;
  std::set<std::uint64_t> exact;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t hash = std::mt19937_64(random() % 5000)();
    sketch.add(hash);
    exact.insert(hash);
  }
  CHECK(sketch.estimate() == doctest::Approx(static_cast<double>(exact.size())).epsilon(0.1));
}

TEST_CASE("a merge is what adding everything to one would be") {
  for (const std::size_t left : {0, 5, 100, 128, 129, 3000}) {
    for (const std::size_t right : {0, 5, 100, 128, 129, 3000}) {
      CAPTURE(left);
      CAPTURE(right);
      std::mt19937_64 random(left * 10'000 + right);
      HyperLogLog a, b, both;
      for (std::size_t i = 0; i < left; ++i) {
        const std::uint64_t hash = random();
        a.add(hash);
        both.add(hash);
        if (i % 3 == 0) b.add(hash);  // they have a third in common
      }
      for (std::size_t i = 0; i < right; ++i) {
        const std::uint64_t hash = random();
        b.add(hash);
        both.add(hash);
      }
      HyperLogLog turned = b;
      turned.merge(a);
      a.merge(b);
      CHECK(saved(a) == saved(both));
      CHECK(saved(turned) == saved(both));
      a.merge(a);
      CHECK(saved(a) == saved(both));
    }
  }
}

TEST_CASE("the order in which things come does not matter") {
  std::mt19937_64 random(3);
  std::vector<std::uint64_t> hashes(400);
  for (std::uint64_t& hash : hashes) hash = random();
  HyperLogLog forward, backward;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    forward.add(hashes[i]);
    backward.add(hashes[hashes.size() - 1 - i]);
    if (i > hashes.size() / 2) forward.add(hashes[i / 2]);
  }
  CHECK(saved(forward) == saved(backward));
}

TEST_CASE("saved and loaded it is the same") {
  for (const std::size_t count : {0, 1, 128, 129, 5000}) {
    std::mt19937_64 random(count);
    HyperLogLog sketch, loaded;
    for (std::size_t i = 0; i < count; ++i) sketch.add(random());
    pb::HyperLogLog message;
    sketch.save(&message);
    loaded.add(1);
    REQUIRE(loaded.load(message));
    CHECK(saved(loaded) == saved(sketch));
    CHECK(loaded.estimate() == sketch.estimate());
    CHECK(loaded.empty() == sketch.empty());
  }
}

TEST_CASE("nonsense is refused and changes nothing") {
  HyperLogLog sketch;
  sketch.add(42);
  const std::string before = saved(sketch);
  pb::HyperLogLog good, bad;
  HyperLogLog dense;
  for (std::uint64_t i = 1; i < 500; ++i) dense.add(i * 0x9E3779B97F4A7C15ULL);
  dense.save(&good);
  bad = good;
  bad.mutable_registers()->pop_back();
  CHECK_FALSE(sketch.load(bad));
  bad = good;
  (*bad.mutable_registers())[5] = 55;
  CHECK_FALSE(sketch.load(bad));
  bad = good;
  bad.add_hash(1);
  CHECK_FALSE(sketch.load(bad));
  bad.Clear();
  bad.add_hash(2);
  bad.add_hash(2);
  CHECK_FALSE(sketch.load(bad));
  bad.Clear();
  for (std::uint64_t i = 0; i <= HyperLogLog::kExactMax; ++i) bad.add_hash(i);
  CHECK_FALSE(sketch.load(bad));
  CHECK(saved(sketch) == before);
}

}  // namespace
}  // namespace vigie
