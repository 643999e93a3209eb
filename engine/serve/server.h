// The HTTP server: metrics for Prometheus, probes for the orchestrator, JSON and one page for
// people. It only reads: snapshots, status and counters that others publish.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/cell.h"
#include "engine/base/counters.h"
#include "engine/base/result.h"
#include "engine/base/status.h"
#include "engine/serve/view.h"

namespace vigie {

struct ServerOptions {
  // "HOST:PORT", "[::1]:PORT", or ":PORT" for every address of the machine; port 0: any free one.
  std::string listen = "127.0.0.1:9464";
  std::string version;
  std::string intro;  // a sentence at the top of the page: what is being watched
};

// GET and HEAD:
//   /metrics         Prometheus text format 0.0.4 (metrics.md)
//   /livez           200 "ok" as long as the process answers
//   /readyz          200, or 503 with what is not ready: assigned, restored, draining
//   /version         {"name": "vigie", "version": "..."}
//   /api/v1/brands   see api.h; the header Vigie-Watermark says how far event time has come
//   /                the wall page
// Everything else is a problem of RFC 9457. There is no access control: listen on loopback, or put
// a proxy in front.
//
// kHttpThreads threads answer, one connection and one request at a time: a client that is slow to
// send or to read holds one of them for a few seconds at most per read or write.
class Server {
 public:
  // Listens before it returns. The cells, status and counters outlive the server. Brands appear
  // once their shard has stored its first snapshot.
  // Errors: config (`listen` is not an address), refused (the port is in use, or not ours to use).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(
      ServerOptions options, std::vector<const SnapshotCell*> shards,
      const Cell<EngineStatus>* status, const Counters* counters);

  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);  // only start() can make an Impl
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:9464", with the port really used.
  [[nodiscard]] std::string address() const;

  // Answers what was begun, then closes; a silent connection delays it by a second. The destructor
  // does the same.
  void stop();

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie
