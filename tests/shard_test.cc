// How a shard gathers batches before it folds them: how long they wait, and what ends the wait.
#include "engine/runtime/shard.h"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/queue.h"

namespace vigie {
namespace {

// Hands over what the steps say, one for each take(), on the shard's own thread; then it is closed.
class ScriptedLink final : public FactLink {
 public:
  // True: the batch was filled. False: nothing comes before the deadline.
  using Step = std::function<bool(FactBatch* batch, Deadline deadline)>;
  std::vector<Step> steps;
  std::uint64_t done_with = 0;  // the highest sequence

  Result<void> publish(std::uint32_t /*shard*/, FactBatch&& /*batch*/,
                       Deadline /*deadline*/) override {
    return {};
  }
  Result<bool> take(std::uint32_t /*shard*/, FactBatch* batch, Deadline deadline) override {
    if (next_ == steps.size()) return fail(ErrorKind::closed, "the script is over");
    const bool filled = steps[next_++](batch, deadline);
    if (filled) return true;
    FactBatch none;
    static_cast<void>(empty_.pop(&none, deadline));  // as any link would wait
    return false;
  }
  void applied(std::uint32_t /*shard*/, std::uint32_t /*writer*/, std::uint64_t sequence) override {
    done_with = sequence;
  }
  [[nodiscard]] std::uint64_t applied_everywhere(std::uint32_t /*writer*/) const override {
    return done_with;
  }
  void close() override {}
  [[nodiscard]] Use use(std::uint32_t /*shard*/) const override { return {}; }

 private:
  std::size_t next_ = 0;
  Queue<FactBatch> empty_{1};
};

std::shared_ptr<const RulesInUse> rules_for(const std::vector<BrandId>& live) {
  auto list = std::make_shared<BrandList>();
  list->names = {"Acme", "Bolt"};
  for (const BrandId id : live) list->live.push_back({.id = id});
  return std::make_shared<const RulesInUse>(RulesInUse{nullptr, list});
}

// A shard of two brands, and its script.
struct Stage {
  ScriptedLink link;
  Counters counters;
  Cell<RulesInUse> rules{rules_for({0, 1})};
  std::uint64_t sequence = 0;
  std::int64_t offset = 0;

  FactBatch batch(std::size_t facts) {
    FactBatch out;
    out.sequence = ++sequence;
    for (std::size_t i = 0; i < facts; ++i) {
      FactPost& post = out.facts.posts.emplace_back();
      post.origin = {.partition = 0, .offset = ++offset, .index = 0};
      post.place = static_cast<std::uint32_t>(i);
      post.event_time = EventTime{std::chrono::seconds{1'700'000'000}};
      out.facts.facts.push_back({.post = static_cast<std::uint32_t>(i), .brand = 0});
    }
    return out;
  }
  // The shard takes this batch.
  void give(FactBatch&& what) {
    auto held = std::make_shared<FactBatch>(std::move(what));
    link.steps.push_back([held](FactBatch* to, Deadline /*deadline*/) {
      *to = std::move(*held);
      return true;
    });
  }
  // Nothing comes; before that `look` is called.
  void pause(std::function<void(Deadline)> look) {
    link.steps.push_back([look = std::move(look)](FactBatch* /*to*/, Deadline deadline) {
      look(deadline);
      return false;
    });
  }
  // When the shard comes back for more, it is done with everything up to here.
  void expect_done(std::uint64_t wanted) {
    link.steps.push_back([this, wanted](FactBatch* /*to*/, Deadline /*deadline*/) {
      CHECK(link.done_with == wanted);
      return false;
    });
  }

  std::uint64_t run() {
    Shard shard({.number = 0,
                 .shards = 1,
                 .writers = 1,
                 .lateness = std::chrono::hours{1},
                 .snapshot_every = std::chrono::hours{1},
                 .keep_closed = false},
                {.rules = &rules, .link = &link, .checkpointer = nullptr, .counters = &counters});
    shard.run();
    std::uint64_t mentions = 0;
    for (const BrandSnapshot& brand : shard.snapshot().load()->brands) mentions += brand.mentions;
    return mentions;
  }
};

TEST_CASE("a few facts wait for more, and no longer than they may") {
  Stage stage;
  stage.give(stage.batch(3));
  stage.pause([&](Deadline deadline) {
    CHECK(stage.link.done_with == 0);
    CHECK(stage.counters.facts_applied == 0);
    CHECK(deadline <= after(kFactsWaitMax));
  });
  stage.expect_done(1);
  CHECK(stage.run() == 3);
}

TEST_CASE("the wait is that of the first batch, however many follow") {
  Stage stage;
  Deadline first{};
  stage.give(stage.batch(1));
  stage.link.steps.push_back([&](FactBatch* to, Deadline deadline) {
    first = deadline;
    *to = stage.batch(1);
    return true;
  });
  stage.pause([&](Deadline deadline) { CHECK(deadline <= first); });
  stage.expect_done(2);
  CHECK(stage.run() == 2);
}

TEST_CASE("as many facts as are folded at once wait for nothing") {
  Stage stage;
  constexpr std::size_t kBatch = kFactsAtOnceMax / 4;
  for (int i = 0; i < 3; ++i) stage.give(stage.batch(kBatch));
  stage.link.steps.push_back([&](FactBatch* to, Deadline /*deadline*/) {
    CHECK(stage.link.done_with == 0);
    *to = stage.batch(kBatch);
    return true;
  });
  stage.expect_done(4);
  CHECK(stage.run() == 4 * kBatch);
  CHECK(stage.counters.facts_applied == 4 * kBatch);
}

TEST_CASE("so many bytes wait for nothing") {
  Stage stage;
  FactBatch large = stage.batch(1);
  large.facts.texts.resize(kFactsAtOnceBytes);
  stage.give(std::move(large));
  stage.expect_done(1);
  CHECK(stage.run() == 1);
}

TEST_CASE("what waits is folded with the brands that it was made for") {
  Stage stage;
  stage.give(stage.batch(2));
  stage.link.steps.push_back([&](FactBatch* to, Deadline /*deadline*/) {
    stage.rules.store(rules_for({1}));
    *to = stage.batch(5);
    return true;
  });
  stage.link.steps.push_back([&](FactBatch* /*to*/, Deadline /*deadline*/) {
    CHECK(stage.link.done_with == 1);  // the second one waits
    return false;
  });
  CHECK(stage.run() == 0);  // of the brand that is left
  CHECK(stage.counters.facts_applied >= 2);
}

TEST_CASE("a log that is made anew begins behind what waits") {
  Stage stage;
  stage.give(stage.batch(4));
  stage.offset = 0;
  FactBatch anew = stage.batch(4);
  anew.begun_anew = {0};
  stage.give(std::move(anew));
  stage.link.steps.push_back([&](FactBatch* to, Deadline /*deadline*/) {
    CHECK(stage.link.done_with == 1);
    stage.offset = 0;
    *to = stage.batch(4);  // read again
    return true;
  });
  CHECK(stage.run() == 8);
  CHECK(stage.counters.facts_repeated == 4);
}

TEST_CASE("what waits when the link is closed is folded") {
  Stage stage;
  stage.give(stage.batch(2));
  stage.give(stage.batch(3));
  CHECK(stage.run() == 5);
  CHECK(stage.link.done_with == 2);
}

}  // namespace
}  // namespace vigie
