// A signature of a text: texts with nearly the same words have signatures that differ in few bits.
#pragma once

#include <cstdint>
#include <span>

namespace vigie {

// Simhash (Charikar, STOC 2002) of the hashes of all words of a text, in any order; a word counts
// as often as it occurs. Each bit is the one that most words have, 0 where as many have either.
// One word more or less among n changes 25 / sqrt(n) of the 64 bits on average (measured: 5.7 among
// 20, 3.2 among 60), one that is replaced 1.4 times as many; the order of words changes nothing.
// Links and handles are better left out: copies of a text often differ in nothing else.
// 0 when there are less than kSignatureWordsMin words, and only then.
// REQUIRES: the hashes are uniform (a keyed hash of the word); less than 2^32 of them.
[[nodiscard]] std::uint64_t simhash(std::span<const std::uint64_t> word_hashes);

}  // namespace vigie
