#include "engine/runtime/shadow_log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

std::string ids(const std::vector<ShadowSample>& samples) {
  std::string out;
  for (const ShadowSample& sample : samples) out += sample.id + " ";
  return out;
}

TEST_CASE("changes are counted by brand, and the last posts of each are kept") {
  ShadowLog log;
  std::vector<std::string> names;
  for (int i = 0; i < 7; ++i) names.push_back(cat("p", i));
  for (const std::string& name : names) {
    Mention mention;
    mention.id = name;
    mention.platform = "x";
    mention.url = "https://x.example/1";
    mention.text = "new words";
    mention.created_at = kNoon;
    log.add(mention, std::vector<rules::ShadowChange>{{.brand = 4, .gained = true}});
    if (name == "p3") {
      log.add(mention, std::vector<rules::ShadowChange>{{.brand = 2, .gained = false},
                                                        {.brand = 4, .gained = false}});
    }
  }
  const std::vector<ShadowReport> report = log.report();
  REQUIRE(report.size() == 2);
  CHECK(report[0].brand == 2);
  CHECK(report[0].gained == 0);
  CHECK(report[0].lost == 1);
  CHECK(ids(report[0].lost_samples) == "p3 ");
  CHECK(report[1].brand == 4);
  CHECK(report[1].gained == 7);
  CHECK(report[1].lost == 1);
  CHECK(ids(report[1].gained_samples) == "p5 p6 p2 p3 p4 ");
  const ShadowSample& sample = report[1].lost_samples.at(0);
  CHECK(sample.platform == "x");
  CHECK(sample.url == "https://x.example/1");
  CHECK(sample.text == "new words");
  CHECK(sample.created_at == kNoon);
}

TEST_CASE("a long text is cut between two characters") {
  ShadowLog log;
  std::string text(kShadowTextBytesMax - 1, 'a');
  text += "éé";
  Mention mention;
  mention.text = text;
  log.add(mention, std::vector<rules::ShadowChange>{{.brand = 0, .gained = true}});
  CHECK(log.report()[0].gained_samples[0].text == std::string(kShadowTextBytesMax - 1, 'a'));
}

TEST_CASE("new rules start with no samples and keep the counts") {
  ShadowLog log;
  const std::vector<rules::ShadowChange> gained{{.brand = 1, .gained = true}};
  log.add({}, gained);
  log.forget_samples();
  CHECK(log.report()[0].gained == 1);
  CHECK(log.report()[0].gained_samples.empty());
  log.add({}, gained);
  CHECK(log.report()[0].gained == 2);
  CHECK(log.report()[0].gained_samples.size() == 1);
}

TEST_CASE("above the bound of brands posts are counted and not sampled") {
  ShadowLog log;
  for (BrandId brand = 0; brand <= kShadowBrandsMax; ++brand) {
    log.add({}, std::vector<rules::ShadowChange>{{.brand = brand, .gained = false}});
  }
  log.add({}, std::vector<rules::ShadowChange>{{.brand = 0, .gained = true}});
  const std::vector<ShadowReport> report = log.report();
  CHECK(report[0].gained_samples.size() == 1);
  CHECK(report[kShadowBrandsMax].lost == 1);
  CHECK(report[kShadowBrandsMax].lost_samples.empty());
}

}  // namespace
}  // namespace vigie
