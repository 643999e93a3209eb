#include "tests/crash_life.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "connectors/decode.h"
#include "engine/runtime/engine.h"

namespace vigie::test {
namespace {

constexpr std::uint32_t kWorkers = 2;

Shown shown(const BrandSnapshot& brand) {
  Shown out;
  out.mentions = brand.mentions;
  for (const PlatformSnapshot& platform : brand.platforms) {
    out.platforms[std::string(platform.platform.view())] = platform.mentions;
  }
  for (const WindowCounts& window : brand.windows) {
    out.windows.insert(out.windows.end(), {window.current, window.previous, window.yesterday});
  }
  return out;
}

}  // namespace

bool mentions(std::string_view text, std::string_view brand) {
  if (brand == "Orvelane") return text.contains("Orvelane");
  if (brand == "Crémoline") return text.contains("Crémol") || text.contains("CREMOLINE");
  return text.contains("Pelvoran");
}

Life live(World* world, std::uint64_t seed, std::uint32_t rebalances) {
  Random random(seed);
  std::vector<rules::Brand> brands;
  for (const std::string_view name : kBrands) {
    std::vector<std::string> names{std::string(name)};
    if (name.starts_with("Pelvoran")) names = {"Pelvoran"};
    rules::Brand& brand = brands.emplace_back();
    brand.name = name;
    brand.names = names;
    if (name == kBrands[0]) brand.owned.accounts = {std::string(kOwnAccount)};
  }
  std::shuffle(brands.begin(), brands.end(), random);
  WorldStore* store = nullptr;
  Parts parts;
  parts.store = std::make_unique<WorldStore>(world, random());
  store = static_cast<WorldStore*>(parts.store.get());
  parts.saved = *look_at_state(store);
  auto list = *next_brands({}, brands);
  parts.brands = *with_names(*list, parts.saved.brands);
  const std::vector<BrandId> ids = ids_of(*list);
  parts.rules = *rules::compile(brands, {.seed = seed, .ids = ids}, nullptr);
  EngineOptions options;
  options.engine.shards = 1 + static_cast<std::uint32_t>(random() % 3);
  options.replay = true;
  options.state.every = std::chrono::milliseconds{random() % 6};
  options.state.bytes.bytes = 1UL << (12 + random() % 10);
  options.save_retry_wait = std::chrono::microseconds{1};
  options.key_seed = parts.saved.fresh ? KeySeed{seed, seed} : parts.saved.meta.key_seed;
  Group group(kWorkers, rebalances, random());
  const PartitionId first_id = random() % 4 == 0 ? 0 : 7 * static_cast<PartitionId>(random() % 3);
  for (std::uint32_t i = 0; i < kWorkers; ++i) {
    parts.inputs.push_back(
        {std::make_unique<WorldSource>(world, &group, WorldSource::Place{i, first_id}, random()),
         make_native_decoder({})});
  }
  parts.link = std::make_unique<WorldLink>(options.engine.shards, kWorkers, random());
  Counters counters;
  Engine engine(std::move(parts), options, &counters);
  Queue<int> never(1);
  int none = 0;
  Life life;
  const auto wait = [&](Deadline) {
    return never.pop(&none, after(std::chrono::milliseconds{1})) == QueueStatus::done;
  };
  life.ran = engine.run(wait, false);
  for (const ClosedMinute& minute : engine.closed_minutes()) {
    const MinuteKey key{minute.minute, engine.brands()->names[minute.brand],
                        minute.platform.view()};
    life.closed.emplace_back(key, minute.mentions);
  }
  for (const auto* cell : engine.snapshots()) {
    for (const BrandSnapshot& brand : cell->load()->brands) life.shown[brand.name] = shown(brand);
  }
  life.records = counters.records;
  life.late = counters.facts_late;
  return life;
}

}  // namespace vigie::test
