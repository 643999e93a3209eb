// What the fuzzers try, each on any bytes. A target that finds something wrong ends the program:
// the fuzzer keeps the input.
#pragma once

#include <string_view>

namespace vigie::fuzz {

// Parsed, linted, compiled and matched with and without the guard on a few posts.
void try_query(std::string_view input);

// Folded and cut into words both ways, and every word traced back.
void try_fold(std::string_view input);

// Decoded by every choice of mapping, twice, and by the scalar reader.
void try_decode(std::string_view input);

}  // namespace vigie::fuzz
