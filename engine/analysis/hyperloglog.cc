#include "engine/analysis/hyperloglog.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <string>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

constexpr std::size_t kRegisters = std::size_t{1} << HyperLogLog::kPrecision;
// Bits of a hash that do not choose the register, and the highest value of one.
constexpr int kRankBits = 64 - HyperLogLog::kPrecision;
constexpr int kRankMax = kRankBits + 1;

void add_to(std::uint64_t hash, std::vector<std::uint8_t>* registers) {
  const std::size_t place = hash >> kRankBits;
  // The first bit that is set, from 1 on; a bit behind the last one bounds it.
  const std::uint64_t rest = hash << HyperLogLog::kPrecision | 1ULL
                                                                   << (HyperLogLog::kPrecision - 1);
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  std::uint8_t& one = (*registers)[place];
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

void HyperLogLog::add(std::uint64_t hash) {
  if (!registers_.empty()) return add_to(hash, &registers_);
  const auto at = std::ranges::lower_bound(hashes_, hash);
  if (at != hashes_.end() && *at == hash) return;
  if (hashes_.size() < kExactMax) {
    hashes_.insert(at, hash);
  } else {
    use_registers();
    add_to(hash, &registers_);
  }
}

void HyperLogLog::use_registers() {
  registers_.assign(kRegisters, 0);
  for (const std::uint64_t hash : hashes_) add_to(hash, &registers_);
  hashes_ = std::vector<std::uint64_t>();
}

void HyperLogLog::merge(const HyperLogLog& other) {
  if (other.registers_.empty()) {
    // By index: `other` may be this one.
    for (std::size_t i = 0; i < other.hashes_.size(); ++i) add(other.hashes_[i]);
    return;
  }
  if (registers_.empty()) use_registers();
  for (std::size_t i = 0; i < kRegisters; ++i) {
    registers_[i] = std::max(registers_[i], other.registers_[i]);
  }
}

double HyperLogLog::estimate() const {
  if (registers_.empty()) return static_cast<double>(hashes_.size());
  std::array<std::uint32_t, kRankMax + 1> of_rank{};
  for (const std::uint8_t rank : registers_) ++of_rank[rank];
  constexpr double kAll = kRegisters;
  double z = kAll * tau(1 - of_rank[kRankMax] / kAll);
  for (int rank = kRankBits; rank >= 1; --rank) z = (z + of_rank[rank]) / 2;
  z += kAll * sigma(of_rank[0] / kAll);
  return kAll * kAll / (2 * std::numbers::ln2 * z);
}

bool HyperLogLog::empty() const { return hashes_.empty() && registers_.empty(); }

std::size_t HyperLogLog::memory_bytes() const {
  return hashes_.capacity() * sizeof(std::uint64_t) + registers_.capacity();
}

void HyperLogLog::save(pb::HyperLogLog* out) const {
  out->Clear();
  out->mutable_hash()->Add(hashes_.begin(), hashes_.end());
  out->set_registers(registers_.data(), registers_.size());
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
  hashes_.assign(hashes.begin(), hashes.end());
  registers_.assign(registers.begin(), registers.end());
  return true;
}

}  // namespace vigie
