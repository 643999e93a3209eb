// Amounts of bytes, as people write them.
#include "engine/base/byte_count.h"

#include <doctest/doctest.h>

#include <string_view>

namespace vigie {
namespace {

TEST_CASE("an amount of bytes is a number and a unit of powers of 1024") {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
    std::string_view shown;
  };
  for (const Case& c : {Case{"64MB", 64UL << 20, "64MB"}, Case{"64MiB", 64UL << 20, "64MB"},
                        Case{"2048KB", 2UL << 20, "2MB"}, Case{"1536KiB", 1536UL << 10, "1536KB"},
                        Case{"3GB", 3UL << 30, "3GB"}, Case{"17B", 17, "17B"}, Case{"0MB", 0, "0B"},
                        Case{"8589934592GB", 1UL << 63, "8589934592GB"}}) {
    CAPTURE(c.text);
    REQUIRE(parse_byte_count(c.text));
    CHECK(parse_byte_count(c.text)->bytes == c.bytes);
    CHECK(to_text(*parse_byte_count(c.text)) == c.shown);
  }
}

TEST_CASE("anything else is no amount of bytes") {
  for (const std::string_view text :
       {"", "64", "MB", "64 MB", "64mb", "-1MB", "+1MB", "1.5GB", "1TB", "64MB ", " 64MB",
        "8589934593GB", "99999999999999999999B"}) {
    CAPTURE(text);
    CHECK(!parse_byte_count(text));
  }
}

}  // namespace
}  // namespace vigie
