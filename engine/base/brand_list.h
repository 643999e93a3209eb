// Which brands are watched, and which ones this process has ever watched.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fact.h"

namespace vigie {

// Immutable once it is shared. A later list of the same process holds the names of an earlier one
// under the same ids, and may hold more.
struct BrandList {
  struct Live {
    BrandId id = 0;
    bool shadow = false;  // it has a shadow query
    std::string panel{};  // brands that are compared have the same; may be empty
    std::vector<std::string> campaigns{};  // names, by bit of Fact::campaigns
  };
  std::vector<std::string> names;  // by BrandId
  std::vector<Live> live;          // watched now, in the order of the configuration
};

}  // namespace vigie
