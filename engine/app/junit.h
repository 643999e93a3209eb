// Results of tests in the form that continuous integration reads: JUnit's XML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie {

struct TestResult {
  std::string suite;
  std::string name;
  std::string place;    // "file:line:column"
  std::string failure;  // empty: it passed
};

// Results of one suite stand next to each other.
[[nodiscard]] std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace vigie
