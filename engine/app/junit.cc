#include "engine/app/junit.h"

#include <algorithm>
#include <cstddef>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The character at the start of a text: its bytes, and whether XML 1.0 takes it.
struct Character {
  std::size_t bytes = 1;
  bool allowed = false;
};

Character character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, lead >= 0x20 || lead == '\t' || lead == '\n' || lead == '\r'};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool too_high = lead == 0xF4 && byte(1) >= 0x90;
  const bool not_a_character = lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;
  return {bytes, !overlong && !surrogate && !too_high && !not_a_character};
}

// An attribute with its value. White space is written as references: a parser would make spaces of
// it.
void append_attribute(std::string_view name, std::string_view value, std::string* out) {
  out->append(cat(' ', name, "=\""));
  for (std::size_t at = 0; at < value.size();) {
    const Character character = character_at(value.substr(at));
    switch (value[at]) {
      case '&': out->append("&amp;"); break;
      case '<': out->append("&lt;"); break;
      case '>': out->append("&gt;"); break;
      case '"': out->append("&quot;"); break;
      case '\t': out->append("&#9;"); break;
      case '\n': out->append("&#10;"); break;
      case '\r': out->append("&#13;"); break;
      default: out->append(character.allowed ? value.substr(at, character.bytes) : kReplacement);
    }
    at += character.bytes;
  }
  out->push_back('"');
}

bool failed(const TestResult& result) { return !result.failure.empty(); }

void append_result(const TestResult& result, std::string* out) {
  out->append("    <testcase");
  append_attribute("classname", result.suite, out);
  append_attribute("name", result.name, out);
  append_attribute("file", result.place, out);
  if (!failed(result)) {
    out->append("/>\n");
    return;
  }
  out->append(">\n      <failure");
  append_attribute("message", cat(result.place, ": ", result.failure), out);
  out->append("/>\n    </testcase>\n");
}

}  // namespace

std::string junit_xml(const std::vector<TestResult>& results) {
  const auto counts = [](auto first, auto last) {
    return cat(" tests=\"", last - first, "\" failures=\"", std::count_if(first, last, failed),
               '"');
  };
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vigie\"";
  out += counts(results.begin(), results.end()) + ">\n";
  for (auto first = results.begin(); first != results.end();) {
    const auto last = std::find_if(
        first, results.end(), [&](const TestResult& one) { return one.suite != first->suite; });
    out += "  <testsuite";
    append_attribute("name", first->suite, &out);
    out += counts(first, last) + ">\n";
    for (; first != last; ++first) append_result(*first, &out);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace vigie
