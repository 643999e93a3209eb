// Codes of languages and countries, as queries and posts write them, in one form.
#pragma once

#include <optional>
#include <string_view>

namespace vigie {

// The two-letter code of ISO 639-1, or the three-letter one of a language that has none: fr of
// "fra", "fre", "FR", "fr-CA" and "fr_FR"; gsw of "gsw". What lies behind the first '-' or '_' is
// not looked at. Withdrawn codes become what replaced them: in, iw and ji are id, he and yi.
// Nothing where it is no language, "und" and "mul" among them. The view is of a literal.
[[nodiscard]] std::optional<std::string_view> language_code(std::string_view text);

// The two-letter code of ISO 3166-1, lower case: fr of "FR" and "fra", and of what people write
// for it: gb of "UK", gr of "EL". Kosovo is xk. The view is of a literal.
[[nodiscard]] std::optional<std::string_view> country_code(std::string_view text);

}  // namespace vigie
