// When the posts of real crises came: the collections of CrisisLex (Olteanu et al., CSCW 2015),
// read where they lie.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace vigie::bench {

struct Crisis {
  std::string name;
  bool sudden = false;          // "development": "Instantaneous", the others are "Progressive"
  std::vector<double> minutes;  // of its posts, since the first one, sorted
};

// Reads DIRECTORY/NAME/*-tweetids_entire_period.csv, whose rows begin with a quoted time, as in
// "Sat Jul 06 07:17:37 +0000 2013", and *-event_description.json beside them. By name. Errors:
// unreadable where there is none, corrupt where a time is none.
Result<std::vector<Crisis>> read_crises(const std::string& directory);

}  // namespace vigie::bench
