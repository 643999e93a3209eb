// The address to listen on, as the configuration writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace vigie {

struct ListenAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;

  // "HOST:PORT", an IPv6 host in brackets.
  [[nodiscard]] std::string text() const;
};

// Reads "HOST:PORT", "[::1]:PORT" and ":PORT" (every IPv4 address). Errors: config.
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace vigie
