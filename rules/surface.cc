#include "rules/surface.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "rules/fold.h"

namespace vigie::rules {
namespace {

// Letters that folding takes for others and that do not decompose, such as ø: without accents they
// are those others, in their own case.
void append_plain(std::int32_t code_point, SurfaceForm form, FoldedText* scratch,
                  std::string* out) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = static_cast<std::size_t>(utf8proc_encode_char(code_point, bytes.data()));
  const std::string_view written(reinterpret_cast<const char*>(bytes.data()), size);
  if (form.match_accents) {
    out->append(written);
    return;
  }
  fold_scalar(written, scratch);
  const std::string_view folded = scratch->view();
  const bool one_letter = folded.size() == 1 && folded[0] >= 'a' && folded[0] <= 'z';
  if (!one_letter) {
    out->append(written);
  } else if (form.match_case && is_capital(static_cast<std::uint32_t>(code_point))) {
    out->push_back(static_cast<char>(folded[0] - 'a' + 'A'));
  } else {
    out->push_back(folded[0]);
  }
}

}  // namespace

std::string_view written_form(std::string_view text, SurfaceForm form, SurfaceScratch* scratch) {
  int steps = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE;
  if (!form.match_case) steps |= UTF8PROC_CASEFOLD;
  if (!form.match_accents) steps |= UTF8PROC_STRIPMARK;
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): a set of flags
  const auto options = static_cast<utf8proc_option_t>(steps);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  std::vector<std::int32_t>& points = scratch->code_points;
  scratch->form.clear();
  if (points.empty()) points.resize(64);
  utf8proc_ssize_t count = 0;
  while (true) {
    const auto room = static_cast<utf8proc_ssize_t>(points.size());
    count = utf8proc_decompose(bytes, size, points.data(), room, options);
    if (count <= room) break;
    points.resize(static_cast<std::size_t>(count));
  }
  // Composed, so that a letter with its accent is one character to a wildcard.
  if (form.match_accents && count > 0) {
    count = utf8proc_normalize_utf32(
        points.data(), count, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  }
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    const std::int32_t point = points[static_cast<std::size_t>(i)];
    if (point < 0x80) {
      scratch->form.push_back(static_cast<char>(point));
    } else {
      append_plain(point, form, &scratch->folded, &scratch->form);
    }
  }
  return scratch->form;
}

bool is_capital(std::uint32_t code_point) {
  if (code_point < 0x80) return code_point >= 'A' && code_point <= 'Z';
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

}  // namespace vigie::rules
