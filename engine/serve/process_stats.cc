#include "engine/serve/process_stats.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace vigie {
namespace {

// When the machine started, in seconds since 1970.
std::optional<double> boot_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProcessStats> process_stats() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The second field is the name in brackets, which may hold anything; the third one follows.
  const std::size_t name_end = text.rfind(')');
  const std::optional<double> boot = boot_seconds();
  if (name_end == std::string::npos || !boot) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::array<std::string, 22> field;  // fields 3 to 24 of proc(5)
  for (std::string& value : field) fields >> value;
  if (!fields) return std::nullopt;
  const auto number = [&](std::size_t n) { return std::strtod(field[n - 3].c_str(), nullptr); };

  ProcessStats stats;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  stats.cpu_seconds = (number(14) + number(15)) / ticks;
  stats.start_seconds = *boot + number(22) / ticks;
  stats.resident_bytes =
      static_cast<std::uint64_t>(number(24)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++stats.open_files;
  }
  return stats;
}

}  // namespace vigie
