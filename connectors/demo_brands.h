// The brands of the demo. All of them are made up, and so is everything said about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

enum class DemoSector : std::uint8_t { telecom, bank, dairy };
inline constexpr std::size_t kDemoSectors = 3;

// What to watch for, in the words of the configuration, and what the posts speak of.
struct DemoBrand {
  std::string name;
  std::vector<std::string> names;
  std::vector<std::string> hashtags;
  std::vector<std::string> handles;
  std::vector<std::string> exclude;
  DemoSector sector = DemoSector::telecom;
  std::vector<std::string> products;
};

// Nine: a telecom, a bank and a dairy, each followed by its two competitors.
[[nodiscard]] const std::vector<DemoBrand>& demo_brands();
inline constexpr std::size_t kDemoBrands = 9;
inline constexpr std::size_t kDemoTelecom = 0;  // the brand of the campaign
inline constexpr std::size_t kDemoDairy = 6;    // the brand of the crisis

// "telecom", "bank", "dairy".
[[nodiscard]] std::string_view to_text(DemoSector sector);
// The site of a brand: its account's name under .example.
[[nodiscard]] std::string demo_site(const DemoBrand& brand);

// What happens in the demo, in one line for people.
[[nodiscard]] std::string_view demo_story();

}  // namespace vigie
