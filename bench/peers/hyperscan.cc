#include "bench/peers/hyperscan.h"

#include <hs/hs.h>

#include <vector>

#include "engine/base/check.h"

namespace vigie::bench {

struct HyperscanNames::State {
  hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;
  ~State() {
    hs_free_scratch(scratch);
    hs_free_database(database);
  }
};

HyperscanNames::HyperscanNames(std::span<const std::string> names)
    : state_(std::make_unique<State>()) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> ids;
  for (const std::string& name : names) {
    texts.push_back(name.data());
    sizes.push_back(name.size());
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  // A flag that reports a literal once only would be kept per literal and scan: slower.
  const std::vector<unsigned> flags(names.size(), 0);
  hs_compile_error_t* error = nullptr;
  const hs_error_t done = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(),
                                               static_cast<unsigned>(names.size()), HS_MODE_BLOCK,
                                               nullptr, &state_->database, &error);
  CHECK(done == HS_SUCCESS);
  CHECK(hs_alloc_scratch(state_->database, &state_->scratch) == HS_SUCCESS);
}

HyperscanNames::~HyperscanNames() = default;

void HyperscanNames::find(std::string_view text, Occurring* names) {
  names->clear();
  const auto add = [](unsigned id, unsigned long long /*from*/, unsigned long long /*to*/,
                      unsigned /*flags*/, void* context) {
    static_cast<Occurring*>(context)->push_back(id);
    return 0;
  };
  const hs_error_t done = hs_scan(state_->database, text.data(), static_cast<unsigned>(text.size()),
                                  0, state_->scratch, add, names);
  CHECK(done == HS_SUCCESS);
  keep_each_once(names);
}

std::size_t HyperscanNames::memory_bytes() const {
  std::size_t bytes = 0;
  CHECK(hs_database_size(state_->database, &bytes) == HS_SUCCESS);
  return bytes;
}

}  // namespace vigie::bench
