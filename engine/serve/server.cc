#include "engine/serve/server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/serve/api.h"
#include "engine/serve/engine_metrics.h"
#include "engine/serve/exposition.h"
#include "engine/serve/kpi_json.h"
#include "engine/serve/listen_address.h"
#include "engine/serve/page.h"

namespace vigie {
namespace {

using httplib::Request;
using httplib::Response;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kExposition = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
// How long one read or write of a client may take.
constexpr std::chrono::seconds kReadTimeout{2};
constexpr std::chrono::seconds kWriteTimeout{5};
// How long a client waits for a reload: the largest configurations take some seconds.
constexpr std::chrono::seconds kReloadWait{60};

// A provider, not a body: httplib compresses bodies when asked to, for browsers with Brotli at its
// slowest setting.
void answer(std::string body, std::string_view type, Response* response) {
  const auto shared = std::make_shared<const std::string>(std::move(body));
  const auto write = [shared](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    return sink.write(shared->data() + offset, length);
  };
  response->set_content_provider(shared->size(), std::string(type), write);
}

void append_html_text(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&': out->append("&amp;"); break;
      case '<': out->append("&lt;"); break;
      case '>': out->append("&gt;"); break;
      default: out->push_back(c);
    }
  }
}

std::string fill_page(const ServerOptions& options) {
  const std::array<std::pair<std::string_view, std::string_view>, 2> places{
      {{"{{intro}}", options.intro}, {"{{version}}", options.version}}};
  std::string out(page());
  for (const auto& [place, text] : places) {
    std::string html;
    append_html_text(text, &html);
    const std::size_t at = out.find(place);
    if (at != std::string::npos) out.replace(at, place.size(), html);
  }
  return out;
}

std::string_view reason_of(int error) {
  switch (error) {
    case EADDRINUSE: return "the port is already in use; stop the other process or use another";
    case EACCES: return "this user may not use the port; use one above 1023";
    case EADDRNOTAVAIL: return "this machine has no such address; try 127.0.0.1";
    default: return "the address cannot be used; try 127.0.0.1 and a free port";
  }
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions with, ServerFeeds from)
      : options(std::move(with)), page_html(fill_page(options)), feeds(std::move(from)) {}

  [[nodiscard]] Result<void> listen(ListenAddress wanted);
  void configure();
  void route(const Request& request, Response* response);

  void metrics(const Request&, Response* response);
  void live(const Request&, Response* response) { answer("ok\n", kPlain, response); }
  void ready(const Request&, Response* response);
  void version(const Request&, Response* response) {
    answer(version_json(options.version), kJson, response);
  }
  void brands(const Request&, Response* response);
  void shadow(const Request&, Response* response);
  void kpis(const Request& request, Response* response);
  void panels(const Request&, Response* response);
  void kpi_table(const Request&, Response* response);
  void reload(const Request&, Response* response);
  void home(const Request&, Response* response);

  enum class Method : std::uint8_t { get, post };
  struct Route {
    std::string_view path;
    void (Impl::*answer)(const Request&, Response*);
    Method method = Method::get;
  };
  static const std::array<Route, 11> kRoutes;

  const ServerOptions options;
  const std::string page_html;
  const ServerFeeds feeds;
  std::atomic<std::uint64_t> series_dropped{0};
  ListenAddress address;
  httplib::Server http;
  std::promise<void> running;
  std::thread thread;  // accepts connections
};

const std::array<Server::Impl::Route, 11> Server::Impl::kRoutes{
    {{"/metrics", &Impl::metrics},
     {"/livez", &Impl::live},
     {"/readyz", &Impl::ready},
     {"/version", &Impl::version},
     {"/api/v1/brands", &Impl::brands},
     {"/api/v1/shadow", &Impl::shadow},
     {"/api/v1/kpis", &Impl::kpis},
     {"/api/v1/panels", &Impl::panels},
     {"/api/v1/kpi-table", &Impl::kpi_table},
     {"/-/reload", &Impl::reload, Method::post},
     {"/", &Impl::home}}};

void Server::Impl::metrics(const Request&, Response* response) {
  std::string body;
  const std::uint64_t dropped =
      append_brand_series(View(feeds.shards), MatchTotals(feeds.workers), kSeriesMax, &body);
  series_dropped.fetch_add(dropped, std::memory_order_relaxed);
  const std::shared_ptr<const EngineStatus> now = feeds.status->load();
  const std::shared_ptr<const ConfigStatus> config = feeds.config->load();
  append_engine_metrics({.counters = feeds.counters,
                         .status = now.get(),
                         .config = config != nullptr ? *config : ConfigStatus{},
                         .version = options.version,
                         .series_dropped = series_dropped.load(std::memory_order_relaxed)},
                        &body);
  answer(std::move(body), kExposition, response);
}

void Server::Impl::ready(const Request&, Response* response) {
  const std::shared_ptr<const EngineStatus> now = feeds.status->load();
  response->status = now != nullptr && now->ready() ? 200 : 503;
  answer(ready_json(now.get()), kJson, response);
}

void Server::Impl::brands(const Request&, Response* response) {
  const View view(feeds.shards);
  if (view.watermark()) response->set_header("Vigie-Watermark", to_rfc3339(*view.watermark()));
  answer(brands_json(view), kJson, response);
}

void Server::Impl::shadow(const Request&, Response* response) {
  answer(shadow_json(View(feeds.shards), MatchTotals(feeds.workers)), kJson, response);
}

void Server::Impl::kpis(const Request& request, Response* response) {
  const auto refuse = [response](int status, std::string_view detail) {
    response->status = status;
    answer(problem_json(status, detail), kProblem, response);
  };
  const std::size_t asked = request.get_param_value_count("brand");
  if (asked == 0 || asked > kKpiBrandsMax) {
    return refuse(400, cat("name one to ", kKpiBrandsMax,
                           " brands: /api/v1/kpis?brand=NAME&brand=NAME; /api/v1/brands lists "
                           "them"));
  }
  const View view(feeds.shards);
  std::string body = "[";
  for (std::size_t i = 0; i < asked; ++i) {
    const std::string name = request.get_param_value("brand", i);
    const auto found = std::ranges::find(view.brands(), name, &BrandSnapshot::name);
    if (found == view.brands().end()) {
      return refuse(404, "no brand has this name; /api/v1/brands lists them");
    }
    if (i != 0) body.append(",\n");
    append_kpis_json(**found, &body);
  }
  body.append("]\n");
  if (view.watermark()) response->set_header("Vigie-Watermark", to_rfc3339(*view.watermark()));
  answer(std::move(body), kJson, response);
}

void Server::Impl::panels(const Request&, Response* response) {
  answer(panels_json(View(feeds.shards).brands()), kJson, response);
}

void Server::Impl::kpi_table(const Request&, Response* response) {
  answer(kpi_table_json(), kJson, response);
}

void Server::Impl::reload(const Request&, Response* response) {
  const Deadline deadline = after(kReloadWait);
  const auto refuse = [response](int status, std::string_view detail) {
    response->status = status;
    answer(problem_json(status, detail), kProblem, response);
  };
  if (feeds.reloads == nullptr) {
    return refuse(409,
                  "this process was started without a configuration file: there is nothing to "
                  "read again");
  }
  ReloadRequest request;
  std::future<ReloadOutcome> outcome = request.outcome.get_future();
  // Who cannot be next does not wait: those who wait hold a thread that others want to be answered
  // by.
  const QueueStatus asked = feeds.reloads->push(std::move(request), 1, Clock::now());
  if (asked == QueueStatus::closed) return refuse(503, "the process is stopping");
  if (asked == QueueStatus::timed_out) {
    response->set_header("Retry-After", "1");
    return refuse(503, "other requests for a reload are waiting already; ask again in a second");
  }
  if (outcome.wait_until(deadline) != std::future_status::ready) {
    return refuse(503, cat("no answer within ", kReloadWait.count(),
                           " s; the log and vigie_config_reloads_total will tell what became of "
                           "it"));
  }
  const ReloadOutcome known = outcome.get();
  switch (known.kind) {
    case ReloadOutcome::Kind::done: return answer(reloaded_json(known.text), kJson, response);
    case ReloadOutcome::Kind::refused: return refuse(422, known.text);
    case ReloadOutcome::Kind::stopping: return refuse(503, known.text);
  }
}

void Server::Impl::home(const Request&, Response* response) {
  response->set_header("Content-Security-Policy",
                       "default-src 'none'; connect-src 'self'; img-src data:; "
                       "style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
                       "base-uri 'none'; form-action 'none'; frame-ancestors 'self'");
  answer(page_html, kHtml, response);
}

void Server::Impl::route(const Request& request, Response* response) {
  for (const Route& known : kRoutes) {
    if (request.path != known.path) continue;
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (known.method == Method::get ? reads : request.method == "POST") {
      (this->*known.answer)(request, response);
      return;
    }
    const std::string_view allowed = known.method == Method::get ? "GET, HEAD" : "POST";
    response->set_header("Allow", std::string(allowed));
    response->status = 405;
    answer(problem_json(405, cat(request.path, " only answers ", allowed)), kProblem, response);
    return;
  }
  response->status = 404;
  answer(problem_json(404, cat("there is nothing at ", request.path)), kProblem, response);
}

void Server::Impl::configure() {
  http.set_pre_routing_handler([this](const Request& request, Response& response) {
    route(request, &response);
    return httplib::Server::HandlerResponse::Handled;
  });
  // Requests that httplib refuses before they are routed.
  http.set_error_handler([](const Request&, Response& response) {
    if (response.has_header("Content-Type")) return;
    response.set_content(problem_json(response.status, ""), std::string(kProblem));
  });
  http.set_exception_handler(
      [](const Request&, Response& response, const std::exception_ptr&) { response.status = 500; });
  http.set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
  // One request a connection: with a thread each, four idle browsers would keep everyone out.
  http.set_keep_alive_max_count(1);
  http.set_keep_alive_timeout(1);
  http.set_read_timeout(kReadTimeout);
  http.set_write_timeout(kWriteTimeout);
  http.set_tcp_nodelay(true);
  // httplib sets SO_REUSEPORT, with which two processes share a port without a word.
  http.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
}

Result<void> Server::Impl::listen(ListenAddress wanted) {
  configure();
  errno = 0;
  int port = wanted.port;
  if (port == 0) {
    port = http.bind_to_any_port(wanted.host);
  } else if (!http.bind_to_port(wanted.host, port)) {
    port = -1;
  }
  if (port < 0) {
    return fail(ErrorKind::refused, cat("cannot listen on ", wanted.text(), ": ", reason_of(errno)),
                "serve.listen");
  }
  address = {std::move(wanted.host), static_cast<std::uint16_t>(port)};
  // stop() does nothing before the server runs; it asks for its threads right after that.
  http.new_task_queue = [this] {
    running.set_value();
    return std::make_unique<httplib::ThreadPool>(kHttpThreads).release();  // httplib deletes it
  };
  thread = std::thread([this] { http.listen_after_bind(); });
  running.get_future().wait();
  return {};
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, ServerFeeds feeds) {
  Result<ListenAddress> address = parse_listen_address(options.listen);
  if (!address) return std::unexpected(std::move(address).error());
  auto impl = std::make_unique<Impl>(std::move(options), std::move(feeds));
  if (Result<void> listening = impl->listen(*std::move(address)); !listening) {
    return std::unexpected(std::move(listening).error());
  }
  return std::make_unique<Server>(std::move(impl));
}

std::string Server::address() const { return impl_->address.text(); }

void Server::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->http.stop();
  impl_->thread.join();
}

}  // namespace vigie
