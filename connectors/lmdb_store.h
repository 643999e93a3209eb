// State in a directory of this machine, by LMDB: a save is one transaction, so that after a crash
// there is all of it or nothing. state.md of engine/analysis tells what lies in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/io.h"
#include "engine/base/result.h"

namespace vigie {

enum class StoreAccess : std::uint8_t {
  engine,  // load and save; the directory is made where there is none; for one process at a time
  read,    // load only, also while an engine has the store open: what it saved last before open
};

// What lies in the directory: the file of LMDB, its own lock, and ours, which holds the process id
// of the engine. Files are readable for their owner only, and so is a directory that is made.
inline constexpr std::string_view kStoreFile = "data.mdb";
inline constexpr std::string_view kStoreLock = "engine.lock";

// Opens, and looks at every page of the file before LMDB may follow it; every record is looked at
// again, by a checksum, when it is loaded first. Nothing is written but by save(), and to a store
// that is new. load() and save() may be called at any time, as often as wanted; after an error of
// save() that can be mended (a full disk) it may be called again.
//
// A key may have 511 bytes at most in LMDB: of its parts between '/' those that are longer than 128
// bytes are kept as their first 96, "%~" and the hexadecimal SipHash-2-4-128 of all of it (under
// the key 0), so that records of a brand stay together and load() hands them over in that order;
// the whole key stands with the value.
//
// Each error names the directory or file as its place. Errors: unreadable (a directory that cannot
// be made, opened or written); refused (in use by another process, not a store of Vigie, of a newer
// format, no more room, or save() with StoreAccess::read); corrupt.
//
// Not promised: that a file which is cut short by others while it is open does not end the process.
[[nodiscard]] Result<std::unique_ptr<StateStore>> open_lmdb_store(const std::string& directory,
                                                                  StoreAccess access);

}  // namespace vigie
