// Results and errors. Operating errors are expected and returned; programmer errors stop (check.h).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace vigie {

// What a caller must be able to tell apart. The process exit code follows from where an error
// surfaces (while starting, or while running), not from its kind.
enum class ErrorKind : std::uint8_t {
  config,       // the user's configuration or command line
  unreadable,   // a file, directory or stream cannot be opened or read
  unreachable,  // a network peer does not answer; trying again may help
  refused,      // a peer or the system said no; trying again will not help
  corrupt,      // bytes that are not what they claim to be
  closed,       // the other side of a queue or link has ended
};

// One sentence that names the thing and how to mend it, and the place it is about
// ("file:line:column", "topic/partition@offset"; may be empty).
struct Error {
  ErrorKind kind = ErrorKind::config;
  std::string message;
  std::string place;

  // "place: message", or the message alone.
  [[nodiscard]] std::string text() const {
    return place.empty() ? message : place + ": " + message;
  }
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message,
                                                 std::string place = {}) {
  return std::unexpected(Error{kind, std::move(message), std::move(place)});
}

}  // namespace vigie
