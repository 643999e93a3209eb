#include "engine/serve/series_writer.h"

namespace vigie {
namespace {

// Bytes that a brand with a few platforms takes: one growth of the text instead of many.
constexpr std::size_t kBrandBytes = 4992;

}  // namespace

void append_label_value(std::string_view value, std::string* out) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out->push_back('\\');
    if (c == '\n') {
      out->append("\\n");
    } else {
      out->push_back(c);
    }
  }
}

SeriesWriter::SeriesWriter(const View& view, std::size_t series_max, std::string* out)
    : view_(view), left_(series_max), out_(out) {
  out->reserve(out->size() + view.brands().size() * kBrandBytes);
  for (const BrandSnapshot* brand : view.brands()) {
    std::string& labels = labels_.emplace_back("{brand=\"");
    append_label_value(brand->name, &labels);
    labels.push_back('"');
  }
}

void SeriesWriter::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  out_->append("# HELP ").append(name).append(" ").append(help);
  out_->append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace vigie
