// Writing a store of state anew, without what it held before.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace vigie {

// What was removed from a store still lies in the free parts of its file. This copies the records
// that there are into a new file, which then takes the place of the old one in one step: after a
// crash there is the old one or the new one. Needs room for both. Memory: some 64 MB and the
// largest record. Errors: those of open_lmdb_store() and save(); then the old file is still in
// place.
[[nodiscard]] Result<void> rewrite_lmdb_store(const std::string& directory);

}  // namespace vigie
