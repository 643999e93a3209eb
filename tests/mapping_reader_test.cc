// What mappings make of documents: golden cases for every row of connectors/MAPPINGS.md, hostile
// documents, and what is promised about memory.
#include "connectors/mapping_reader.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

#include "tests/mapping_cases.h"

namespace {
std::size_t allocations = 0;  // by this program; one thread
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*unused*/) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace vigie {
namespace {

namespace fs = std::filesystem;
using mapping_cases::compile;
using mapping_cases::Documents;

// What a line "  +" of a case stands for.
constexpr std::string_view kBase =
    "  platform: {const: forum}\n  id: /id\n  text: /text\n  created_at: /t\n";

// The same for both readers, and with a document read again: what was learned changes nothing.
std::string outcome_of(const std::shared_ptr<const mapping::Program>& program,
                       const mapping::Wrapped& wrapped, std::string_view json, bool explain) {
  decode_cases::Records records;
  const std::string_view padded = records.add(json).value;
  std::string first;
  for (const auto simd : {DecodeSettings::Simd::best, DecodeSettings::Simd::none}) {
    Documents documents(program, simd);
    documents.wrapped = wrapped;
    for (int round = 0; round < 2; ++round) {
      std::vector<mapping::Trace> traces;
      std::string text = "not JSON\n";
      if (documents.read(padded, explain ? &traces : nullptr)) {
        text = explain ? mapping_cases::explained(traces)
                       : mapping_cases::outcome(documents.decoded(), documents.counts());
      }
      if (first.empty()) first = text;
      CHECK(text == first);
      documents.reader().trim();
    }
  }
  return first;
}

// A file of cases, written again with the outcomes of today.
std::string run_cases(std::istream& in) {
  std::string out;
  std::string yaml;
  std::shared_ptr<const mapping::Program> program;
  mapping::Wrapped wrapped;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("< ")) continue;
    out += line + '\n';
    if (line.starts_with("== ")) {
      yaml = "mapping: t\n";
      program = nullptr;
      wrapped = {};
    } else if (line == "deleted") {
      wrapped.deleted = true;
    } else if (line == "observed") {
      wrapped.observed_at = parse_rfc3339("2026-03-02T00:00:00Z");
    } else if (line.starts_with("> ") || line.starts_with("? ")) {
      if (program == nullptr) program = compile(yaml);
      std::istringstream lines(outcome_of(program, wrapped, line.substr(2), line[0] == '?'));
      for (std::string one; std::getline(lines, one);) out += "< " + one + '\n';
    } else if (!line.starts_with('#')) {
      yaml += line == "  +" ? std::string(kBase) : line + '\n';
    }
  }
  return out;
}

TEST_CASE("documents become what the cases say") {
  for (const auto& entry :
       fs::directory_iterator(fs::path(VIGIE_SOURCE_DIR) / "tests/cases/mapping_reader")) {
    CAPTURE(entry.path().string());
    std::stringstream file;
    file << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const std::string expected = file.str();
    const std::string now = run_cases(file);
    CHECK_MESSAGE(now == expected, "VIGIE_ACCEPT=1 writes what it is now");
    if (std::getenv("VIGIE_ACCEPT") != nullptr) std::ofstream(entry.path()) << now;
  }
}

}  // namespace
}  // namespace vigie
