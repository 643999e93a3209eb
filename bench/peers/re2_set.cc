#include "bench/peers/re2_set.h"

#include <re2/set.h>

#include <vector>

#include "engine/base/check.h"

namespace vigie::bench {
namespace {

RE2::Options options(std::int64_t memory_bytes) {
  RE2::Options options;
  options.set_literal(true);
  options.set_max_mem(memory_bytes);
  options.set_log_errors(false);
  return options;
}

}  // namespace

struct Re2SetNames::State {
  RE2::Set set;
  std::vector<int> matches;
};

Re2SetNames::Re2SetNames(std::unique_ptr<State> state) : state_(std::move(state)) {}
Re2SetNames::~Re2SetNames() = default;

std::unique_ptr<Re2SetNames> Re2SetNames::compile(std::span<const std::string> names,
                                                  std::int64_t memory_bytes) {
  auto state = std::make_unique<State>(
      State{RE2::Set(options(memory_bytes), RE2::UNANCHORED), std::vector<int>{}});
  for (const std::string& name : names) {
    if (state->set.Add(name, nullptr) < 0) return nullptr;
  }
  // Matching on a set that did not compile crashes.
  if (!state->set.Compile()) return nullptr;
  return std::unique_ptr<Re2SetNames>(new Re2SetNames(std::move(state)));
}

void Re2SetNames::find(std::string_view text, Occurring* names) {
  RE2::Set::ErrorInfo error{};
  const bool found = state_->set.Match(text, &state_->matches, &error);
  CHECK(found || error.kind == RE2::Set::kNoError);
  names->clear();
  if (found) names->assign(state_->matches.begin(), state_->matches.end());
  keep_each_once(names);
}

}  // namespace vigie::bench
