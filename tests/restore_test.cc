// The first look at saved state, when the process starts.
#include "engine/runtime/restore.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/analysis/state_meta.h"

namespace vigie {
namespace {

// Records in the order of their keys.
class MemoryStore final : public StateStore {
 public:
  std::map<std::string, std::string> records;

  Result<void> load(const Take& take) override {
    for (const auto& [key, value] : records) {
      if (Result<void> taken = take(key, value); !taken) return taken;
    }
    return {};
  }
  Result<void> save(std::span<const StateRecord> /*records*/) override { return {}; }
};

TEST_CASE("each brand is named once, also where the records of others stand between its own") {
  MemoryStore store;
  for (const char* key : {"brand/A", "brand/A b", "brand/A/posts/0", "brand/A b/posts/0",
                          "brand/A/posts/1", "brand/50%25%2F50"}) {
    store.records[key] = "";
  }
  store.records["meta"] = save_meta({.written_by = "0.1.0"}).value.value();
  const Result<SavedState> saved = look_at_state(&store);
  REQUIRE(saved);
  CHECK(saved->brands == std::vector<std::string>{"50%/50", "A", "A b"});
}

TEST_CASE("records without the meta record are told") {
  MemoryStore store;
  store.records["brand/A"] = "";
  const Result<SavedState> saved = look_at_state(&store);
  REQUIRE(!saved);
  CHECK(saved.error().kind == ErrorKind::corrupt);
}

}  // namespace
}  // namespace vigie
