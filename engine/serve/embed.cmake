# Writes the page IN as a C++ array to OUT, so that the page stays a file that a browser can open.
file(READ "${IN}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REPEAT "." 80 line)
string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
file(WRITE "${OUT}" "#include \"engine/serve/page.h\"

namespace vigie {
namespace {
constexpr unsigned char kBytes[] = {
${bytes}};
}  // namespace

std::string_view page() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }

}  // namespace vigie
")
