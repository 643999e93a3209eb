// How many different things were seen, in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

namespace pb {
class HyperLogLog;
}

// HyperLogLog (Flajolet et al., AofA 2007) with 2^kPrecision registers, a sorted list of hashes as
// long as they are few (exact), and the estimator of Ertl (2017), which needs no correction by
// table. Standard error beyond the exact range: 1.04 / sqrt(2^kPrecision). One thread.
class HyperLogLog {
 public:
  static constexpr int kPrecision = 11;          // 2.3 %
  static constexpr std::size_t kExactMax = 128;  // so many are counted exactly
  // Relative, one standard deviation.
  static constexpr double kStandardError = 0.02298;

  // REQUIRES: hashes are uniform (a keyed hash of the thing).
  void add(std::uint64_t hash);
  // As if everything of the other had been added too.
  void merge(const HyperLogLog& other);
  // Asks for what add() will look at.
  void prefetch(std::uint64_t hash) const;
  [[nodiscard]] double estimate() const;

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::HyperLogLog* out) const;
  [[nodiscard]] bool load(const pb::HyperLogLog& in);

 private:
  static constexpr std::size_t kRegisters = std::size_t{1} << kPrecision;

  [[nodiscard]] bool is_exact() const { return words_.size() <= kExactMax; }
  // REQUIRES: it is not exact.
  [[nodiscard]] std::span<std::uint8_t> registers();
  [[nodiscard]] std::span<const std::uint8_t> registers() const;
  void use_registers();

  // The hashes, sorted, while they are few; then the registers, eight in a word. There are dozens
  // of mostly empty sketches of a brand.
  std::vector<std::uint64_t> words_;
  static_assert(kRegisters / sizeof(std::uint64_t) > kExactMax);
};

}  // namespace vigie
