#include "engine/serve/listen_address.h"

#include <charconv>
#include <system_error>

#include "engine/base/text.h"

namespace vigie {

std::string ListenAddress::text() const {
  if (host.find(':') != std::string::npos) return cat('[', host, "]:", port);
  return cat(host, ':', port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = [text](std::string_view what) {
    return fail(ErrorKind::config,
                cat("'", text, "' ", what, "; write HOST:PORT, as in 127.0.0.1:9464"),
                "serve.listen");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  ListenAddress address;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return wrong("has no port between 0 and 65535");
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong("has an IPv6 address without brackets");
  }
  address.host = host.empty() ? "0.0.0.0" : host;
  return address;
}

}  // namespace vigie
