#include "engine/analysis/hyperloglog.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

// Bits of a hash that do not choose the register, and the highest value of one.
constexpr int kRankBits = 64 - HyperLogLog::kPrecision;
constexpr int kRankMax = kRankBits + 1;

void add_to(std::uint64_t hash, std::span<std::uint8_t> registers) {
  const std::size_t place = hash >> kRankBits;
  // The first bit that is set, from 1 on; a bit behind the last one bounds it.
  const std::uint64_t rest = hash << HyperLogLog::kPrecision | 1ULL
                                                                   << (HyperLogLog::kPrecision - 1);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  std::uint8_t& one = registers[place];
  one = std::max(one, rank);
}

// Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6: the
// sums of two series that stand for the registers that are empty, and for those that are full.
double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double factor = 1;
  double sum = x;
  for (double before = -1; sum != before;) {
    x *= x;
    before = sum;
    sum += x * factor;
    factor += factor;
  }
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double factor = 1;
  double sum = 1 - x;
  for (double before = -1; sum != before;) {
    x = std::sqrt(x);
    before = sum;
    factor /= 2;
    sum -= (1 - x) * (1 - x) * factor;
  }
  return sum / 3;
}

}  // namespace

// Words may be looked at as bytes.
std::span<std::uint8_t> HyperLogLog::registers() {
  return {reinterpret_cast<std::uint8_t*>(words_.data()), kRegisters};
}
std::span<const std::uint8_t> HyperLogLog::registers() const {
  return {reinterpret_cast<const std::uint8_t*>(words_.data()), kRegisters};
}

void HyperLogLog::prefetch(std::uint64_t hash) const {
  if (!is_exact()) __builtin_prefetch(&registers()[hash >> kRankBits]);
}

void HyperLogLog::add(std::uint64_t hash) {
  if (!is_exact()) return add_to(hash, registers());
  const auto at = std::ranges::lower_bound(words_, hash);
  if (at != words_.end() && *at == hash) return;
  if (words_.size() < kExactMax) {
    const auto place = at - words_.begin();
    if (words_.size() == words_.capacity()) {
      words_.reserve(std::min(kExactMax, words_.size() + words_.size() / 4 + 1));
    }
    words_.insert(words_.begin() + place, hash);
  } else {
    use_registers();
    add_to(hash, registers());
  }
}

void HyperLogLog::use_registers() {
  const std::vector<std::uint64_t> hashes =
      std::exchange(words_, std::vector<std::uint64_t>(kRegisters / sizeof(std::uint64_t)));
  for (const std::uint64_t hash : hashes) add_to(hash, registers());
}

void HyperLogLog::merge(const HyperLogLog& other) {
  if (other.is_exact()) {
    // By index: `other` may be this one.
    for (std::size_t i = 0; i < other.words_.size(); ++i) add(other.words_[i]);
    return;
  }
  if (is_exact()) use_registers();
  const std::span<std::uint8_t> mine = registers();
  const std::span<const std::uint8_t> theirs = other.registers();
  for (std::size_t i = 0; i < kRegisters; ++i) mine[i] = std::max(mine[i], theirs[i]);
}

double HyperLogLog::estimate() const {
  if (is_exact()) return static_cast<double>(words_.size());
  std::array<std::uint32_t, kRankMax + 1> of_rank{};
  for (const std::uint8_t rank : registers()) ++of_rank[rank];
  constexpr double kAll = kRegisters;
  double z = kAll * tau(1 - of_rank[kRankMax] / kAll);
  for (int rank = kRankBits; rank >= 1; --rank) z = (z + of_rank[rank]) / 2;
  z += kAll * sigma(of_rank[0] / kAll);
  return kAll * kAll / (2 * std::numbers::ln2 * z);
}

bool HyperLogLog::empty() const { return words_.empty(); }

std::size_t HyperLogLog::memory_bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

void HyperLogLog::save(pb::HyperLogLog* out) const {
  out->Clear();
  if (is_exact()) {
    out->mutable_hash()->Add(words_.begin(), words_.end());
  } else {
    out->set_registers(registers().data(), kRegisters);
  }
}

bool HyperLogLog::load(const pb::HyperLogLog& in) {
  const auto& hashes = in.hash();
  const std::string& registers = in.registers();
  const auto not_rising = [](std::uint64_t a, std::uint64_t b) { return a >= b; };
  if (static_cast<std::size_t>(hashes.size()) > kExactMax ||
      std::ranges::adjacent_find(hashes, not_rising) != hashes.end()) {
    return false;
  }
  if (!registers.empty() && (registers.size() != kRegisters || !hashes.empty())) return false;
  const auto too_high = [](char c) { return static_cast<std::uint8_t>(c) > kRankMax; };
  if (std::ranges::any_of(registers, too_high)) return false;
  words_ = std::vector<std::uint64_t>(hashes.begin(), hashes.end());
  if (registers.empty()) return true;
  words_.assign(kRegisters / sizeof(std::uint64_t), 0);
  std::ranges::transform(registers, this->registers().begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

}  // namespace vigie
