// The HTTP server on a real socket of the loopback interface.
#include "engine/serve/server.h"

#include <doctest/doctest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// A server with all it reads from.
struct House {
  SnapshotCell cell;
  Cell<EngineStatus> status;
  Cell<ConfigStatus> config;
  Cell<MatchReport> report;
  Counters counters;
  ReloadRequests reloads{kReloadRequestsMax};
  bool can_reload = true;
  std::unique_ptr<Server> server;

  void store(std::uint64_t mentions) {
    Snapshot snapshot;
    snapshot.watermark = *parse_rfc3339("2026-11-22T12:00:00Z");
    for (const std::string_view name : {"Alpha", "Beta"}) {
      BrandSnapshot& brand = snapshot.brands.emplace_back();
      brand.name = name;
      brand.mentions = mentions;
      brand.platforms = {{ShortName("x"), mentions, {}}};
    }
    cell.store(std::make_shared<const Snapshot>(std::move(snapshot)));
  }

  [[nodiscard]] ServerFeeds feeds() {
    return {.shards = {&cell},
            .workers = {&report},
            .status = &status,
            .config = &config,
            .counters = &counters,
            .reloads = can_reload ? &reloads : nullptr};
  }

  void open(std::string listen = "127.0.0.1:0") {
    auto started = Server::start(
        {.listen = std::move(listen), .version = "1.2.3", .intro = "Brands <of> a & demo"},
        feeds());
    REQUIRE_MESSAGE(started.has_value(), started.error().text());
    server = *std::move(started);
  }

  [[nodiscard]] httplib::Client client() const { return httplib::Client("http://" + address()); }
  [[nodiscard]] std::string address() const { return server->address(); }
};

std::string header(const httplib::Result& reply, const std::string& name) {
  return reply->get_header_value(name);
}

TEST_CASE("every route answers with its type") {
  struct Case {
    std::string path;
    int status;
    std::string type;
    std::string holds;
  };
  const std::array<Case, 9> cases{{
      {"/metrics", 200, "text/plain; version=0.0.4; charset=utf-8",
       "vigie_mentions_total{brand=\"Alpha\",platform=\"x\"} 7\n"},
      {"/metrics", 200, "text/plain; version=0.0.4; charset=utf-8",
       "vigie_build_info{version=\"1.2.3\"} 1\n"},
      {"/livez", 200, "text/plain; charset=utf-8", "ok\n"},
      {"/version", 200, "application/json", "{\"name\":\"vigie\",\"version\":\"1.2.3\"}\n"},
      {"/api/v1/brands", 200, "application/json", "[{\"brand\":\"Alpha\",\"mentions\":7,"},
      {"/api/v1/shadow", 200, "application/json", "[]\n"},
      {"/", 200, "text/html; charset=utf-8", "<p id=\"intro\">Brands &lt;of&gt; a &amp; demo</p>"},
      {"/?lang=fr", 200, "text/html; charset=utf-8", "<p>Vigie 1.2.3</p>"},
      {"/nowhere", 404, "application/problem+json",
       "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is nothing at /nowhere\"}\n"},
  }};
  House house;
  house.store(7);
  house.open();
  for (const Case& c : cases) {
    CAPTURE(c.path);
    const httplib::Result reply = house.client().Get(c.path);
    REQUIRE(reply);
    CHECK(reply->status == c.status);
    CHECK(header(reply, "Content-Type") == c.type);
    CHECK(header(reply, "X-Content-Type-Options") == "nosniff");
    CHECK_MESSAGE(reply->body.find(c.holds) != std::string::npos, reply->body);
  }
  const httplib::Result brands = house.client().Get("/api/v1/brands");
  CHECK(header(brands, "Vigie-Watermark") == "2026-11-22T12:00:00Z");
}

TEST_CASE("the page needs nothing from elsewhere and leaves no place unfilled") {
  House house;
  house.open();
  const httplib::Result page = house.client().Get("/");
  REQUIRE(page);
  CHECK(page->body.starts_with("<!DOCTYPE html>"));
  CHECK(page->body.ends_with("</html>\n"));
  CHECK(page->body.find("{{") == std::string::npos);
  CHECK(page->body.find("https://") == std::string::npos);
  CHECK(page->body.find(" src=") == std::string::npos);
}

TEST_CASE("HEAD gives the headers alone, other methods are refused with what is allowed") {
  House house;
  house.open();
  const httplib::Result head = house.client().Head("/livez");
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->body.empty());
  CHECK(header(head, "Content-Length") == "3");
  const std::string body(100'000, 'x');
  for (const httplib::Result& reply :
       {house.client().Post("/metrics", body, "text/plain"), house.client().Delete("/"),
        house.client().Put("/api/v1/brands", "{}", "application/json"),
        house.client().Options("/livez")}) {
    REQUIRE(reply);
    CHECK(reply->status == 405);
    CHECK(header(reply, "Allow") == "GET, HEAD");
    CHECK(header(reply, "Content-Type") == "application/problem+json");
  }
}

// Answers the requests to reload one after the other, as the control thread does.
std::thread answer_with(House* house, std::vector<ReloadOutcome> outcomes) {
  return std::thread([house, outcomes = std::move(outcomes)] {
    for (const ReloadOutcome& outcome : outcomes) {
      ReloadRequest request;
      const Deadline deadline = after(std::chrono::seconds{20});
      if (house->reloads.pop(&request, deadline) != QueueStatus::done) return;
      request.outcome.set_value(outcome);
    }
  });
}

TEST_CASE("a reload is answered with what became of it") {
  House house;
  house.open();
  using Kind = ReloadOutcome::Kind;
  std::thread control = answer_with(&house, {{Kind::done, "2 brands"},
                                             {Kind::refused, "a.yaml:1:2: error: \"x\""},
                                             {Kind::stopping, "the process is stopping"}});
  const auto ask = [&house] {
    const httplib::Result reply = house.client().Post("/-/reload", "", "text/plain");
    REQUIRE(reply);
    return cat(reply->status, " ", header(reply, "Content-Type"), " ", reply->body);
  };
  CHECK(ask() == "200 application/json {\"reloaded\":true,\"detail\":\"2 brands\"}\n");
  CHECK(ask() ==
        "422 application/problem+json {\"title\":\"Unprocessable Content\",\"status\":422,"
        "\"detail\":\"a.yaml:1:2: error: \\\"x\\\"\"}\n");
  const std::string stopping =
      "503 application/problem+json {\"title\":\"Service Unavailable\",\"status\":503,"
      "\"detail\":\"the process is stopping\"}\n";
  CHECK(ask() == stopping);
  control.join();
  house.reloads.close();
  CHECK(ask() == stopping);
}

TEST_CASE("only POST reloads, and only where there is a configuration") {
  House house;
  house.can_reload = false;
  house.open();
  const httplib::Result nothing = house.client().Post("/-/reload", "", "text/plain");
  REQUIRE(nothing);
  CHECK(nothing->status == 409);
  CHECK(nothing->body.find("without a configuration file") != std::string::npos);
  for (const httplib::Result& reply :
       {house.client().Get("/-/reload"), house.client().Head("/-/reload"),
        house.client().Put("/-/reload", "", "text/plain")}) {
    REQUIRE(reply);
    CHECK(reply->status == 405);
    CHECK(header(reply, "Allow") == "POST");
  }
}

TEST_CASE("what is not HTTP is refused and harms nobody") {
  House house;
  house.open();
  const httplib::Result reply = house.client().Get("/" + std::string(10'000, 'a'));
  REQUIRE(reply);
  CHECK(reply->status == 414);
  CHECK(header(reply, "Content-Type") == "application/problem+json");
  CHECK(house.client().Get("/livez")->status == 200);
}

TEST_CASE("readiness names what is missing") {
  House house;
  house.open();
  const auto ask = [&house] {
    const httplib::Result reply = house.client().Get("/readyz");
    REQUIRE(reply);
    return cat(reply->status, " ", reply->body);
  };
  CHECK(ask() == "503 {\"ready\":false,\"not_ready\":[\"assigned\",\"restored\"]}\n");
  const auto tell = [&house](bool assigned, bool restored, bool draining) {
    house.status.store(std::make_shared<const EngineStatus>(EngineStatus{.assigned = assigned,
                                                                         .restored = restored,
                                                                         .draining = draining,
                                                                         .partitions = {},
                                                                         .queues = {},
                                                                         .state = {}}));
  };
  tell(true, false, false);
  CHECK(ask() == "503 {\"ready\":false,\"not_ready\":[\"restored\"]}\n");
  tell(true, true, false);
  CHECK(ask() == "200 {\"ready\":true,\"not_ready\":[]}\n");
  tell(true, true, true);
  CHECK(ask() == "503 {\"ready\":false,\"not_ready\":[\"draining\"]}\n");
}

TEST_CASE("before the first snapshot there are no brands, and everything answers") {
  House house;
  house.open();
  CHECK(house.client().Get("/api/v1/brands")->body == "[]\n");
  CHECK(house.client().Get("/metrics")->status == 200);
  CHECK_FALSE(house.client().Get("/api/v1/brands")->has_header("Vigie-Watermark"));
}

TEST_CASE("a port in use is one clear line with the mend") {
  House first;
  first.open();
  House second;
  const auto refused =
      Server::start({.listen = first.address(), .version = "", .intro = ""}, second.feeds());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::refused);
  CHECK(refused.error().text() ==
        cat("serve.listen: cannot listen on ", first.address(),
            ": the port is already in use; stop the other process or use another"));
}

TEST_CASE("an address of another machine is refused") {
  House house;
  for (const std::string listen : {"192.0.2.1:0", "192.0.2.1:9464"}) {
    const auto refused =
        Server::start({.listen = listen, .version = "", .intro = ""}, house.feeds());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().text() == cat("serve.listen: cannot listen on ", listen,
                                        ": this machine has no such address; try 127.0.0.1"));
  }
}

TEST_CASE("a freed port can be taken again at once") {
  House house;
  house.open();
  const std::string address = house.address();
  CHECK(house.client().Get("/livez")->status == 200);
  house.server->stop();
  house.server->stop();  // twice is once
  house.open(address);
  CHECK(house.address() == address);
  CHECK(house.client().Get("/livez")->status == 200);
}

TEST_CASE("scrapes beside changing snapshots each see one whole snapshot") {
  House house;
  house.store(1);
  house.open();
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint64_t n = 1; !done; ++n) {
      house.store(n);
      house.status.store(std::make_shared<const EngineStatus>());
      Counters::add(house.counters.records, 1);
    }
  });
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      const auto value = [](const std::string& body, const std::string& name) {
        const std::size_t at = body.find("vigie_brand_mentions_total{brand=\"" + name + "\"} ");
        if (at == std::string::npos) return std::string("none of ") + name;
        const std::size_t start = body.find(' ', at) + 1;
        return body.substr(start, body.find('\n', start) - start);
      };
      for (int n = 0; n < 8; ++n) {
        const httplib::Result reply = house.client().Get("/metrics");
        if (!reply || value(reply->body, "Alpha") != value(reply->body, "Beta")) ++torn;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  done = true;
  writer.join();
  CHECK(torn == 0);
}

// A connection that never sends a byte.
class SilentClient {
 public:
  explicit SilentClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  ~SilentClient() { close(socket_); }
  SilentClient(const SilentClient&) = delete;
  SilentClient& operator=(const SilentClient&) = delete;

 private:
  int socket_;
};

TEST_CASE("a silent connection delays the end by a second at most") {
  House house;
  house.open();
  const std::string address = house.address();
  const SilentClient silent(
      static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  CHECK(house.client().Get("/livez")->status == 200);
  const Deadline deadline = after(std::chrono::milliseconds{1900});
  house.server->stop();
  CHECK(Clock::now() < deadline);
  CHECK_FALSE(httplib::Client("http://" + address).Get("/livez"));
}

}  // namespace
}  // namespace vigie
