// Brings a changed configuration into a running engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/app/configuration.h"
#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/reload.h"
#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/file_watcher.h"

namespace vigie {

// A reload reads and compiles the whole configuration as a start does, and swaps the rules; with an
// error in it nothing changes, and every diagnostic is logged. What takes a restart (the sources,
// the server, the engine) is compared and told.
//
// Owned by main, which alone calls it; status() and requests() are for any thread.
class Reloader {
 public:
  // `path` was read as `in_use`, with which the engine runs. Both outlive the reloader.
  Reloader(std::string path, const Configuration* in_use, Engine* engine);

  // `reason` is for the log: what asked for it.
  ReloadOutcome reload(std::string_view reason);

  // Does what was asked for on requests(), and about once a second looks at the files and reloads
  // when they have changed. To be called often.
  void poll(Deadline now);

  // Answers what was asked and not done yet; from now on requests are refused.
  void close();

  [[nodiscard]] const Cell<ConfigStatus>& status() const { return status_; }
  [[nodiscard]] ReloadRequests* requests() { return &requests_; }

 private:
  ReloadOutcome refuse(const ConfigurationRead& read, std::string_view reason);
  ReloadOutcome take(const Configuration& next, std::string_view reason);

  const std::string path_;
  const Configuration* started_with_;
  Engine* engine_;
  std::shared_ptr<const BrandList> brands_;  // in use
  FileWatcher watcher_;
  Deadline next_look_{};
  ConfigStatus known_;
  Cell<ConfigStatus> status_;
  ReloadRequests requests_;
};

// The status of a configuration that was just taken.
[[nodiscard]] ConfigStatus fresh_config_status();

}  // namespace vigie
