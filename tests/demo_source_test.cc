// The demo's stream: the same for the same seed whatever the pace, well-formed, and with the story
// that it promises.
#include "connectors/demo_source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "connectors/demo_brands.h"
#include "connectors/demo_plan.h"
#include "connectors/demo_posts.h"

namespace vigie {
namespace {

const EventTime kStart = *parse_rfc3339("2026-11-20T15:20:00Z");  // a Friday, 16:20 in Paris
const DemoMinute kStartMinute = kStart.time_since_epoch() / std::chrono::minutes{1};
const DemoPlan kPlan{1, kStartMinute};

Clock::time_point fake_now;  // moved by the test alone
Clock::time_point now() { return fake_now; }

DemoOptions options(Duration past, bool live, std::size_t batch_records) {
  return {.seed = 1,
          .start = kStart,
          .past = past,
          .live = live,
          .first_partition = 5,
          .batch_records = batch_records,
          .now = now};
}

// Everything up to the end, one record a line.
std::string read_past(const DemoOptions& options) {
  const auto source = open_demo(options);
  Batch batch;
  std::string out;
  std::int64_t offset = 0;
  do {
    REQUIRE(source->read(&batch, fake_now).has_value());
    CHECK(batch.records.size() <= options.batch_records);
    for (const Record& record : batch.records) {
      REQUIRE(record.offset == offset++);
      out.append(record.value);
      out += '\n';
    }
    REQUIRE(batch.news.size() == 1);
    CHECK(batch.news[0].next_offset == offset);
    CHECK(batch.news[0].caught_up == batch.ended);
  } while (!batch.ended);
  CHECK(batch.news[0].lag == 0);
  CHECK(static_cast<std::uint64_t>(offset) == demo_past_records(options));
  return out;
}

// The posts seen in one minute, in no particular order.
std::vector<std::string> posts_of(const DemoPlan& plan, DemoMinute minute) {
  DemoWriter writer(plan);
  std::vector<std::string> out;
  for (DemoTheme theme = 0; theme < kDemoThemes; ++theme) {
    const std::uint32_t count = plan.count(theme, minute);
    for (std::uint32_t number = 0; number < count; ++number) {
      writer.append({theme, minute, number}, &out.emplace_back());
    }
  }
  return out;
}

// How many posts of these minutes hold the word.
double mean_with(std::string_view word, DemoMinute first, DemoMinute last) {
  double count = 0;
  for (DemoMinute minute = first; minute < last; ++minute) {
    for (const std::string& post : posts_of(kPlan, minute)) {
      count += post.find(word) != std::string::npos ? 1 : 0;
    }
  }
  return count / static_cast<double>(last - first);
}

// The text of a field of a flat part of the record, escapes as they are; empty when absent.
std::string field(const std::string& post, const std::string& key) {
  const std::string start = "\"" + key + "\":";
  const std::size_t at = post.find(start);
  if (at == std::string::npos) return {};
  std::size_t from = at + start.size();
  if (post[from] != '"') return post.substr(from, post.find_first_of(",}", from) - from);
  std::size_t end = ++from;
  while (post[end] != '"') end += post[end] == '\\' ? 2 : 1;
  return post.substr(from, end - from);
}

// Reads one JSON value; strict enough to catch a comma too many and an open string.
class Json {
 public:
  explicit Json(std::string_view text) : text_(text) {}
  bool valid() { return value() && text_.empty(); }

 private:
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    while (!text_.empty() && text_[0] != '"') {
      if (static_cast<unsigned char>(text_[0]) < 0x20) return false;
      text_.remove_prefix(std::min<std::size_t>(text_[0] == '\\' ? 2 : 1, text_.size()));
    }
    return take('"');
  }
  bool list(char close, bool named) {
    if (take(close)) return true;
    do {
      if (named && !(string() && take(':'))) return false;
      if (!value()) return false;
    } while (take(','));
    return take(close);
  }
  bool value() {
    if (take('{')) return list('}', true);
    if (take('[')) return list(']', false);
    if (text_.starts_with('"')) return string();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return true;
    }
    const std::size_t digits = std::min(text_.find_first_not_of("0123456789"), text_.size());
    text_.remove_prefix(digits);
    return digits > 0;
  }

  std::string_view text_;
};

TEST_CASE("the same seed gives the same bytes, another seed others") {
  const DemoOptions once = options(std::chrono::minutes{30}, false, 4096);
  DemoOptions other = once;
  other.seed = 2;
  const std::string bytes = read_past(once);
  CHECK(bytes.size() > 1'000'000);
  CHECK(bytes == read_past(once));
  CHECK(bytes != read_past(other));
}

TEST_CASE("the size of the batches changes no byte") {
  const std::string bytes = read_past(options(std::chrono::minutes{10}, false, 4096));
  for (const std::size_t size : {1, 7, 1000}) {
    CHECK(bytes == read_past(options(std::chrono::minutes{10}, false, size)));
  }
}

TEST_CASE("live posts come when their time has come, at any pace of reading") {
  const auto read_live = [](Clock::duration step) {
    fake_now = {};
    const auto source = open_demo(options(std::chrono::minutes{0}, true, 4096));
    Batch batch;
    std::string out;
    while (fake_now <= Clock::time_point{std::chrono::minutes{6}}) {
      REQUIRE(source->read(&batch, fake_now).has_value());
      const EventTime present = kStart + std::chrono::floor<Duration>(fake_now.time_since_epoch());
      for (const Record& record : batch.records) {
        CHECK(*record.recorded_at <= present);
        out.append(record.value);
      }
      CHECK_FALSE(batch.ended);
      CHECK(batch.news.at(0).caught_up == batch.records.empty());
      if (batch.records.empty()) fake_now += step;
    }
    fake_now = {};
    return out;
  };
  const std::string bytes = read_live(std::chrono::milliseconds{500});
  CHECK(bytes.size() > 300'000);
  CHECK(bytes == read_live(std::chrono::minutes{2}));
}

TEST_CASE("a read with nothing to come returns by its deadline, caught up") {
  fake_now = {};
  const auto source = open_demo(options(std::chrono::minutes{0}, true, 4096));
  Batch batch;
  REQUIRE(source->read(&batch, fake_now).has_value());
  CHECK(batch.records.empty());
  CHECK(batch.news.at(0).caught_up);
  REQUIRE(batch.assignment.has_value());
  CHECK(batch.assignment->partitions == std::vector<PartitionId>{5});
  REQUIRE(source->read(&batch, fake_now).has_value());
  CHECK_FALSE(batch.assignment.has_value());
  CHECK(source->name(5).topic == "demo");
}

TEST_CASE("every record is whole JSON with the required fields, and no id comes twice") {
  std::set<std::string> ids;
  std::size_t posts = 0;
  for (DemoMinute minute = kPlan.crisis_start() - 5; minute < kPlan.crisis_start() + 25; ++minute) {
    for (const std::string& post : posts_of(kPlan, minute)) {
      ++posts;
      INFO(post);
      REQUIRE(Json(post).valid());
      ids.insert(field(post, "id"));
      REQUIRE_FALSE(field(post, "platform").empty());
      REQUIRE(post.find(",\"text\":\"") != std::string::npos);
      REQUIRE(post.find('{', post.find("\"text\":")) != std::string::npos);  // no slot left open
      REQUIRE(field(post, "text").find_first_of("{}") == std::string::npos);
      const std::string created = field(post, "created_at");
      REQUIRE((parse_rfc3339(created).has_value() || std::stoll(created) > 0));
    }
  }
  CHECK(ids.size() == posts);
}

TEST_CASE("a repost says again what its original said before") {
  std::map<std::string, std::string> texts;
  std::size_t checked = 0;
  for (DemoMinute minute = kPlan.crisis_start() - 30; minute < kPlan.crisis_start() + 30;
       ++minute) {
    const std::vector<std::string> posts = posts_of(kPlan, minute);
    for (const std::string& post : posts) {
      const auto original = texts.find(field(post, "shared_id"));
      if (original == texts.end()) continue;
      ++checked;
      CHECK(field(post, "kind") == "repost");
      REQUIRE(field(post, "shared_text") == original->second);
    }
    for (const std::string& post : posts) texts[field(post, "id")] = field(post, "text");
  }
  CHECK(checked > 500);
}

TEST_CASE("posts are handed over in the order in which they are seen, after they were written") {
  const auto source = open_demo(options(std::chrono::minutes{20}, false, 4096));
  Batch batch;
  EventTime before{};
  std::size_t out_of_order = 0;
  EventTime latest{};
  do {
    REQUIRE(source->read(&batch, fake_now).has_value());
    for (const Record& record : batch.records) {
      CHECK(*record.recorded_at >= before);
      before = *record.recorded_at;
      const std::string created = field(std::string(record.value), "created_at");
      const EventTime written = parse_rfc3339(created).value_or(
          EventTime{std::chrono::microseconds{std::atoll(created.c_str())}});
      CHECK(written <= before);
      out_of_order += written < latest ? 1 : 0;
      latest = std::max(latest, written);
    }
  } while (!batch.ended);
  CHECK(out_of_order > 100);  // as in life
}

TEST_CASE("a past day holds 150,000 to 300,000 posts, whatever the seed and the day") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    DemoOptions day = options(std::chrono::hours{24}, false, 4096);
    day.seed = seed;
    day.start = kStart + std::chrono::hours{27} * static_cast<int>(seed);
    const std::uint64_t records = demo_past_records(day);
    CHECK(records > 150'000);
    CHECK(records < 300'000);
  }
}

TEST_CASE("the dairy's recall starts five hours ago, within minutes, at ten times the usual") {
  const DemoMinute start = kPlan.crisis_start();
  const double usual = mean_with("aubrelle", start - 60, start);
  const double first = mean_with("aubrelle", start + 5, start + 10);
  const double peak = mean_with("aubrelle", start + 20, start + 40);
  const double later = mean_with("aubrelle", start + 140, start + 150);
  const double now = mean_with("aubrelle", kStartMinute - 10, kStartMinute);
  MESSAGE("posts a minute: before ", usual, ", at the peak ", peak, ", now ", now);
  CHECK(usual > 1);
  CHECK(first > 3 * usual);
  CHECK(peak > 10 * usual);
  CHECK(later < peak / 2);
  CHECK(now < peak / 3);
  const double reposts = mean_with("\"kind\":\"repost\"", start + 20, start + 40);
  CHECK(reposts > 0.4 * peak);
}

// What alerts will have to find: one post with a known id that spreads, and what is said below it.
TEST_CASE("the recall is one post, which is passed on, answered, and followed by illness") {
  const DemoMinute start = kPlan.crisis_start();
  std::map<std::string, int> count;
  for (DemoMinute minute = start - 10; minute < start + 60; ++minute) {
    for (const std::string& post : posts_of(kPlan, minute)) {
      const bool of_recall = post.find("recall-maubrelle") != std::string::npos;
      count["recall"] += field(post, "id") == kDemoRecallId ? 1 : 0;
      count["repost"] += field(post, "shared_id") == kDemoRecallId ? 1 : 0;
      count["answer"] += field(post, "root_id") == kDemoRecallId ? 1 : 0;
      count["early"] += of_recall && minute < start ? 1 : 0;
      const bool ill = post.find("malade") != std::string::npos ||
                       post.find("ntoxication") != std::string::npos ||
                       post.find("sick after") != std::string::npos;
      count["illness"] += ill && post.find("aubrelle") != std::string::npos ? 1 : 0;
    }
  }
  CHECK(count["recall"] == 1);
  CHECK(count["repost"] > 500);
  CHECK(count["answer"] > 50);
  CHECK(count["early"] == 0);
  CHECK(count["illness"] > 500);
}

TEST_CASE("brands answer those who complain to them") {
  std::set<std::string> parents;
  std::set<std::string> addressed;
  for (DemoMinute minute = kStartMinute - 180; minute < kStartMinute; ++minute) {
    for (const std::string& post : posts_of(kPlan, minute)) {
      const std::size_t author = post.find("\"author\"");
      const std::string handle = field(post.substr(author), "handle");
      if (post.substr(0, author).find("{\"handle\":\"orvelane_fr\"") != std::string::npos) {
        addressed.insert(field(post, "id"));
      }
      if (handle == "orvelane_fr") parents.insert(field(post, "parent_id"));
    }
  }
  CHECK(addressed.size() > 10);
  REQUIRE(parents.size() > 5);
  std::size_t known = 0;
  for (const std::string& parent : parents) known += addressed.count(parent);
  CHECK(2 * known >= parents.size());  // others were said before these three hours
}

TEST_CASE("the campaign grows over the day and brings people back") {
  const DemoMinute start = kPlan.campaign_start();
  CHECK(mean_with("MaFibreEnFete", start - 60, start) == 0);
  const double morning = mean_with("MaFibreEnFete", start + 240, start + 260);
  const double noon = mean_with("MaFibreEnFete", start + 440, start + 460);
  CHECK(morning > 3);
  CHECK(noon > 2 * morning);
  std::map<std::string, int> authors;
  DemoWriter writer(kPlan);
  double posts = 0;
  for (DemoMinute minute = start; minute < kStartMinute; minute += 4) {
    for (std::uint32_t i = 0; i < kPlan.count(kThemeCampaign, minute); ++i) {
      std::string post;
      writer.append({kThemeCampaign, minute, i}, &post);
      ++authors[field(post.substr(post.find("\"author\"")), "id")];
      ++posts;
    }
  }
  CHECK(static_cast<double>(authors.size()) < 0.8 * posts);
}

TEST_CASE("nights are quiet, and counts spread wider than chance alone") {
  std::map<int, double> hours;  // by local hour
  double squares = 0;
  double pairs = 0;
  for (DemoMinute minute = kStartMinute - 1440; minute < kStartMinute; ++minute) {
    const double count = kPlan.count(kThemeNoise, minute);
    hours[local_minute_of_day(minute) / 60] += count / 60;
    const double next = kPlan.count(kThemeNoise, minute + 1);
    squares += (next - count) * (next - count);
    pairs += next + count;
  }
  CHECK(hours.at(3) < hours.at(12) / 4);
  CHECK(hours.at(21) > hours.at(8));
  CHECK(squares / pairs > 1.5);  // 1 for Poisson counts
}

TEST_CASE("summer time is an hour ahead of winter time") {
  const auto minute = [](std::string_view time) { return *parse_rfc3339(time) - EventTime{}; };
  const auto local = [&](std::string_view time) {
    return local_minute_of_day(minute(time) / std::chrono::minutes{1});
  };
  CHECK(local("2026-03-29T00:59:00Z") == 119);
  CHECK(local("2026-03-29T01:00:00Z") == 180);
  CHECK(local("2026-10-25T00:59:00Z") == 179);
  CHECK(local("2026-10-25T01:00:00Z") == 120);
}

TEST_CASE("the brands are three sectors of three, each found by its name") {
  const std::vector<DemoBrand>& brands = demo_brands();
  REQUIRE(brands.size() == kDemoBrands);
  std::set<std::string> names;
  for (std::size_t i = 0; i < brands.size(); ++i) {
    CHECK(static_cast<std::size_t>(brands[i].sector) == i / 3);
    CHECK_FALSE(brands[i].names.empty());
    CHECK_FALSE(brands[i].hashtags.empty());
    CHECK_FALSE(brands[i].handles.empty());
    CHECK_FALSE(brands[i].products.empty());
    names.insert(brands[i].name);
  }
  CHECK(names.size() == kDemoBrands);
  CHECK(brands[kDemoDairy].name == "Maubrelle");
  CHECK(to_text(brands[kDemoDairy].sector) == "dairy");
  CHECK(demo_site(brands[kDemoTelecom]) == "orvelane_fr.example");
  CHECK(brands[kDemoTelecom].name == "Orvelane");
}

}  // namespace
}  // namespace vigie
