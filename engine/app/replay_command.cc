// `vigie replay`: the whole pipeline over files, in event time only.
#include <cstdio>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "connectors/dead_letter_decoder.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/file_input.h"
#include "engine/app/mappings.h"
#include "engine/app/output.h"
#include "engine/app/signals.h"
#include "engine/app/wire.h"
#include "engine/base/counters.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "engine/runtime/engine.h"
#include "engine/serve/kpi_json.h"
#include "engine/serve/view.h"

namespace vigie {
namespace {

// As RFC 4180 wants it: quoted only where it must be.
void append_csv_field(std::string_view text, std::string* out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out->append(text);
    return;
  }
  out->push_back('"');
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

Result<void> write_series(std::vector<ClosedMinute> minutes, const std::vector<std::string>& brands,
                          Output* output) {
  std::ranges::stable_sort(minutes, [&](const ClosedMinute& a, const ClosedMinute& b) {
    if (a.minute != b.minute) return a.minute < b.minute;
    if (a.brand != b.brand) return brands[a.brand] < brands[b.brand];
    return a.platform < b.platform;
  });
  output->text() = "timestamp,brand,platform,mentions\n";
  for (const ClosedMinute& minute : minutes) {
    std::string& text = output->text();
    append_rfc3339(minute.minute, &text);
    text.push_back(',');
    append_csv_field(brands[minute.brand], &text);
    text.push_back(',');
    append_csv_field(minute.platform.view(), &text);
    text.append(cat(",", minute.mentions, "\n"));
    output->flush_if_large();
  }
  return output->close();
}

Result<void> write_kpis(const Engine& engine, Output* output) {
  const View view(engine.snapshots());
  for (const BrandSnapshot* brand : view.brands()) {
    append_kpis_json(*brand, &output->text());
    output->text().push_back('\n');
    output->flush_if_large();
  }
  return output->close();
}

void print_summary(const Engine& engine) {
  std::size_t width = 5;
  for (const auto* cell : engine.snapshots()) {
    for (const auto& brand : cell->load()->brands)
      width = std::max(width, count_characters(brand.name));
  }
  const auto pad = [&](std::string_view text) {
    return std::string(text) + std::string(width - count_characters(text), ' ');
  };
  std::printf("%s %10s %10s %10s\n", pad("brand").c_str(), "mentions", "late", "backdated");
  for (const auto* cell : engine.snapshots()) {
    for (const auto& brand : cell->load()->brands) {
      std::printf("%s %10llu %10llu %10llu\n", pad(brand.name).c_str(),
                  static_cast<unsigned long long>(brand.mentions),
                  static_cast<unsigned long long>(brand.late),
                  static_cast<unsigned long long>(brand.backdated));
    }
  }
}

// What went in, and what was left out of the windows and why: nothing is dropped silently.
void report(const Counters& counters, const ReplayArguments& arguments) {
  std::string line = cat("vigie: read ", counters.records.load(), " records, ",
                         counters.mentions.load(), " posts, ", counters.hits.load(), " hits");
  const std::uint64_t late = counters.facts_late.load();
  if (late != 0) line += cat("; ", late, " late (raise event_time.lateness to count them)");
  const std::uint64_t backdated = counters.facts_backdated.load();
  if (backdated != 0) line += cat("; ", backdated, " backdated");
  const std::uint64_t overflow = counters.facts_overflow.load();
  if (overflow != 0) line += cat("; ", overflow, " over the memory bound");
  std::fprintf(stderr, "%s\n", line.c_str());
  std::array<std::uint64_t, kRejectReasons> rejects{};
  std::ranges::copy(counters.rejects, rejects.begin());
  std::array<std::uint64_t, kRepairs> repairs{};
  std::ranges::copy(counters.repairs, repairs.begin());
  print_counts(rejects, repairs);
  if (!arguments.dead_letters) {
    suggest_auto(arguments.mapping.empty() ? kNativeMapping : std::string_view(arguments.mapping),
                 counters.mentions.load(), rejects);
  }
}

// The ids of a replay are the places of the brands.
void report_given_up(const Engine& engine, const std::vector<std::string>& brands) {
  std::vector<std::uint64_t> given_up(brands.size());
  for (const auto* cell : engine.reports()) {
    const auto report = cell->load();
    for (std::size_t i = 0; report != nullptr && i < report->costs.size(); ++i) {
      if (i < given_up.size()) given_up[i] += report->costs[i].failures;
    }
  }
  print_given_up(brands, given_up);
}

// Shows why letters are refused again; of what is no letter only the first, as a file of posts
// would fill the screen. For one worker.
class RefusedLetters final : public DeadLetterSink {
 public:
  Result<void> put(std::span<const DeadLetter> letters) override {
    for (const DeadLetter& letter : letters) {
      if (letter.detail.starts_with(kNoLetter)) {
        if (foreign_++ > 0) continue;
        std::fprintf(
            stderr, "%s\n",
            cat(letter.source_topic, ": byte ", letter.offset, ": ", letter.detail).c_str());
        continue;
      }
      Reject reject{.reason = letter.reason, .detail = letter.detail};
      if (!letter.indexes.empty()) reject.index = letter.indexes.front();
      log_.add(letter.source_topic, letter.offset, reject);
    }
    return {};
  }

 private:
  InputLog log_;
  std::uint64_t foreign_ = 0;
};

std::uint64_t sum_of(const LetterCounts& letters) {
  return std::accumulate(letters.refused.begin(), letters.refused.end(),
                         letters.used + letters.dropped + letters.cut);
}

// "vigie: 3 dead letters: 1 now used, 1 cut and skipped, 1 still refused: missing_field=1"
void report(const LetterCounts& letters) {
  std::uint64_t refused = 0;
  std::string reasons;
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    if (letters.refused[i] == 0) continue;
    refused += letters.refused[i];
    reasons += cat(" ", to_text(static_cast<RejectReason>(i)), "=", letters.refused[i]);
  }
  std::string line = cat(count_of(sum_of(letters), "dead letter"), ": ", letters.used, " now used");
  if (letters.dropped != 0) line += cat(", ", letters.dropped, " now dropped by a mapping");
  if (letters.cut != 0) line += cat(", ", letters.cut, " skipped as their end was cut off");
  line += cat(", ", refused, " still refused");
  if (refused != 0) line += cat(":", reasons);
  if (letters.foreign != 0) line += cat("; not dead letters: ", letters.foreign);
  complain(line);
}

// Whether there were records and none of them was a letter.
bool all_foreign(const LetterCounts& letters) {
  if (letters.foreign == 0 || sum_of(letters) != 0) return false;
  complain("nothing read is a dead letter; leave out --dead-letters to replay posts");
  return true;
}

// Null, and a complaint, when --mapping says nothing that can be used.
std::unique_ptr<Decoder> make_decoder_for(const ReplayArguments& arguments,
                                          const Configuration& configuration,
                                          LetterCounts* letters) {
  const DecodeSettings settings{.future = configuration.settings.event_time.future};
  const bool own = arguments.dead_letters && arguments.mapping.empty();
  if (own) return make_dead_letter_decoder(settings, configuration.mappings, "", letters);
  auto mapping =
      choose_mapping(arguments.mapping.empty() ? std::string(kNativeMapping) : arguments.mapping,
                     configuration.mappings);
  if (!mapping) return nullptr;
  if (!arguments.dead_letters) return make_decoder(settings, mapping->mappings, mapping->name);
  return make_dead_letter_decoder(settings, mapping->mappings, mapping->name, letters);
}

}  // namespace

Exit replay_command(const ReplayArguments& arguments) {
  Signals signals(Asked::stop);
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  const bool series = !arguments.series.empty();
  const bool kpis = !arguments.kpis.empty();
  Result<Output> output = Output::open(series ? arguments.series : kpis ? arguments.kpis : "-");
  if (!output) return complain(output.error()), Exit::not_started;
  LetterCounts letters;
  auto decoder = make_decoder_for(arguments, *configuration, &letters);
  if (decoder == nullptr) return Exit::not_started;
  Result<Parts> parts = wire_replay(arguments.files, std::move(decoder), *configuration);
  if (!parts) return complain(parts.error()), Exit::not_started;
  if (arguments.dead_letters) parts->dead_letters = std::make_unique<RefusedLetters>();
  Counters counters;
  const Settings& settings = configuration->settings;
  Engine engine(std::move(*parts),
                {.event_time = settings.event_time,
                 .engine = replay_engine(settings.engine),
                 // Letters are read to see which are still refused: none of them stops that.
                 .errors = arguments.dead_letters ? ErrorSettings{} : settings.errors,
                 .kpis = settings.kpis,
                 .key_seed = settings.privacy.key.value.empty() ? fresh_key_seed()
                                                                : seed_of(settings.privacy.key),
                 .pseudonymise = settings.privacy.pseudonymise,
                 .sentiment = settings.sentiment.source,
                 .replay = true},
                &counters);
  const auto asked_to_stop = [&](Deadline until) { return signals.wait(until) == Asked::stop; };
  const Result<void> ran = engine.run(asked_to_stop, /*stay=*/false);
  if (asked_to_stop(Clock::now())) {
    complain("interrupted before the end of the input; nothing was written");
    return Exit::stopped_by_error;
  }
  if (ran && all_foreign(letters)) return Exit::not_started;
  report(counters, arguments);
  if (arguments.dead_letters) report(letters);
  report_given_up(engine, rules::brand_names(*configuration->rules));
  if (!ran) return complain(ran.error()), Exit::stopped_by_error;
  if (series) {
    const Result<void> written =
        write_series(engine.closed_minutes(), rules::brand_names(*configuration->rules), &*output);
    if (!written) return complain(written.error()), Exit::stopped_by_error;
  } else if (kpis) {
    if (const Result<void> written = write_kpis(engine, &*output); !written) {
      return complain(written.error()), Exit::stopped_by_error;
    }
  } else {
    print_summary(engine);
  }
  return Exit::done;
}

}  // namespace vigie
