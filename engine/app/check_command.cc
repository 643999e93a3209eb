// `vigie check`: is the configuration good, what does it say, and what does it cost?
#include <cstdio>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

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

}  // namespace

Exit check_command(const CheckArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  const auto& settings = configuration->settings;
  if (arguments.print) {
    std::fputs(print_settings(settings).c_str(), stdout);
  } else if (arguments.costs) {
    print_costs(*configuration->rules);
  } else {
    std::printf("%s: ok: %s, %s, %zu KiB of compiled rules\n", arguments.config.c_str(),
                count_of(settings.brands.size(), "brand").c_str(),
                count_of(settings.sources.size(), "source").c_str(),
                rules::memory_bytes(*configuration->rules) / 1024);
  }
  return Exit::done;
}

}  // namespace vigie
