#include <cstring>

#include "connectors/mapping_convert.h"

namespace vigie::mapping {

std::string_view html_to_text(std::string_view html, char* to) {
  std::memcpy(to, html.data(), html.size());
  return {to, html.size()};
}
std::string_view decode_entities(std::string_view text, char* to) { return html_to_text(text, to); }

}  // namespace vigie::mapping
