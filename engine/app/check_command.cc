// `vigie check`: is the configuration good, what does it say, and what does it cost?
#include <cstdio>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "engine/analysis/memory_bound.h"
#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/base/text.h"
#include "rules/rules.h"

namespace vigie {
namespace {

constexpr std::size_t kNameColumns = 40;
constexpr std::size_t kGuardColumns = 60;

std::string with_digits(double value, int digits) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
  return end.ec == std::errc{} ? std::string(text, end.ptr) : std::string("?");
}

// The most expensive first.
void print_costs(const rules::RuleSet& rules) {
  const std::vector<std::string>& names = rules::brand_names(rules);
  const std::vector<rules::CostEstimate> costs = rules::estimate_costs(rules);
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t i) { return costs[i].nanoseconds; });
  std::vector<std::vector<std::string>> rows{{"brand", "ns a post", "woken in 1000", "guard"}};
  for (const std::size_t i : order) {
    rows.push_back({one_line(names[i], kNameColumns), with_digits(costs[i].nanoseconds, 1),
                    with_digits(costs[i].woken_per_1000, 1),
                    one_line(costs[i].guard, kGuardColumns)});
  }
  std::fputs(table(rows, "<>><").c_str(), stdout);
}

// "64 MB"
std::string megabytes(std::uint64_t bytes) { return cat((bytes + (1UL << 20) - 1) >> 20, " MB"); }

void print_memory(std::uint64_t brands, std::uint64_t shards) {
  const MemoryBound bound = memory_bound(brands, shards);
  std::vector<std::vector<std::string>> rows{{"state at most", "a brand", "all brands"}};
  for (const MemoryBound::Part& part : bound.parts) {
    rows.push_back({std::string(part.name), megabytes(part.of_one), megabytes(part.of_all)});
  }
  rows.push_back({"together", megabytes(bound.of_one), megabytes(bound.of_all)});
  std::fputs(table(rows, "<>>").c_str(), stdout);
}

}  // namespace

Exit check_command(const CheckArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  const auto& settings = configuration->settings;
  if (arguments.print) {
    std::fputs(print_settings(settings).c_str(), stdout);
  } else if (arguments.costs) {
    print_costs(*configuration->rules);
  } else if (arguments.memory) {
    print_memory(settings.brands.size(), settings.engine.shards);
  } else {
    std::printf("%s: ok: %s, %s, %zu KiB of compiled rules\n", arguments.config.c_str(),
                count_of(settings.brands.size(), "brand").c_str(),
                count_of(settings.sources.size(), "source").c_str(),
                rules::memory_bytes(*configuration->rules) / 1024);
    const MemoryBound bound = memory_bound(settings.brands.size(), settings.engine.shards);
    std::printf("state: at most %s a brand, %s for all\n", megabytes(bound.of_one).c_str(),
                megabytes(bound.of_all).c_str());
  }
  return Exit::done;
}

}  // namespace vigie
