#include "engine/serve/page.h"

#include <array>

namespace vigie {
namespace {

struct File {
  std::string_view name;
  std::string_view bytes;
};

#include "engine/serve/page.inc"

}  // namespace

std::string_view page() { return kEmbedded[0].bytes; }

}  // namespace vigie
