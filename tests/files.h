// Files of test cases.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace vigie {

// The whole file; nothing where there is none.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace vigie
