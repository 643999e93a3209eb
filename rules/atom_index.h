// Which of many literals a text holds anywhere, be it inside of a word. Of each literal a window of
// three or four bytes is chosen whose letters are rare; a first pass over the text asks a small
// table about the window at every byte, and only what passes is compared with literals.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::rules {

inline constexpr std::size_t kAtomBytesMin = 3;

// Immutable once built; any number of threads.
class AtomIndex {
 public:
  // REQUIRES: no two are equal, none is shorter than kAtomBytesMin.
  static AtomIndex build(std::span<const std::string> atoms);

  // How the text is scanned: a byte at a time, with AVX2, or with AVX-512, which pays where there
  // are few atoms.
  enum class Way : std::uint8_t { scalar, avx2, avx512 };
  // Those that this processor has, the fastest first.
  [[nodiscard]] static std::vector<Way> ways();

  // An atom, as its place among those given to build(), and the byte of the text where it begins.
  struct Found {
    std::uint32_t atom = 0;
    std::uint32_t begin = 0;
  };
  // Replaces *found with the atoms that occur, in no order. Of one that occurs more than twice some
  // may be left out, but neither the first nor the last.
  void find(std::string_view text, std::vector<Found>* found) const;
  // The same in a way that the processor has: for tests.
  void find_by(Way way, std::string_view text, std::vector<Found>* found) const;

  [[nodiscard]] bool empty() const { return short_.entries.empty() && long_.entries.empty(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Entry {
    std::uint32_t key = 0;     // the bytes of the window
    std::uint32_t before = 0;  // bytes of the atom before it
    std::uint32_t text = 0;    // offset in the pool
    std::uint32_t bytes = 0;
    std::uint32_t atom = 0;
  };
  // The atoms whose windows have the same number of bytes.
  struct Windows {
    explicit Windows(std::size_t window_bytes) : bytes(window_bytes) {}

    std::size_t bytes;
    std::vector<std::uint8_t> passes;          // by hash: 1 where some window has it
    std::vector<Entry> entries;                // by bucket
    std::vector<std::uint32_t> first_entries;  // by bucket, and one behind the last
    unsigned hash_shift = 0;
    unsigned bucket_shift = 0;
    // The same in two tables of 1,024 bits, which stay in registers: a window passes if it is in
    // both. Filled where `few` windows leave them mostly empty.
    bool few = false;
    std::array<std::uint8_t, 128> first_bits{};
    std::array<std::uint8_t, 128> second_bits{};

    [[nodiscard]] std::uint32_t hash(std::uint32_t key) const;
    [[nodiscard]] std::uint32_t bucket(std::uint32_t key) const;
    [[nodiscard]] std::uint32_t key_at(const char* at) const;
    void arrange();
    // Appends to `passed`, as an array, the places among `count` of which the window passes.
    std::size_t filter(const char* text, std::size_t count, std::uint32_t* passed) const;
    std::size_t keep_passing(const char* text, std::size_t count, std::uint32_t* places) const;
    std::size_t filter_avx2(const char* text, std::size_t count, std::uint32_t* passed) const;
    std::size_t filter_avx512(const char* text, std::size_t count, std::uint32_t* passed) const;
  };

  template <class Filter>
  void scan(const Windows& windows, std::string_view text, Filter filter,
            std::vector<Found>* found) const;
  void compare(const Windows& windows, std::string_view text, std::size_t at,
               std::vector<Found>* found) const;

  std::string pool_;
  Windows short_{3};  // of the atoms of three bytes
  Windows long_{4};   // of the others
};

}  // namespace vigie::rules
