// `vigie detect`: what the detector says of a series in a file.
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "engine/analysis/detection/detector.h"
#include "engine/analysis/detection/windows.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/output.h"
#include "engine/app/series_file.h"

namespace vigie {
namespace {

using detection::Sensitivity;

constexpr int kCountDigits = 3;
constexpr int kScoreDigits = 4;

Sensitivity sensitivity_of(std::string_view word) {
  if (word == "fewer") return Sensitivity::fewer;
  if (word == "more") return Sensitivity::more;
  return Sensitivity::balanced;
}

void append_fixed(double value, int digits, std::string* out) {
  char text[400];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr;
  out->append(text, end);
}

void append_row(const SeriesFile::Row& row, const detection::Reading& reading, std::string* out) {
  out->append(row.timestamp).push_back(',');
  out->append(row.number).push_back(',');
  for (const double count : {reading.expected, reading.lower, reading.upper}) {
    append_fixed(count, kCountDigits, out);
    out->push_back(',');
  }
  append_fixed(reading.score, kScoreDigits, out);
  out->append(reading.firing ? ",1\n" : ",0\n");
}

}  // namespace

Exit detect_command(const DetectArguments& arguments) {
  const Result<SeriesFile> series = read_series(arguments.file);
  if (!series) {
    complain(series.error());
    return series.error().kind == ErrorKind::unreadable ? Exit::not_started
                                                        : Exit::stopped_by_error;
  }
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  detection::Settings settings;
  settings.bucket = series->interval;
  settings.sensitivity = sensitivity_of(arguments.sensitivity);
  const detection::Plan plan(settings);
  detection::Detector detector(plan);
  detection::Windows windows(settings);
  output->text() += "timestamp,value,expected,lower,upper,anomaly_score,firing\n";
  for (const SeriesFile::Row& row : series->rows) {
    append_row(row, detector.update(windows.add(row.begin, row.value)), &output->text());
    output->flush_if_large();
  }
  const Result<void> written = output->close();
  if (!written) return complain(written.error()), Exit::stopped_by_error;
  return Exit::done;
}

}  // namespace vigie
