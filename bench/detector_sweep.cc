// What the detector tells of series under other numbers than its own: for bench/detection.py.
//
//   detector_sweep FILE.csv... < SETTINGS
//
// Each line of SETTINGS is names and values, "level_days=7 peak_cap=2", of Tuning or of these,
// which change the series: shift_hours, scale (times, rounded down), skip (rows left out at the
// start), sensitivity (0 fewer, 1 balanced, 2 more). For each line and file one line is written:
// the numbers of the rows whose score is at least 0.5, first 0.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engine/analysis/detection/detector.h"
#include "engine/analysis/detection/windows.h"
#include "engine/app/series_file.h"
#include "engine/base/text.h"

namespace vigie::detection {
namespace {

constexpr double kTold = 0.5;

#define VIGIE_FIELD(name) {#name, &Tuning::name}
const std::map<std::string, double Tuning::*> kFields{
    VIGIE_FIELD(level_days),
    VIGIE_FIELD(level_cap),
    VIGIE_FIELD(season_days),
    VIGIE_FIELD(hour_prior_days),
    VIGIE_FIELD(week_prior_weeks),
    VIGIE_FIELD(pseudo),
    VIGIE_FIELD(slow_hours),
    VIGIE_FIELD(peak_days),
    VIGIE_FIELD(peak_cap),
    VIGIE_FIELD(peak_prior_days),
    VIGIE_FIELD(peak_prior_short),
    VIGIE_FIELD(peak_prior_short_spread),
    VIGIE_FIELD(peak_prior_long),
    VIGIE_FIELD(peak_prior_long_spread),
    VIGIE_FIELD(peak_prior_slow),
    VIGIE_FIELD(peak_prior_slow_spread),
    VIGIE_FIELD(peak_spread_min),
    VIGIE_FIELD(dispersion_prior),
    VIGIE_FIELD(dispersion_prior_days),
    VIGIE_FIELD(dispersion_days),
    VIGIE_FIELD(period_days),
    VIGIE_FIELD(probability_max),
    VIGIE_FIELD(bar_step),
    VIGIE_FIELD(bar_days),
    VIGIE_FIELD(silence_hours),
    VIGIE_FIELD(quiet),
    VIGIE_FIELD(escalation),
};
#undef VIGIE_FIELD

struct Run {
  Tuning tuning;
  double shift_hours = 0;
  double scale = 1;
  double skip = 0;
  double sensitivity = 1;
};

[[noreturn]] void stop(const std::string& message) {
  std::fprintf(stderr, "detector_sweep: %s\n", message.c_str());
  std::exit(2);
}

Run read(const std::string& line) {
  Run run;
  const std::map<std::string, double*> own{{"shift_hours", &run.shift_hours},
                                           {"scale", &run.scale},
                                           {"skip", &run.skip},
                                           {"sensitivity", &run.sensitivity}};
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    const std::size_t sign = word.find('=');
    if (sign == word.npos) stop(cat("'", word, "' is no NAME=VALUE"));
    const std::string name = word.substr(0, sign);
    const double value = std::strtod(word.c_str() + sign + 1, nullptr);
    if (const auto found = kFields.find(name); found != kFields.end()) {
      run.tuning.*found->second = value;
    } else if (const auto mine = own.find(name); mine != own.end()) {
      *mine->second = value;
    } else {
      stop(cat("'", name, "' is no number of the detector"));
    }
  }
  return run;
}

void tell(const SeriesFile& series, const Run& run) {
  Settings settings;
  settings.bucket = series.interval;
  settings.sensitivity = static_cast<Sensitivity>(static_cast<int>(run.sensitivity));
  const Plan plan(settings, run.tuning);
  Detector detector(plan);
  Windows windows(settings);
  const Duration shift{std::llround(run.shift_hours * 3.6e9)};
  std::string line;
  for (std::size_t i = static_cast<std::size_t>(run.skip); i < series.rows.size(); ++i) {
    const double value =
        run.scale == 1 ? series.rows[i].value : std::floor(series.rows[i].value * run.scale);
    const Reading reading = detector.update(windows.add(series.rows[i].begin + shift, value));
    if (reading.score >= kTold) append_to(&line, i, ' ');
  }
  std::puts(line.c_str());
}

}  // namespace
}  // namespace vigie::detection

int main(int argc, char** argv) {
  std::vector<vigie::SeriesFile> files;
  for (int i = 1; i < argc; ++i) {
    auto series = vigie::read_series(argv[i]);
    if (!series) vigie::detection::stop(series.error().text());
    files.push_back(std::move(*series));
  }
  for (std::string line; std::getline(std::cin, line);) {
    const vigie::detection::Run run = vigie::detection::read(line);
    for (const vigie::SeriesFile& series : files) vigie::detection::tell(series, run);
  }
  return 0;
}
