// What /metrics and the JSON routes say, without a server.
#include "engine/serve/exposition.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/counters.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/serve/api.h"
#include "engine/serve/engine_metrics.h"
#include "engine/serve/listen_address.h"

namespace vigie {
namespace {

constexpr std::size_t kNoBound = 1'000'000;
const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00.5Z");

BrandSnapshot brand(std::string name) {
  BrandSnapshot out;
  out.name = std::move(name);
  return out;
}

// KPIs for which every family has a series.
std::shared_ptr<const BrandKpis> full_kpis() {
  auto kpis = std::make_shared<BrandKpis>();
  const KpiValues all(kpi_specs().size(), 0.5);
  for (KpiValues& values : kpis->values) values = all;
  for (auto& interval : kpis->net_sentiment) interval = Interval{-0.5, 0.25};
  BrandKpis::Slice& slice = kpis->slices.emplace_back();
  slice.value = "x";
  for (KpiValues& values : slice.values) values = all;
  const auto values = slice.values;
  kpis->slices.push_back({Dimension::crisis, "fraud", values});
  for (Adjusted& adjusted : kpis->adjusted) adjusted.interval = Interval{-0.25, 0.5};
  Campaigns::Report& campaign = kpis->campaigns.emplace_back();
  campaign.name = "Fête";
  campaign.all = {.contributions = 4, .originals = 3, .rejected = 1};
  campaign.months[(2026 - 1970) * 12 + 10] = campaign.all;
  campaign.contributors = 2;
  campaign.engaged_again = 1;
  campaign.progress = {.done = 0.4, .expected = 0.5, .days_left = 3, .needed_per_day = 2};
  BrandKpis::Month& month = kpis->months.emplace_back();
  month.month = (2026 - 1970) * 12 + 10;
  at(month.sums, Measure::ugc_originals) = 3;
  return kpis;
}

// A brand for which every family has a series.
BrandSnapshot busy_brand(std::string name) {
  BrandSnapshot out = brand(std::move(name));
  out.panel = "telecoms";
  out.kpis = full_kpis();
  out.mentions = 12;
  out.late = 2;
  out.backdated = 1;
  out.windows = {{{3, 2, 4}, {5, 4, 0}, {6, 0, 0}, {12, 1, 1}}};
  out.platforms = {{ShortName("mastodon"), 9, {{{1, 0, 0}, {2, 0, 0}, {3, 0, 0}, {9, 0, 0}}}},
                   {ShortName("x"), 3, {{{2, 0, 0}, {3, 0, 0}, {3, 0, 0}, {3, 0, 0}}}}};
  return out;
}

// The cells of the shards, filled with one snapshot each.
class Shards {
 public:
  explicit Shards(const std::vector<std::vector<BrandSnapshot>>& brands) {
    for (const std::vector<BrandSnapshot>& part : brands) {
      cells_.push_back(std::make_unique<SnapshotCell>(
          std::make_shared<const Snapshot>(Snapshot{.watermark = kNoon, .brands = part})));
    }
  }
  void add_empty() { cells_.push_back(std::make_unique<SnapshotCell>()); }

  [[nodiscard]] View view() const {
    std::vector<const SnapshotCell*> all;
    for (const auto& cell : cells_) all.push_back(cell.get());
    return View(all);
  }

 private:
  std::vector<std::unique_ptr<SnapshotCell>> cells_;
};

// What one worker says of brands 0 and 1.
std::shared_ptr<const MatchReport> worker_report() {
  const ShadowSample sample{.id = "p1",
                            .platform = "x",
                            .url = "https://x.example/1",
                            .created_at = kNoon,
                            .text = "a \"new\" post"};
  ShadowSample later = sample;
  later.id = "p2";
  later.created_at += std::chrono::seconds{1};
  return std::make_shared<const MatchReport>(
      MatchReport{.costs = {{1, 2, 3, 4, 0.5}, {10, 20, 30, 40, 5}},
                  .shadows = {{.brand = 1,
                               .gained = 2,
                               .lost = 1,
                               .gained_samples = {sample, later},
                               .lost_samples = {sample}}}});
}

MatchTotals totals(std::size_t workers) {
  const MatchReportCell cell(worker_report());
  const MatchReportCell empty;
  std::vector<const MatchReportCell*> all(workers, &cell);
  all.push_back(&empty);
  return MatchTotals(all);
}

std::string render(const View& view, std::size_t workers = 0) {
  std::string out;
  CHECK(append_brand_series(view, totals(workers), kNoBound, &out) == 0);
  return out;
}

std::string render_engine(const EngineStatus* status) {
  Counters counters;
  counters.mapping("jetstream");
  std::string out;
  append_engine_metrics({.counters = &counters,
                         .status = status,
                         .config = {.last_reload_successful = false,
                                    .last_success_seconds = 1795348800.5,
                                    .reloads_succeeded = 2,
                                    .reloads_failed = 1},
                         .version = "1.2.3",
                         .series_dropped = 0},
                        &out);
  return out;
}

EngineStatus full_status() {
  return {.assigned = true,
          .restored = true,
          .draining = false,
          .partitions = {{"posts", 3, 120, 7, kNoon}},
          .queues = {{0, 4096, 65536}},
          .state = StateStatus{.bytes = 8192, .last_success_seconds = 1.5e9}};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

// The lines that hold `word`, comments aside.
std::string series(const std::string& text, std::string_view word) {
  std::string out;
  for (const std::string& line : lines(text)) {
    if (line[0] != '#' && line.find(word) != std::string::npos) out += line + "\n";
  }
  return out;
}

std::size_t count_series(const std::string& text) {
  std::size_t count = 0;
  for (const std::string& line : lines(text)) count += line[0] != '#' ? 1 : 0;
  return count;
}

// Type and labels of every family.
using Contract = std::map<std::string, std::pair<std::string, std::set<std::string>>>;

std::string text(const Contract& contract) {
  std::string out;
  for (const auto& [name, family] : contract) {
    out += cat(name, " ", family.first);
    for (const std::string& label : family.second) out += " " + label;
    out += "\n";
  }
  return out;
}

Contract rendered_contract(const std::string& exposition) {
  Contract contract;
  for (const std::string& line : lines(exposition)) {
    std::istringstream words(line);
    std::string hash, keyword, name, type;
    if (line.starts_with("# TYPE ")) {
      words >> hash >> keyword >> name >> type;
      contract[name].first = type;
    }
    if (line.starts_with("#")) continue;
    const std::size_t brace = line.find('{');
    if (brace == std::string::npos) continue;
    std::set<std::string>& labels = contract[line.substr(0, brace)].second;
    std::size_t at = brace + 1;
    while (line[at] != '}') {
      const std::size_t equals = line.find('=', at);
      labels.insert(line.substr(at, equals - at));
      at = line.find('"', equals + 2) + 1;  // no value of this test holds a quote
      if (line[at] == ',') ++at;
    }
  }
  return contract;
}

// The words between backquotes.
std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> out;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at)) {
    const std::size_t end = cell.find('`', at + 1);
    out.push_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

Contract documented_contract() {
  std::ifstream file(VIGIE_SOURCE_DIR "/engine/serve/metrics.md");
  Contract contract;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream row(line);
    std::array<std::string, 4> cell;
    for (std::string& part : cell) std::getline(row, part, '|');
    auto& [type, labels] = contract[quoted(cell[1]).at(0)];
    std::istringstream(cell[2]) >> type;
    for (const std::string& label : quoted(cell[3])) labels.insert(label);
  }
  // Those of the table of KPIs are on deploy/KPIS.md, which another test holds equal to it.
  for (const KpiSpec& spec : kpi_specs()) {
    contract[std::string(spec.metric)] = {"gauge", {"brand", "window"}};
    if (!spec.sliced) continue;
    const std::string_view behind = spec.metric.substr(std::string_view("vigie_kpi").size());
    contract[cat("vigie_slice", behind)] = {"gauge", {"brand", "dimension", "value"}};
  }
  return contract;
}

// Two brands with ids of their own; the second has a shadow query.
std::vector<BrandSnapshot> two_brands() {
  std::vector<BrandSnapshot> brands{busy_brand("Alpha"), busy_brand("Bêta")};
  brands[1].id = 1;
  brands[1].place = 1;
  brands[1].shadow = true;
  return brands;
}

std::string everything() {
  const Shards shards({two_brands()});
  const EngineStatus status = full_status();
  return render(shards.view(), 1) + render_engine(&status);
}

TEST_CASE("metrics.md lists what is rendered, no more and no less") {
  CHECK(text(documented_contract()) == text(rendered_contract(everything())));
}

TEST_CASE("HELP and TYPE come once, in front of all series of their family") {
  std::set<std::string> seen;
  std::string current;
  for (const std::string& line : lines(everything())) {
    std::istringstream words(line);
    std::string hash, keyword, name;
    if (line.starts_with("# HELP ")) {
      words >> hash >> keyword >> current;
      CHECK_MESSAGE(seen.insert(current).second, current);
    } else if (line.starts_with("# TYPE ")) {
      words >> hash >> keyword >> name;
      CHECK(name == current);
    } else {
      CHECK(line.substr(0, line.find_first_of("{ ")) == current);
    }
  }
}

TEST_CASE("promtool finds nothing wrong") {
  const std::string path = VIGIE_BINARY_DIR "/exposition_test.prom";
  std::ofstream(path) << everything();
  const std::string command = "promtool check metrics < '" + path + "' 2>&1; echo exit $?";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) {
    said.append(buffer.data(), n);
  }
  pclose(pipe);
  if (said.ends_with("exit 127\n")) {
    MESSAGE("skipped: promtool is not installed (Debian package prometheus)");
    return;
  }
  CHECK(said == "exit 0\n");
}

TEST_CASE("every brand is there from the start with 0, and without growth") {
  const Shards shards({{brand("Alpha")}});
  const std::string out = render(shards.view());
  CHECK(series(out, "_total") ==
        "vigie_brand_mentions_total{brand=\"Alpha\"} 0\n"
        "vigie_late_mentions_total{brand=\"Alpha\"} 0\n"
        "vigie_backdated_mentions_total{brand=\"Alpha\"} 0\n"
        "vigie_rule_matches_total{brand=\"Alpha\"} 0\n"
        "vigie_rule_failures_total{brand=\"Alpha\"} 0\n"
        "vigie_rule_cpu_seconds_total{brand=\"Alpha\"} 0\n"
        "vigie_rule_candidates_total{brand=\"Alpha\"} 0\n"
        "vigie_rule_verifications_total{brand=\"Alpha\"} 0\n");
  CHECK(series(out, "window=\"5m\"") ==
        "vigie_window_mentions{brand=\"Alpha\",window=\"5m\",span=\"current\"} 0\n"
        "vigie_window_mentions{brand=\"Alpha\",window=\"5m\",span=\"previous\"} 0\n"
        "vigie_window_mentions{brand=\"Alpha\",window=\"5m\",span=\"yesterday\"} 0\n");
  CHECK(count_series(out) == 1 + 3 + 12 + 5);
}

TEST_CASE("counts, windows and growth are those of the snapshot") {
  const Shards shards({{busy_brand("Alpha")}});
  const std::string out = render(shards.view());
  CHECK(series(out, "watermark") == "vigie_watermark_timestamp_seconds 1795348800.5\n");
  CHECK(series(out, "mentions_total") ==
        "vigie_brand_mentions_total{brand=\"Alpha\"} 12\n"
        "vigie_mentions_total{brand=\"Alpha\",platform=\"mastodon\"} 9\n"
        "vigie_mentions_total{brand=\"Alpha\",platform=\"x\"} 3\n"
        "vigie_late_mentions_total{brand=\"Alpha\"} 2\n"
        "vigie_backdated_mentions_total{brand=\"Alpha\"} 1\n");
  CHECK(series(out, "vigie_mention_growth") ==
        "vigie_mention_growth_ratio{brand=\"Alpha\",window=\"5m\",against=\"previous\"} 0.5\n"
        "vigie_mention_growth_ratio{brand=\"Alpha\",window=\"5m\",against=\"yesterday\"} -0.25\n"
        "vigie_mention_growth_ratio{brand=\"Alpha\",window=\"15m\",against=\"previous\"} 0.25\n"
        "vigie_mention_growth_ratio{brand=\"Alpha\",window=\"24h\",against=\"previous\"} 11\n"
        "vigie_mention_growth_ratio{brand=\"Alpha\",window=\"24h\",against=\"yesterday\"} 11\n");
  CHECK(series(out, "platform=\"x\",window") ==
        "vigie_platform_window_mentions{brand=\"Alpha\",platform=\"x\",window=\"5m\"} 2\n"
        "vigie_platform_window_mentions{brand=\"Alpha\",platform=\"x\",window=\"15m\"} 3\n"
        "vigie_platform_window_mentions{brand=\"Alpha\",platform=\"x\",window=\"1h\"} 3\n"
        "vigie_platform_window_mentions{brand=\"Alpha\",platform=\"x\",window=\"24h\"} 3\n");
}

TEST_CASE("costs are summed over the workers by the id of the brand") {
  const Shards shards({two_brands()});
  const std::string out = render(shards.view(), 2);
  CHECK(series(out, "vigie_rule_") ==
        "vigie_rule_matches_total{brand=\"Alpha\"} 6\n"
        "vigie_rule_matches_total{brand=\"Bêta\"} 60\n"
        "vigie_rule_failures_total{brand=\"Alpha\"} 8\n"
        "vigie_rule_failures_total{brand=\"Bêta\"} 80\n"
        "vigie_rule_cpu_seconds_total{brand=\"Alpha\"} 1\n"
        "vigie_rule_cpu_seconds_total{brand=\"Bêta\"} 10\n"
        "vigie_rule_candidates_total{brand=\"Alpha\"} 2\n"
        "vigie_rule_candidates_total{brand=\"Bêta\"} 20\n"
        "vigie_rule_verifications_total{brand=\"Alpha\"} 4\n"
        "vigie_rule_verifications_total{brand=\"Bêta\"} 40\n");
  CHECK(series(out, "vigie_shadow_") ==
        "vigie_shadow_posts_total{brand=\"Bêta\",change=\"gained\"} 4\n"
        "vigie_shadow_posts_total{brand=\"Bêta\",change=\"lost\"} 2\n");
}

TEST_CASE("shadows are written as JSON, only of brands that have one") {
  const Shards shards({two_brands()});
  const auto sample = [](std::string_view change, std::string_view id, std::string_view at) {
    return cat("{\"change\":\"", change, "\",\"id\":\"", id,
               "\",\"platform\":\"x\",\"url\":\"https://x.example/1\",\"created_at\":\"", at,
               "\",\"text\":\"a \\\"new\\\" post\"}");
  };
  CHECK(shadow_json(shards.view(), totals(1)) ==
        cat("[{\"brand\":\"Bêta\",\"gained\":2,\"lost\":1,\"samples\":[",
            sample("gained", "p2", "2026-11-22T12:00:01.500000Z"), ",",
            sample("gained", "p1", "2026-11-22T12:00:00.500000Z"), ",",
            sample("lost", "p1", "2026-11-22T12:00:00.500000Z"), "]}]\n"));
  CHECK(shadow_json(shards.view(), totals(0)) ==
        "[{\"brand\":\"Bêta\",\"gained\":0,\"lost\":0,\"samples\":[]}]\n");
  CHECK(shadow_json(Shards({}).view(), totals(1)) == "[]\n");
}

TEST_CASE("backslash, quote and line feed are escaped in labels, UTF-8 is left alone") {
  BrandSnapshot odd = brand("L'Été \"\\\"\n東京");
  odd.platforms = {{ShortName("a\"b"), 1, {}}};
  const Shards shards({{odd}});
  CHECK(series(render(shards.view()), "vigie_mentions_total") ==
        "vigie_mentions_total{brand=\"L'Été \\\"\\\\\\\"\\n東京\",platform=\"a\\\"b\"} 1\n");
}

TEST_CASE("the bound on series drops the last ones and counts them") {
  const Shards shards({{busy_brand("Alpha"), busy_brand("Beta")}});
  const std::string whole = render(shards.view());
  const std::size_t all = count_series(whole) - 1;  // the watermark is not a brand's series
  for (const std::size_t bound : {std::size_t{0}, std::size_t{3}, all - 1, all, all + 1}) {
    std::string out;
    const std::uint64_t dropped = append_brand_series(shards.view(), totals(0), bound, &out);
    CHECK(dropped == (bound < all ? all - bound : 0));
    CHECK(count_series(out) == all + 1 - dropped);
  }
}

TEST_CASE("brands of several shards come in the order of the configuration") {
  const auto at = [](std::uint32_t place) {
    BrandSnapshot out = brand(cat(place));
    out.place = place;
    return out;
  };
  Shards shards({{at(0), at(3)}, {at(1)}, {at(2)}});
  const auto names = [&shards] {
    std::string out;
    const View view = shards.view();
    for (const BrandSnapshot* each : view.brands()) out += each->name;
    return out;
  };
  CHECK(names() == "0123");
  CHECK(shards.view().watermark() == kNoon);
  shards.add_empty();
  CHECK(names() == "0123");
  CHECK_FALSE(shards.view().watermark().has_value());
}

TEST_CASE("without a snapshot or a status the engine's series are there and it is not ready") {
  const std::string out = render_engine(nullptr);
  CHECK(series(out, "vigie_ready") == "vigie_ready 0\n");
  CHECK(series(out, "vigie_build_info") == "vigie_build_info{version=\"1.2.3\"} 1\n");
  CHECK(series(out, "reason=\"too_deep\"") ==
        "vigie_rejected_records_total{reason=\"too_deep\"} 0\n");
  CHECK(series(out, "vigie_partition").empty());
  CHECK(series(out, "vigie_config") ==
        "vigie_config_last_reload_successful 0\n"
        "vigie_config_last_reload_success_timestamp_seconds 1795348800.5\n"
        "vigie_config_reloads_total{result=\"success\"} 2\n"
        "vigie_config_reloads_total{result=\"failure\"} 1\n");
}

TEST_CASE("counters and status arrive in the series") {
  Counters counters;
  Counters::add(counters.records, 1'000'000'007);
  Counters::add(counters.facts_late, 3);
  EngineStatus status = full_status();
  status.draining = true;
  std::string out;
  append_engine_metrics(
      {.counters = &counters, .status = &status, .config = {}, .version = "1", .series_dropped = 5},
      &out);
  CHECK(series(out, "vigie_records_total") == "vigie_records_total 1000000007\n");
  CHECK(series(out, "reason=\"late\"") == "vigie_facts_dropped_total{reason=\"late\"} 3\n");
  CHECK(series(out, "vigie_ready") == "vigie_ready 0\n");
  CHECK(series(out, "shard=") ==
        "vigie_queue_bytes{shard=\"0\"} 4096\nvigie_queue_limit_bytes{shard=\"0\"} 65536\n");
  CHECK(series(out, "topic=") ==
        "vigie_partition_lag_records{topic=\"posts\",partition=\"3\"} 7\n"
        "vigie_partition_next_offset{topic=\"posts\",partition=\"3\"} 120\n"
        "vigie_partition_event_timestamp_seconds{topic=\"posts\",partition=\"3\"} 1795348800.5\n");
  CHECK(series(out, "series_dropped") == "vigie_series_dropped_total 5\n");
  CHECK(series(out, "process_resident_memory_bytes") != "process_resident_memory_bytes 0\n");
}

TEST_CASE("the brands are written as JSON") {
  const Shards shards({{busy_brand("A \"quoted\" name"), brand("Beta")}});
  const std::string zero =
      "{\"current\":0,\"previous\":0,\"yesterday\":0,\"growth\":null,\"growth_yesterday\":null}";
  CHECK(brands_json(shards.view()) ==
        "[{\"brand\":\"A \\\"quoted\\\" name\",\"mentions\":12,\"late\":2,\"backdated\":1,"
        "\"windows\":{"
        "\"5m\":{\"current\":3,\"previous\":2,\"yesterday\":4,"
        "\"growth\":0.5,\"growth_yesterday\":-0.25},"
        "\"15m\":{\"current\":5,\"previous\":4,\"yesterday\":0,"
        "\"growth\":0.25,\"growth_yesterday\":null},"
        "\"1h\":{\"current\":6,\"previous\":0,\"yesterday\":0,"
        "\"growth\":null,\"growth_yesterday\":null},"
        "\"24h\":{\"current\":12,\"previous\":1,\"yesterday\":1,"
        "\"growth\":11,\"growth_yesterday\":11}},"
        "\"platforms\":[{\"platform\":\"mastodon\",\"mentions\":9},"
        "{\"platform\":\"x\",\"mentions\":3}]},\n"
        "{\"brand\":\"Beta\",\"mentions\":0,\"late\":0,\"backdated\":0,\"windows\":{\"5m\":" +
            zero + ",\"15m\":" + zero + ",\"1h\":" + zero + ",\"24h\":" + zero +
            "},\"platforms\":[]}]\n");
  CHECK(brands_json(Shards({}).view()) == "[]\n");
}

TEST_CASE("an address to listen on is read, or refused with what to write") {
  struct Case {
    std::string_view text;
    std::string_view expected;  // the address, or empty when refused
  };
  constexpr std::array<Case, 12> kCases{{{"127.0.0.1:9464", "127.0.0.1:9464"},
                                         {"localhost:0", "localhost:0"},
                                         {":9464", "0.0.0.0:9464"},
                                         {"[::1]:80", "[::1]:80"},
                                         {"[::]:65535", "[::]:65535"},
                                         {"", ""},
                                         {"9464", ""},
                                         {"host:", ""},
                                         {"host:65536", ""},
                                         {"host:-1", ""},
                                         {"host:80x", ""},
                                         {"::1:80", ""}}};
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const Result<ListenAddress> address = parse_listen_address(c.text);
    CHECK((address ? address->text() : "") == c.expected);
    if (!address) CHECK(address.error().kind == ErrorKind::config);
  }
  CHECK(parse_listen_address("host:x").error().text() ==
        "serve.listen: 'host:x' has no port between 0 and 65535; write HOST:PORT, as in "
        "127.0.0.1:9464");
}

}  // namespace
}  // namespace vigie
