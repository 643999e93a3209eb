// Series of brands in the text format of Prometheus, with the labels of each brand written once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "engine/serve/view.h"

namespace vigie {

// In label values, backslash, quote and line feed are written with a backslash.
void append_label_value(std::string_view value, std::string* out);

// Writes families one after the other, within the bound on series.
class SeriesWriter {
 public:
  // `view` and `out` outlive it.
  SeriesWriter(const View& view, std::size_t series_max, std::string* out);

  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  void begin(std::string_view name, std::string_view type, std::string_view help);

  // One series of a brand. `labels` follow the brand's, and close the braces.
  template <class Number>
  void series(std::size_t brand, std::string_view labels, Number value) {
    if (!take_one()) return;
    out_->append(name_).append(labels_[brand]).append(labels);
    append_number(value, out_);
    out_->push_back('\n');
  }

  // Calls each(brand, its snapshot) for all brands.
  template <class Each>
  void each_brand(Each each) {
    for (std::size_t i = 0; i < view_.brands().size(); ++i) each(i, *view_.brands()[i]);
  }

  // One series per brand.
  void brands(std::uint64_t BrandSnapshot::* value) {
    each_brand([&](std::size_t i, const BrandSnapshot& brand) { series(i, "} ", brand.*value); });
  }

  // Calls each(brand, platform, its label) for all platforms of all brands.
  template <class Each>
  void platforms(Each each) {
    std::string label;
    for (std::size_t i = 0; i < view_.brands().size(); ++i) {
      for (const PlatformSnapshot& platform : view_.brands()[i]->platforms) {
        label.assign(",platform=\"");
        append_label_value(platform.platform.view(), &label);
        label.push_back('"');
        each(i, platform, label);
      }
    }
  }

  // One series that is not of one brand alone; `labels` are all of them, and a space.
  template <class Number>
  void free_series(std::string_view labels, Number value) {
    if (!take_one()) return;
    out_->append(name_).append(labels);
    append_number(value, out_);
    out_->push_back('\n');
  }

 private:
  // False, and counted, when there is no room for a further series.
  bool take_one() {
    if (left_ == 0) {
      ++dropped_;
      return false;
    }
    --left_;
    return true;
  }

  const View& view_;
  std::vector<std::string> labels_;  // per brand: {brand="..."
  std::size_t left_;
  std::uint64_t dropped_ = 0;
  std::string name_;
  std::string* out_;
};

}  // namespace vigie
