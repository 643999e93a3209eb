// Parts of texts and of JSON that a mapping asks for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::mapping {

// Whether an array has a scalar that is one of the words; of strings what they mean counts, of
// others the bytes. Looks at the first kArrayBytesMax.
// REQUIRES: valid JSON.
inline constexpr std::size_t kArrayBytesMax = 64UL << 10;
[[nodiscard]] bool array_holds(std::string_view array, const std::vector<std::string>& words);

// The part of a UTF-8 text between two offsets, in bytes or in code points. Nothing when they lie
// outside of it or within a character.
[[nodiscard]] std::optional<std::string_view> bytes_between(std::string_view text, std::size_t from,
                                                            std::size_t to);
[[nodiscard]] std::optional<std::string_view> code_points_between(std::string_view text,
                                                                  std::size_t from, std::size_t to);

}  // namespace vigie::mapping
