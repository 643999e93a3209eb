// Log lines for operators, on stderr. Never one per mention.
#pragma once

#include <cstdint>
#include <string_view>

namespace vigie {

enum class LogLevel : std::uint8_t { info, warning, error };

// One line: time, level, message. Any thread.
void log(LogLevel level, std::string_view message);

}  // namespace vigie
