#include "engine/runtime/settings_example.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::size_t digits_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_not_of("0123456789", at);
  return std::min(end, text.size()) - at;
}

// As JSON has it: -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?
bool is_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_at(text, ++at);
    if (fraction == 0) return false;
    at += fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = digits_at(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

// Writes one value. Aliases may name the same node many times over, so the size is looked at before
// each.
class Writer {
 public:
  explicit Writer(std::string* out) : out_(*out) {}

  void value(const YamlNode& node) {
    if (!goes_on(node)) return;
    switch (node.kind) {
      case YamlNode::Kind::null: out_ += "null"; return;
      case YamlNode::Kind::scalar: scalar(node); return;
      case YamlNode::Kind::list:
        out_ += '[';
        for (const YamlNode* item : node.items) {
          if (item != node.items.front()) out_ += ", ";
          value(*item);
        }
        out_ += ']';
        return;
      case YamlNode::Kind::mapping:
        out_ += '{';
        entries(node);
        out_ += '}';
        return;
    }
  }

  void entries(const YamlNode& mapping) {
    bool first = true;
    for (const YamlNode::Entry& entry : mapping.entries) {
      if (entry.key->kind != YamlNode::Kind::scalar) {
        if (!fault_) fault_ = {entry.key->place, "this key is not a text; write a name"};
        return;
      }
      if (!first) out_ += ", ";
      first = false;
      append_json_string(entry.key->text, &out_);
      out_ += ": ";
      value(*entry.value);
    }
  }

  [[nodiscard]] const std::optional<YamlFault>& fault() const { return fault_; }

 private:
  bool goes_on(const YamlNode& node) {
    if (!fault_ && out_.size() + node.text.size() > kExampleBytesMax) {
      fault_ = {node.place, cat("this example is larger than ", kExampleBytesMax >> 10,
                                " KiB as JSON; shorten it")};
    }
    return !fault_;
  }

  void scalar(const YamlNode& node) {
    const bool as_it_is =
        node.plain && (node.text == "true" || node.text == "false" || is_number(node.text));
    if (as_it_is) {
      out_ += node.text;
    } else {
      append_json_string(node.text, &out_);
    }
  }

  std::string& out_;
  std::optional<YamlFault> fault_;
};

}  // namespace

std::optional<YamlFault> example_json(const YamlNode& mapping, std::string* json) {
  struct Needed {
    std::string_view key;
    std::string_view value;
  };
  constexpr std::array<Needed, 3> kNeeded{
      {{"id", "test"}, {"platform", "test"}, {"created_at", "2026-01-01T00:00:00Z"}}};
  std::string out = "{";
  Writer writer(&out);
  writer.entries(mapping);
  if (writer.fault()) return writer.fault();
  for (const Needed& needed : kNeeded) {
    const bool given = std::ranges::any_of(mapping.entries, [&](const YamlNode::Entry& entry) {
      return entry.key->text == needed.key;
    });
    if (!given) out += cat(out.size() > 1 ? ", \"" : "\"", needed.key, "\": \"", needed.value, '"');
  }
  out += '}';
  *json = std::move(out);
  return std::nullopt;
}

}  // namespace vigie
