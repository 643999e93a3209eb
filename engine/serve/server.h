// The HTTP server: metrics for Prometheus, probes for the orchestrator, JSON and one page for
// people. It only reads: snapshots, status and counters that others publish; and passes on the wish
// to reload.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/cell.h"
#include "engine/base/counters.h"
#include "engine/base/reload.h"
#include "engine/base/result.h"
#include "engine/base/status.h"
#include "engine/serve/match_totals.h"
#include "engine/serve/view.h"

namespace vigie {

struct ServerOptions {
  // "HOST:PORT", "[::1]:PORT", or ":PORT" for every address of the machine; port 0: any free one.
  std::string listen = "127.0.0.1:9464";
  std::string version;
  std::string intro;  // a sentence at the top of the page: what is being watched
};

// Everything that the server reads, and whom it asks. All of it outlives the server.
struct ServerFeeds {
  std::vector<const SnapshotCell*> shards;
  std::vector<const MatchReportCell*> workers;
  const Cell<EngineStatus>* status = nullptr;  // not null
  const Cell<ConfigStatus>* config = nullptr;  // not null
  const Counters* counters = nullptr;          // not null
  ReloadRequests* reloads = nullptr;           // null: there is no configuration to read again
};

// GET and HEAD:
//   /metrics         Prometheus text format 0.0.4 (metrics.md)
//   /livez           200 "ok" as long as the process answers
//   /readyz          200, or 503 with what is not ready: assigned, restored, draining
//   /version         {"name": "vigie", "version": "..."}
//   /api/v1/brands   see api.h; the header Vigie-Watermark says how far event time has come
//   /api/v1/shadow   see api.h: what shadow queries would change
//   /api/v1/kpis?brand=NAME   see kpi_json.h: the KPIs of one brand, or of some
//   /api/v1/panels   see kpi_json.h: share of voice
//   /api/v1/kpi-table   see kpi_json.h: what the KPIs are
//   /                the wall page
// POST:
//   /-/reload        reads the configuration again and answers once it is in use: 200, or 422 with
//                    what is wrong with it, 409 where there is none, 503 when it takes too long or
//                    the process is stopping
// Everything else is a problem of RFC 9457. There is no access control: listen on loopback, or put
// a proxy in front.
//
// kHttpThreads threads answer, one connection and one request at a time: a client that is slow to
// send or to read holds one of them for a few seconds at most per read or write.
class Server {
 public:
  // Listens before it returns. Brands appear once their shard has stored its first snapshot.
  // Errors: config (`listen` is not an address), refused (the port is in use, or not ours to use).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             ServerFeeds feeds);

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
