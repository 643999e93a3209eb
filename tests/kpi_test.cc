// The table of KPIs: every KPI against examples computed by hand (tests/cases/kpi/examples.txt),
// and the page that tells people of it.
#include "engine/analysis/kpi.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = VIGIE_SOURCE_DIR;

struct Example {
  std::string kpi;
  std::string given;
  std::string arithmetic;
  int line = 0;
};

std::vector<Example> examples() {
  std::vector<Example> out;
  std::istringstream text(read_file(kRoot / "tests/cases/kpi/examples.txt"));
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t colon = line.find(": ");
    REQUIRE_MESSAGE(colon != std::string::npos, "line ", number, ": no 'NAME: what is given'");
    Example example{line.substr(0, colon), line.substr(colon + 2), {}, number};
    REQUIRE(std::getline(text, example.arithmetic));
    ++number;
    out.push_back(std::move(example));
  }
  return out;
}

std::optional<std::size_t> measure_of(std::string_view name) {
  for (std::size_t i = 0; i < kMeasures; ++i) {
    if (measure_specs()[i].name == name) return i;
  }
  return std::nullopt;
}

// Where the value of `whole.NAME` belongs.
void set_whole(std::string_view name, double value, KpiInput::Whole* whole) {
  constexpr std::string_view kClasses[] = {"sharers", "commenters", "contributors", "animators",
                                           "ambassadors"};
  for (std::size_t i = 0; i < kAuthorClasses; ++i) {
    if (name == kClasses[i]) whole->authors.by_class[i] = value;
  }
  if (name == "days") whole->days = static_cast<int>(value);
  if (name == "reach") whole->authors.reach = value;
  if (name == "authors") whole->authors.authors = value;
  if (name == "previous") whole->authors.previous = value;
  if (name == "returning") whole->authors.returning = value;
  if (name == "active_weeks") whole->authors.active_weeks = value;
  if (name == "new_ambassadors") whole->authors.new_ambassadors = value;
  if (name == "conversions") whole->authors.conversions = value;
  if (name == "distinct_authors") whole->distinct_authors = value;
  if (name == "distinct_sites") whole->distinct_sites = value;
  if (name == "unanswered_negative") whole->unanswered_negative = value;
  if (name == "model_scored") whole->model_scored = value;
  if (name == "adjusted_negative") whole->adjusted.posts[0] = value;
  if (name == "adjusted_neutral") whole->adjusted.posts[1] = value;
  if (name == "adjusted_positive") whole->adjusted.posts[2] = value;
  if (name == "value_of_views") whole->value_of_views = value;
  if (name == "value_of_interactions") whole->value_of_interactions = value;
  if (name == "value_of_followers") whole->value_of_followers = value;
}

KpiValues values_of(const std::string& given) {
  KpiInput input;
  KpiInput::Whole whole;
  input.whole = &whole;
  std::istringstream parts(given);
  for (std::string part; std::getline(parts >> std::ws, part, ',');) {
    if (part == "slice") {
      input.whole = nullptr;
      continue;
    }
    if (part == "uncompared") {
      input.compared = false;
      continue;
    }
    const std::size_t space = part.find(' ');
    REQUIRE_MESSAGE(space != std::string::npos, "no number: ", part);
    std::string name = part.substr(0, space);
    const double value = std::stod(part.substr(space));
    if (name.starts_with("whole.")) {
      set_whole(name.substr(6), value, &whole);
      continue;
    }
    Measures& measures = name.starts_with("before.") ? input.before : input.now;
    if (name.starts_with("before.")) name.erase(0, 7);
    const std::optional<std::size_t> measure = measure_of(name);
    REQUIRE_MESSAGE(measure.has_value(), "no such measure: ", name);
    measures[*measure] = static_cast<std::int64_t>(value);
  }
  return KpiValues(input);
}

TEST_CASE("every KPI is what it is by hand") {
  std::set<std::string> seen;
  for (const Example& example : examples()) {
    INFO("tests/cases/kpi/examples.txt:", example.line, ": ", example.kpi, ": ", example.given);
    seen.insert(example.kpi);
    const std::optional<double> value = values_of(example.given)[kpi_index(example.kpi)];
    const std::string expected = example.arithmetic.substr(example.arithmetic.rfind("= ") + 2);
    if (expected == "nothing") {
      CHECK_FALSE(value.has_value());
      continue;
    }
    REQUIRE(value.has_value());
    CHECK(*value == doctest::Approx(std::stod(expected)).epsilon(1e-12));
  }
  for (const KpiSpec& spec : kpi_specs()) {
    CHECK_MESSAGE(seen.contains(std::string(spec.name)), "no example of ", spec.name,
                  " in tests/cases/kpi/examples.txt");
  }
}

std::string_view suffix_of(KpiUnit unit) {
  switch (unit) {
    case KpiUnit::count:
    case KpiUnit::money: return "";
    case KpiUnit::ratio: return "_ratio";
    case KpiUnit::seconds: return "_seconds";
    case KpiUnit::stars: return "_stars";
  }
  return "?";
}

TEST_CASE("the table of KPIs is sound") {
  std::set<std::string_view> names;
  bool sliced = true;
  for (const KpiSpec& spec : kpi_specs()) {
    CAPTURE(spec.name);
    CHECK(names.insert(spec.name).second);
    CHECK(spec.metric == cat("vigie_kpi_", spec.name, suffix_of(spec.unit)));
    CHECK(spec.meaning.ends_with('.'));
    CHECK_FALSE(spec.formula.empty());
    CHECK((spec.value == nullptr) == !spec.numerator.empty());
    CHECK(spec.numerator.empty() == spec.denominator.empty());
    CHECK((sliced || !spec.sliced));  // those of slices come first
    sliced = spec.sliced;
    if (spec.unit == KpiUnit::ratio) CHECK_FALSE(spec.numerator.empty());
    if (spec.unit == KpiUnit::money) CHECK(spec.meaning.starts_with("Estimate"));
    if (spec.unit == KpiUnit::money) CHECK(spec.name.ends_with("_estimate"));
    if (spec.numerator.empty()) continue;
    CHECK(spec.formula == cat(spec.numerator, " / ", spec.denominator));
    for (const std::string_view part : {spec.numerator, spec.denominator}) {
      const KpiSpec& of = kpi_specs()[kpi_index(part)];
      CHECK(of.numerator.empty());
      if (spec.sliced) CHECK(of.sliced);
    }
  }
}

TEST_CASE("KPIs of slices need the measures of slices alone") {
  std::mt19937 random(3);
  KpiInput slice;
  for (std::size_t i = 0; i < kSlicedMeasures; ++i) {
    slice.now[i] = static_cast<std::int64_t>(random() % 1'000);
    slice.before[i] = static_cast<std::int64_t>(random() % 1'000);
  }
  KpiInput brand = slice;
  for (std::size_t i = kSlicedMeasures; i < kMeasures; ++i) brand.now[i] = brand.before[i] = 7;
  const KpiInput::Whole whole;
  brand.whole = &whole;
  const KpiValues of_slice = KpiValues(slice);
  const KpiValues of_brand = KpiValues(brand);
  CHECK(of_brand.size() == kpi_specs().size());
  for (std::size_t i = 0; i < kpi_specs().size(); ++i) {
    CAPTURE(kpi_specs()[i].name);
    CHECK((i < of_slice.size()) == kpi_specs()[i].sliced);
    if (kpi_specs()[i].sliced) CHECK(of_slice[i] == of_brand[i]);
  }
}

TEST_CASE("nothing has no ratios and no times, and its counts are 0") {
  KpiInput::Whole whole;
  whole.distinct_sites = 0;
  KpiInput input;
  input.whole = &whole;
  const KpiValues values = KpiValues(input);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const KpiSpec& spec = kpi_specs()[i];
    CAPTURE(spec.name);
    if (!spec.numerator.empty()) CHECK_FALSE(values[i].has_value());
    if (spec.unit == KpiUnit::count) CHECK(values[i] == 0.0);
  }
}

TEST_CASE("the interval of net sentiment is that of Wilson, stretched") {
  CHECK_FALSE(net_sentiment_interval(0, 0).has_value());
  // 6 of 8 positive: z = 1.96, z^2 = 3.8415; (6/8 + 3.8415/16) / (1 + 3.8415/8) = 0.66890;
  // 1.96 / 1.48018 x sqrt(0.75 x 0.25 / 8 + 3.8415 / 256) = 0.25963: 0.40927 to 0.92852.
  const std::optional<Interval> some = net_sentiment_interval(6, 2);
  REQUIRE(some.has_value());
  CHECK(some->lower == doctest::Approx(2 * 0.40927 - 1).epsilon(1e-3));
  CHECK(some->upper == doctest::Approx(2 * 0.92852 - 1).epsilon(1e-3));
  const std::optional<Interval> mirrored = net_sentiment_interval(2, 6);
  CHECK(mirrored->lower == doctest::Approx(-some->upper));
  CHECK(mirrored->upper == doctest::Approx(-some->lower));
  // 0 of 5: the upper bound is z^2 / (n + z^2) = 3.8415 / 8.8415 = 0.43448.
  const std::optional<Interval> none = net_sentiment_interval(0, 5);
  CHECK(none->lower == -1);
  CHECK(none->upper == doctest::Approx(2 * 0.43448 - 1).epsilon(1e-4));
}

// How to ask for it in PromQL: of one brand, and where that takes its parts, of several.
std::string promql_of(const KpiSpec& spec) {
  std::string out = cat("`", spec.metric, "{brand=\"Acme\",window=\"7d\"}`");
  if (spec.numerator.empty()) return out;
  const auto sum = [](std::string_view kpi) {
    return cat("sum(", kpi_specs()[kpi_index(kpi)].metric, "{window=\"7d\"})");
  };
  append_to(&out, "; of all brands `", sum(spec.numerator), " / ", sum(spec.denominator), "`");
  return out;
}

std::string table_of_kpis(bool sliced) {
  std::string out = "| KPI | What it means | Formula | Metric | PromQL |\n|---|---|---|---|---|\n";
  for (const KpiSpec& spec : kpi_specs()) {
    if (spec.sliced != sliced) continue;
    append_to(&out, "| ", spec.name, " | ", spec.meaning, " | ", spec.formula, " | `", spec.metric,
              "` | ", promql_of(spec), " |\n");
  }
  return out;
}

std::string table_of_measures() {
  std::string out = "| Measure | Unit | What a post adds |\n|---|---|---|\n";
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const MeasureSpec& spec = measure_specs()[i];
    append_to(&out, "| ", spec.name, " | ", spec.unit, " | ", spec.meaning, " |\n");
    if (i + 1 == kSlicedMeasures) out += "| | | |\n";
  }
  return out;
}

// The page with `table` between the mark of this name and the end of it.
std::string with_table(const std::string& page, std::string_view name, const std::string& table) {
  const std::string mark = cat("<!-- ", name, " -->\n");
  const std::size_t begin = page.find(mark);
  const std::size_t end = page.find("<!-- end -->", begin);
  REQUIRE_MESSAGE((begin != std::string::npos && end != std::string::npos), "no ", mark);
  return cat(page.substr(0, begin), mark, table, page.substr(end));
}

TEST_CASE("the page of KPIs is that of the tables") {
  const fs::path path = kRoot / "deploy/KPIS.md";
  const std::string page = read_file(path);
  std::string expected = with_table(page, "kpis of slices", table_of_kpis(true));
  expected = with_table(expected, "kpis of brands", table_of_kpis(false));
  expected = with_table(expected, "measures", table_of_measures());
  INFO("to accept: VIGIE_ACCEPT=1 kpi_test, then look at the difference; file: ", path.string());
  if (std::getenv("VIGIE_ACCEPT") != nullptr) {
    std::ofstream(path) << expected;
  } else {
    CHECK(page == expected);
  }
}

}  // namespace
}  // namespace vigie
