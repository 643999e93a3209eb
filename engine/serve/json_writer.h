// Writes JSON with its commas in the right places.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/text.h"

namespace vigie {

// Appends to a text that outlives it. Members need a key, items of an array have none. A number
// that JSON cannot say (infinite, not a number) and an empty optional are null.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) {}

  JsonWriter& key(std::string_view name) {
    comma();
    append_json_string(name, out_);
    out_->push_back(':');
    first_ = true;
    return *this;
  }
  void open(char bracket) {
    comma();
    out_->push_back(bracket);
    first_ = true;
  }
  void close(char bracket) {
    out_->push_back(bracket);
    first_ = false;
  }
  void text(std::string_view value) {
    comma();
    append_json_string(value, out_);
  }
  void null() {
    comma();
    out_->append("null");
  }
  void boolean(bool value) {
    comma();
    out_->append(value ? "true" : "false");
  }
  template <class Number>
  void number(Number value) {
    if constexpr (std::is_floating_point_v<Number>) {
      if (!std::isfinite(value)) return null();
    }
    comma();
    append_number(value, out_);
  }
  void number(std::optional<double> value) {
    if (value) {
      number(*value);
    } else {
      null();
    }
  }

 private:
  void comma() {
    if (!first_) out_->push_back(',');
    first_ = false;
  }

  std::string* out_;
  bool first_ = true;
};

}  // namespace vigie
