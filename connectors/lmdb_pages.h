// Whether the pages of an LMDB file hold together. LMDB follows what it reads without a second
// look, so that a damaged file ends the process; this looks first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.h"

namespace vigie {

// What the file is at the transaction that was committed last.
struct LmdbHead {
  std::size_t page_bytes = 0;
  std::uint64_t transaction = 0;
  // That it has. The file may be shorter: pages at its end that were freed in the transaction that
  // took them are never written.
  std::uint64_t pages = 0;
};

// `file` is the whole file, or at least its first two pages. Of two heads it takes the one that
// LMDB takes. Errors: corrupt; without a place.
[[nodiscard]] Result<LmdbHead> lmdb_head(std::span<const std::byte> file);

// Follows every page of this transaction: that it is there, is what it is taken for, belongs to one
// place only, and that its keys rise. The values themselves are not looked at. Reads each page of a
// tree and the first of each large value. Memory: one bit per page. `file` is the whole file, and
// holds at least two pages. Errors: corrupt; refused where it is whole, but of a kind that
// LmdbStore does not write; without a place.
[[nodiscard]] Result<void> check_lmdb_pages(std::span<const std::byte> file, const LmdbHead& head);

}  // namespace vigie
