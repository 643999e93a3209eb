// The values of other people's JSON, as the fields of a mention want them: the closed list of
// converters of connectors/MAPPINGS.md. Pure functions of their arguments.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/decode_values.h"  // Got
#include "connectors/simple_regex.h"
#include "engine/base/arena.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/mention.h"

namespace re2 {
class RE2;
}

namespace vigie::mapping {

// What an expression yields. Of a string its meaning, unescaped; of a number or boolean its bytes;
// of an object or array its JSON.
struct Value {
  enum class Type : std::uint8_t { absent, string, number, boolean, json };
  Type type = Type::absent;
  std::string_view text;

  [[nodiscard]] bool is_absent() const { return type == Type::absent; }
};

// Where converters put what they make, and count what they mend. Everything outlives the values.
struct ConvertContext {
  Arena* arena = nullptr;
  RepairCounts* repairs = nullptr;
};

// One converter with its argument.
struct Conversion {
  enum class Kind : std::uint8_t {
    id,              // a string, or an integer's digits
    str,             // any scalar as text
    integer,         // "int": an integer, also in a string or as 12.0
    number,          // "float": a number, also in a string, with "," or "." before its fraction
    boolean,         // "bool": true, "true", "yes", 1, and their opposites
    lower,           // lower case (ASCII)
    time,            // any time that to_time() reads, as RFC 3339
    html_text,       // HTML to text
    text_entities,   // &amp; &lt; ... decoded once; no tags
    lang,            // a language, or the first of a list of them
    country,         // ISO 3166: two letters in upper case, from two or three letters
    star_enum,       // ONE to FIVE, or "4 stars", as a number
    snowflake,       // an id of X since November 2010: when it was given out, as RFC 3339
    instagram_code,  // the code in an Instagram address: when it was uploaded, as RFC 3339
    fingerprint,     // 32 hexadecimal digits that tell these very bytes: an id for what has none
    strip_prefix,    // without `argument` before it, if it is there
    regex,           // the one group of `pattern`; nothing where it does not match
    words,           // `words`: what stands for what; nothing for all others, unless `otherwise`
  };
  Kind kind = Kind::str;
  std::string argument;                                    // strip_prefix
  std::shared_ptr<const re2::RE2> pattern;                 // regex
  std::optional<SimpleRegex> simple;                       // the same, where it is such
  std::vector<std::pair<std::string, std::string>> words;  // words
  std::optional<std::string> otherwise;                    // words
};

// As mappings write it: "int".
[[nodiscard]] std::string_view to_text(Conversion::Kind kind);

// Replaces the value with what the converter makes of it; absent where that is nothing. What is
// there but no such thing is counted as a dropped value; what a regex does not match, `words` do
// not name, an empty text, or a code such as "und", is not.
void convert(const Conversion& conversion, const ConvertContext& context, Value* value);

// --- HTML ----------------------------------------------------------------------------------------

// The text that a reader sees: tags left out, <br> and the ends of blocks as line breaks, character
// references decoded once (so "&amp;lt;" is "&lt;"), what browsers hide left out (script, style,
// spans of class "invisible"), "…" behind spans of class "ellipsis", pictures as their `alt`, white
// space as it stands except at both ends and around line breaks. A "<" that begins no tag is text.
// Never longer than `html`. `to` has room for html.size() bytes; the text is there or within
// `html`. Linear in html.size().
[[nodiscard]] std::string_view html_to_text(std::string_view html, char* to);

// Character references decoded once; nothing else is touched: names without ";" are references only
// where no letter, digit or "=" follows, so links keep their "&copy=". `to` as above.
[[nodiscard]] std::string_view decode_entities(std::string_view text, char* to);

// --- Fields --------------------------------------------------------------------------------------
// Each sets *to and says how that went, as ValueReader does for mention/1; but takes what platforms
// write: numbers and booleans in strings, times of every form. `absent` is null, and so is an empty
// text, but for to_string; a wrong type is what JSON could not mean, such as an object.

Got to_id(const Value& value, std::string_view* to);
Got to_string(const Value& value, std::string_view* to);
Got to_platform(const Value& value, const ConvertContext& context, std::string_view* to);
Got to_kind(const Value& value, Kind* to);
// "fr-FR", "fra", "FR" are fr; of a list the first that is one. Null where it says that there is no
// language, or several: und, zxx, mul, mis, art and what is for private use (X's qht, qme...).
Got to_lang(const Value& value, const ConvertContext& context, std::string_view* to);
// Two letters in upper case; of names, such as "France", nothing.
Got to_country(const Value& value, std::string_view* to);
// An integer of 63 bits, also written as 12.0 or in a string, but without "," between its digits.
Got to_count(const Value& value, Count* to);
Got to_number(const Value& value, std::optional<double>* to);
Got to_flag(const Value& value, std::optional<bool>* to);
// RFC 3339 with 0 to 9 digits of fraction, also without an offset (UTC) or with "+0000"; RFC 822
// ("Tue, 10 Mar 2018 14:03:15 GMT"); "Sat Mar 10 14:03:15 +0000 2018"; "2018-03-10" (midnight);
// seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude, as an
// integer, a decimal fraction (exact to the microsecond) or either of them in a string. `false` is
// null: so platforms say that a post was never edited.
Got to_time(const Value& value, std::optional<EventTime>* to);

}  // namespace vigie::mapping
