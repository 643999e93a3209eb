// The detector over simulated brands (tests/background.h says how they are made) and real crises
// put on top of them, beside two simple detectors. Prints tables; bench/detection.md says what of.
//
//   detection_bench [--brands N] [--weeks N] [--weeks-before N] [--seeds N] [--seed N]
//                   [--crises DIR] [--peak N] [--days-before N] [--part
//                   background|crises|changes]... [--ours-only]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/crises.h"
#include "bench/measure.h"
#include "tests/detection_proof.h"

namespace vigie::bench {
namespace {

using namespace simulated;   // NOLINT(google-build-using-namespace): the subject of this bench
using simulated::Contender;  // not that of measure.h

struct Options {
  BackgroundPlan background{.brands = 2500, .weeks_before = 4, .weeks = 4, .seed = 1};
  std::uint64_t seeds = 20;
  std::string crises;
  double peak = 10;
  std::size_t days_before = 14;
  std::vector<std::string> parts{"background", "crises", "changes"};
  bool ours_only = false;
};

constexpr std::array<const char*, kDecades> kDecadeNames{"0.1 to 1", "1 to 10", "10 to 100",
                                                         "100 to 1,000"};
constexpr std::array<const char*, kDispersions> kDispersionNames{"none", "low", "middle", "high"};
constexpr std::array<double, 4> kRates{1, 10, 100, 1000};

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

double median_of(const std::vector<double>& values) { return values.empty() ? 0 : median(values); }

std::vector<Contender> all_contenders(bool ours_only) {
  std::vector<Contender> all;
  for (const Contender& contender : contenders()) all.push_back(contender);
  if (ours_only) all.resize(1);
  return all;
}

// --- Where nothing happens -----------------------------------------------------------------------

void print_tally(const char* name, const char* rates, const char* dispersion,
                 const BackgroundTally& tally) {
  std::printf("| %s | %s | %s | %.0f | %.4f |", name, rates, dispersion, tally.brand_weeks,
              share(tally.episodes, tally.brand_weeks));
  for (std::size_t i = 0; i < kProbabilities.size(); ++i) {
    std::printf(" %.2f |", share(tally.below[i], tally.minutes) / kProbabilities[i]);
  }
  std::printf(" %.3f |\n", share(tally.brands_alerted * 4, tally.brand_weeks));
}

void print_tallies(const char* name, const BackgroundTallies& tallies) {
  BackgroundTally all;
  for (std::size_t i = 0; i < kDecades; ++i) {
    BackgroundTally decade;
    for (const BackgroundTally& tally : tallies[i]) decade.add(tally);
    print_tally(name, kDecadeNames[i], "all", decade);
    all.add(decade);
  }
  for (std::size_t k = 0; k < kDispersions; ++k) {
    BackgroundTally dispersion;
    for (std::size_t i = 0; i < kDecades; ++i) dispersion.add(tallies[i][k]);
    print_tally(name, "all", kDispersionNames[k], dispersion);
  }
  print_tally(name, "all", "all", all);
  for (std::size_t i = 0; i < kDecades && std::string_view(name) == "ours"; ++i) {
    for (std::size_t k = 0; k < kDispersions; ++k) {
      print_tally(name, kDecadeNames[i], kDispersionNames[k], tallies[i][k]);
    }
  }
}

void measure_background(const Options& options) {
  std::vector<Contender> all = all_contenders(options.ours_only);
  all.push_back({"ours, fewer", [] { return our_detector(detection::Sensitivity::fewer); }});
  all.push_back({"ours, more", [] { return our_detector(detection::Sensitivity::more); }});
  const double begin = thread_cpu_seconds();
  const std::vector<BackgroundTallies> tallies = run_background(options.background, all);
  std::printf(
      "\n%zu brands, %zu weeks each after %zu weeks of warm-up, seed %llu; %.0f s of CPU\n"
      "| detector | mentions/h | bursts | brand-weeks | alerts a brand-week | p < 1e-2, of said | "
      "p < 1e-3 | p < 1e-4 | share of brands alerted |\n|---|---|---|---|---|---|---|---|---|\n",
      options.background.brands, options.background.weeks, options.background.weeks_before,
      static_cast<unsigned long long>(options.background.seed), thread_cpu_seconds() - begin);
  for (std::size_t i = 0; i < all.size(); ++i) {
    print_tallies(std::string(all[i].name).c_str(), tallies[i]);
  }
  std::fflush(stdout);
}

// --- Crises --------------------------------------------------------------------------------------

struct CrisisTally {
  double runs = 0;
  double passes = 0;
  double detected = 0;
  double false_alerts = 0;
  double days = 0;
  std::vector<double> delays;
  std::vector<double> delays_of_hour;

  void add(const CrisisOutcome& outcome) {
    runs += 1;
    false_alerts += outcome.false_alerts;
    days += outcome.days_before;
    if (!outcome.passes) return;
    passes += 1;
    if (!outcome.detected) return;
    detected += 1;
    delays.push_back(outcome.delay_minutes);
    delays_of_hour.push_back(outcome.delay_of_hour_minutes);
  }
  void print(const char* name, const char* row) const {
    std::printf("| %s | %s | %.0f of %.0f | %.1f %% | %.1f | %.1f | %.4f |\n", name, row, passes,
                runs, 100 * share(detected, passes), median_of(delays_of_hour), median_of(delays),
                share(false_alerts, days));
  }
};

void measure_crises(const Options& options, const std::vector<Crisis>& crises,
                    const Contender& contender, bool scaled) {
  const std::string name = std::string(contender.name) + (scaled ? "" : ", as collected");
  CrisisTally all;
  std::array<CrisisTally, kRates.size()> by_rate;
  std::array<CrisisTally, 2> by_development;  // progressive, sudden
  for (const Crisis& crisis : crises) {
    CrisisTally tally;
    for (std::size_t i = 0; i < kRates.size(); ++i) {
      Curve curve = curve_of(crisis.minutes);
      if (scaled) scale_to_peak(options.peak * kRates[i], &curve);
      for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
        const auto dispersion = static_cast<Dispersion>(seed % kDispersions);
        const Judge judge = contender.make();
        const CrisisOutcome outcome = run_crisis(curve,
                                                 {.rate = kRates[i],
                                                  .dispersion = dispersion,
                                                  .days_before = options.days_before,
                                                  .seed = seed},
                                                 judge);
        for (CrisisTally* to : {&tally, &by_rate[i], &by_development[crisis.sudden ? 1 : 0], &all})
          to->add(outcome);
      }
    }
    tally.print(name.c_str(), crisis.name.c_str());
  }
  for (std::size_t i = 0; i < kRates.size(); ++i) {
    by_rate[i].print(name.c_str(), (std::to_string(int(kRates[i])) + " mentions/h").c_str());
  }
  by_development[1].print(name.c_str(), "sudden");
  by_development[0].print(name.c_str(), "progressive");
  all.print(name.c_str(), "all");
  std::fflush(stdout);
}

int measure_crises(const Options& options) {
  if (options.crises.empty()) {
    std::printf("\nno crises: --crises names no folder\n");
    return 0;
  }
  const auto crises = read_crises(options.crises);
  if (!crises) {
    std::fprintf(stderr, "%s\n", crises.error().text().c_str());
    return 1;
  }
  std::printf(
      "\n%zu crises on %zu days of background at 1, 10, 100 and 1,000 mentions/h, %llu brands "
      "each; "
      "scaled to a highest hour of %.0f times the rate\n"
      "| detector | crisis | runs that pass twice the expected | detected | median delay, min | "
      "from "
      "the first 15 min, min | false alerts a day before |\n|---|---|---|---|---|---|---|\n",
      crises->size(), options.days_before, static_cast<unsigned long long>(options.seeds),
      options.peak);
  for (const Contender& contender : all_contenders(options.ours_only)) {
    measure_crises(options, *crises, contender, true);
    measure_crises(options, *crises, contender, false);
  }
  return 0;
}

// --- What changes, and what is new ---------------------------------------------------------------

struct Embeddings {
  std::vector<Embedding> all;
  explicit Embeddings(double rate, std::uint64_t seeds) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      all.push_back(
          {.rate = rate, .dispersion = static_cast<Dispersion>(seed % kDispersions), .seed = seed});
    }
  }
};

void print_shift(const Contender& contender, double rate, double factor,
                 const std::vector<Embedding>& brands) {
  std::vector<double> alerts;
  std::vector<double> days;
  for (const Embedding& brand : brands) {
    const ShiftOutcome outcome = run_shift(factor, brand, contender.make());
    alerts.push_back(outcome.alerts);
    days.push_back(outcome.days_to_adapt);
  }
  double sum = 0;
  for (const double count : alerts) sum += count;
  std::printf(
      "| %s | level x %.2f | %.0f | mean %.2f, median %.0f, most %.0f alerts in 14 days; "
      "adapted after %.1f days (median), %.1f at most |\n",
      std::string(contender.name).c_str(), factor, rate,
      share(sum, static_cast<double>(alerts.size())), median_of(alerts), std::ranges::max(alerts),
      median_of(days), std::ranges::max(days));
}

void print_second_crisis(const Contender& contender, double rate,
                         const std::vector<Embedding>& brands) {
  std::array<std::vector<double>, 2> delays;
  std::vector<double> expected;
  for (const Embedding& brand : brands) {
    const SecondCrisisOutcome outcome = run_second_crisis(brand, contender);
    for (std::size_t i = 0; i < 2; ++i) {
      if (outcome.delay_minutes[i]) delays[i].push_back(*outcome.delay_minutes[i]);
    }
    expected.push_back(outcome.expected);
  }
  std::printf(
      "| %s | crisis x 10, again a week later | %.0f | first %.0f %%, %.1f min; second "
      "%.0f %%, %.1f min; expected %.2f times what it was |\n",
      std::string(contender.name).c_str(), rate,
      100 * share(static_cast<double>(delays[0].size()), static_cast<double>(brands.size())),
      median_of(delays[0]),
      100 * share(static_cast<double>(delays[1].size()), static_cast<double>(brands.size())),
      median_of(delays[1]), median_of(expected));
}

void print_gaps(const Contender& contender, double rate, const std::vector<Embedding>& brands) {
  for (const std::size_t minutes : {10U, 180U, 2880U}) {
    double alerts = 0;
    for (const Embedding& brand : brands) {
      alerts += alerts_after_gap(minutes, brand, contender.make());
    }
    std::printf("| %s | no data for %zu min | %.0f | %.3f alerts in the day after |\n",
                std::string(contender.name).c_str(), minutes, rate,
                share(alerts, static_cast<double>(brands.size())));
  }
}

void print_first_days(const Contender& contender, double rate,
                      const std::vector<Embedding>& brands) {
  std::array<double, 14> sums{};
  for (const Embedding& brand : brands) {
    const auto alerts = alerts_of_first_days(brand, contender.make());
    for (std::size_t day = 0; day < alerts.size(); ++day) sums[day] += alerts[day];
  }
  const auto a_day = [&](std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t day = from; day < to; ++day) sum += sums[day];
    return share(sum, static_cast<double>(brands.size() * (to - from)));
  };
  std::printf(
      "| %s | a new brand | %.0f | alerts a day: %.3f on the first, %.3f on days 2 and 3, "
      "%.3f on 4 to 7, %.3f on 8 to 14 |\n",
      std::string(contender.name).c_str(), rate, a_day(0, 1), a_day(1, 3), a_day(3, 7),
      a_day(7, 14));
}

void measure_changes(const Options& options) {
  std::printf("\n%llu brands for each row\n| detector | what | mentions/h | |\n|---|---|---|---|\n",
              static_cast<unsigned long long>(options.seeds));
  for (const Contender& contender : all_contenders(options.ours_only)) {
    for (const double rate : kRates) {
      const Embeddings brands(rate, options.seeds);
      print_shift(contender, rate, 3, brands.all);
      print_shift(contender, rate, 1.0 / 3, brands.all);
      print_second_crisis(contender, rate, brands.all);
      print_gaps(contender, rate, brands.all);
      print_first_days(contender, rate, brands.all);
      std::fflush(stdout);
    }
  }
}

int run(const Options& options) {
  for (const std::string& part : options.parts) {
    if (part == "background") measure_background(options);
    if (part == "changes") measure_changes(options);
    if (part == "crises" && measure_crises(options) != 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  vigie::bench::Options options;
  CLI::App app{"How many alerts are false, late, or too many"};
  app.add_option("--brands", options.background.brands, "simulated brands");
  app.add_option("--weeks", options.background.weeks, "weeks of each that count");
  app.add_option("--weeks-before", options.background.weeks_before, "weeks of warm-up");
  app.add_option("--seed", options.background.seed, "of the simulated brands");
  app.add_option("--seeds", options.seeds, "brands for each crisis and change");
  app.add_option("--crises", options.crises, "folder with the collections of CrisisLex");
  app.add_option("--days-before", options.days_before, "background before a crisis");
  app.add_option("--peak", options.peak, "a crisis' highest hour, as a multiple of the rate");
  app.add_option("--part", options.parts, "what to measure")
      ->check(CLI::IsMember({"background", "crises", "changes"}));
  app.add_flag("--ours-only", options.ours_only, "leave the other detectors out");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(options);
}
