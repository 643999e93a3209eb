// The page that describes the saved state names what state.proto has, no less and no more.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_meta.h"
#include "engine/base/text.h"
#include "tests/files.h"

namespace vigie {
namespace {

using Fields = std::map<std::string, std::set<std::string>>;  // by message

void add_message(const google::protobuf::Descriptor& message, const std::string& outer,
                 Fields* out) {
  const std::string name = outer + message.name();
  std::set<std::string>& fields = (*out)[name];
  for (int i = 0; i < message.field_count(); ++i) {
    fields.insert(cat(message.field(i)->number(), ' ', message.field(i)->name()));
  }
  for (int i = 0; i < message.nested_type_count(); ++i) {
    add_message(*message.nested_type(i), name + '.', out);
  }
}

Fields of_proto() {
  Fields out;
  const google::protobuf::FileDescriptor& file = *pb::Meta::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    add_message(*file.message_type(i), "", &out);
  }
  return out;
}

// What stands between the first two backticks; empty where there are none.
std::string in_backticks(const std::string& line) {
  const std::size_t first = line.find('`');
  const std::size_t last = line.find('`', first + 1);
  if (first == std::string::npos || last == std::string::npos) return {};
  return line.substr(first + 1, last - first - 1);
}

// Of the page: "### `Message`", and below it rows "| 1 | `field` | meaning |".
Fields of_page(const std::string& page) {
  Fields out;
  std::set<std::string>* fields = nullptr;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) {
      fields = line.starts_with("### `") ? &out[in_backticks(line)] : nullptr;
    } else if (fields != nullptr && line.starts_with("| ") && !in_backticks(line).empty()) {
      const std::string number = line.substr(2, line.find(' ', 2) - 2);
      fields->insert(cat(number, ' ', in_backticks(line)));
    }
  }
  return out;
}

TEST_CASE("state.md describes every message and every field of state.proto, and no other") {
  const std::string page =
      read_file(std::filesystem::path(VIGIE_SOURCE_DIR) / "engine/analysis/state.md");
  const Fields described = of_page(page);
  const Fields there = of_proto();
  for (const auto& [message, fields] : there) {
    INFO("message ", message,
         " of state.proto; describe it in engine/analysis/state.md under '### `", message, "`'");
    REQUIRE(described.contains(message));
    for (const std::string& field : fields) {
      INFO("no row for field ", field);
      CHECK(described.at(message).contains(field));
    }
    for (const std::string& field : described.at(message)) {
      INFO("a row for a field that is not there: ", field);
      CHECK(fields.contains(field));
    }
  }
  for (const auto& [message, fields] : described) {
    INFO("a section for a message that is not there: ", message);
    CHECK(there.contains(message));
  }
  CHECK(page.find(cat("*Version ", kStateVersion, ".*")) != std::string::npos);
}

}  // namespace
}  // namespace vigie
