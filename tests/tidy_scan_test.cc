// The reader behind the checks of the tree.
#include "tests/tidy_scan.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"

using namespace vigie;
using namespace vigie::tidy;

namespace {

struct BlankCase {
  std::string_view source;
  std::string_view no_comments;
  std::string_view code_only;
};

TEST_CASE("comments and literals become spaces, in place") {
  const std::vector<BlankCase> cases{
      {"a // b\nc", "a     \nc", "a     \nc"},
      {"a /* b\n c */ d", "a     \n      d", "a     \n      d"},
      {"a // b \\\n c\nd", "a       \n  \nd", "a       \n  \nd"},
      {R"(f("x // y"))", R"(f("x // y"))", R"(f("      "))"},
      {R"(f("a\"b" "c"))", R"(f("a\"b" "c"))", R"(f("    " " "))"},
      {R"('{' '\'' '"')", R"('{' '\'' '"')", R"(' ' '  ' ' ')"},
      {"1'000 x", "1'000 x", "1'000 x"},
      {"0xFF'FF{'a'}", "0xFF'FF{'a'}", "0xFF'FF{' '}"},
      {"u8'a' L'b'", "u8'a' L'b'", "u8' ' L' '"},
      {"R\"(a \" // b)\" // c", "R\"(a \" // b)\"     ", "R\"          \"     "},
      {"R\"x()\" )x\" y", "R\"x()\" )x\" y", "R\"       \" y"},
      {"u8R\"(\n)\";", "u8R\"(\n)\";", "u8R\" \n \";"},
      {"WORR\"(a\" b)", "WORR\"(a\" b)", "WORR\"  \" b)"},
      {"\"\" ''", "\"\" ''", "\"\" ''"},
      {"/* open", "       ", "       "},
      {"\"open\nx", "\"open\nx", "\"    \nx"},
      {"", "", ""},
  };
  for (const BlankCase& c : cases) {
    CAPTURE(c.source);
    CHECK(blank(c.source, Blank::comments) == c.no_comments);
    CHECK(blank(c.source, Blank::comments_and_literals) == c.code_only);
  }
}

TEST_CASE("lines are cut at newlines") {
  using Lines = std::vector<std::string_view>;
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == Lines{"a"});
  CHECK(lines_of("a\n") == Lines{"a"});
  CHECK(lines_of("\na\n\n") == Lines{"", "a", ""});
}

// "first line+count name" of each function.
std::vector<std::string> functions(std::string_view source) {
  const Functions result = find_functions(source);
  CHECK(result.balanced);
  std::vector<std::string> out;
  for (const Function& f : result.found)
    out.push_back(cat(f.first_line, '+', f.line_count, ' ', f.name));
  return out;
}

struct FunctionCase {
  std::string_view source;
  std::vector<std::string> expected;
};

TEST_CASE("functions are found with their length") {
  const std::vector<FunctionCase> cases{
      {"int f() { return 1; }", {"1+1 int f() { return 1; }"}},
      {"int f();\nint g(int a,\n      int b)\n{\n  return 1;\n}\n", {"2+5 int g(int a,"}},
      {"namespace a::b {\nnamespace {\nvoid f() {\n}\n}\n}\n", {"3+2 void f() {"}},
      {"extern \"C\" {\nvoid f() {\n}\n}\n", {"2+2 void f() {"}},
      {"extern \"C\" void f() {\n}\n", {"1+2 extern \"C\" void f() {"}},
      {"class A final : public B<int> {\n public:\n  A() {\n  }\n};\n", {"3+2 A() {"}},
      {"struct A {\n  int x{};\n  int y = 0;\n  bool f() const { return x < y; }\n};\n",
       {"4+1 bool f() const { return x < y; }"}},
      {"enum class E : int { a, b };\n", {}},
      {"A::A() : x_(1), y_{2}, z_{f(3)} {\n  go();\n}\n",
       {"1+3 A::A() : x_(1), y_{2}, z_{f(3)} {"}},
      {"A::A(int x)\n    : B{x},\n      c_(x) {\n}\n", {"1+4 A::A(int x)"}},
      {"template <class T>\n  requires(sizeof(T) < 4)\nT f(T t) noexcept {\n  return t;\n}\n",
       {"1+5 template <class T>"}},
      {"auto f() -> std::vector<int> {\n  return {};\n}\n", {"1+3 auto f() -> std::vector<int> {"}},
      {"constexpr std::array<int, 2> kA{{1, 2}};\nconst X x = {1, {2}};\nvoid f() {}\n",
       {"3+1 void f() {}"}},
      {"const auto kF = [](int x) {\n  return x;\n};\n", {"1+3 const auto kF = [](int x) {"}},
      {"const Rule kRules[] = {\n  {1, [](int x) {\n    return x;\n  }},\n};\n",
       {"2+3 1, [](int x) {"}},
      {"void f() {\n  g([] {\n    if (x) { y(); }\n  });\n  struct L { void m() {} };\n}\n",
       {"1+6 void f() {"}},
      {"void f(int x = {}, std::vector<int> y = {1}) {\n}\n",
       {"1+2 void f(int x = {}, std::vector<int> y = {1}) {"}},
      {"TEST_CASE(\"a { brace\") {\n  CHECK('}' == x);\n}\n", {"1+3 TEST_CASE(\"a { brace\") {"}},
      {"#define OPEN {\n#define TWO \\\n  {\nvoid f() {\n}\n", {"4+2 void f() {"}},
      {"void f() {\n  s = R\"({{{)\";\n}\n", {"1+3 void f() {"}},
      {"bool operator()(int a) const {\n}\n", {"1+2 bool operator()(int a) const {"}},
      {"static const std::string& name(E e) {\n  switch (e) {\n    case E::a: return x;\n  }\n}\n",
       {"1+5 static const std::string& name(E e) {"}},
  };
  for (const FunctionCase& c : cases) {
    CAPTURE(c.source);
    CHECK(functions(c.source) == c.expected);
  }
}

TEST_CASE("braces that do not match are noticed") {
  CHECK_FALSE(find_functions("void f() {").balanced);
  CHECK_FALSE(find_functions("}").balanced);
  CHECK(find_functions("").balanced);
}

}  // namespace
