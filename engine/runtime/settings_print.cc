// The effective configuration as YAML that can be read again, with the reason and the default of
// every field as comments.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/text.h"
#include "engine/runtime/settings.h"
#include "engine/runtime/settings_fields.h"

namespace vigie {
namespace {

constexpr std::size_t kLineBytes = 100;

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == ' ' || c == '_' || c == '.' || c == '/' || c == '-' ||
         c == ':';
}

// Without quotes where nothing in it means anything to YAML.
std::string scalar(std::string_view text) {
  bool plain = !text.empty() && text.front() != ' ' && text.back() != ' ' && text.front() != '-' &&
               text.front() != ':' && text.back() != ':' && text.front() != '.';
  for (std::size_t i = 0; i < text.size() && plain; ++i) {
    plain = is_plain(text[i]) && !(text[i] == ':' && text[i + 1] == ' ');
  }
  for (const std::string_view null : {"null", "Null", "NULL"}) plain = plain && text != null;
  if (plain) return std::string(text);
  std::string out;
  append_json_string(text, &out);
  return out;
}

// In a flow list or mapping a colon may end a plain scalar.
std::string flow_scalar(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return scalar(text);
  std::string out;
  append_json_string(text, &out);
  return out;
}

std::string flow_list(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values) {
    if (out.size() > 1) out += ", ";
    out += flow_scalar(value);
  }
  return out + "]";
}

std::string shown(const std::string& value) { return scalar(value); }
template <std::integral T>
  requires(!std::same_as<T, bool>)
std::string shown(T value) {
  return cat(value);
}
std::string shown(Duration value) { return vigie::to_text(value); }
std::string shown(ByteCount value) { return vigie::to_text(value); }
std::string shown(const std::optional<EventTime>& value) {
  return value ? to_rfc3339(*value) : R"("")";
}

std::string shown(double value) { return cat(value); }
std::string shown(bool value) { return value ? "true" : "false"; }
// Where it comes from, or that it is there.
std::string shown(const Secret& secret) {
  const std::size_t colon = secret.origin.find(':');
  if (colon == std::string::npos) return R"("***")";
  return cat('{', secret.origin.substr(0, colon), ": ",
             flow_scalar(secret.origin.substr(colon + 1)), '}');
}

// Whether a text of several lines can be written as they are, behind a '|'.
bool fits_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text[0] == ' ' || text[0] == '\n') return false;
  if (text.ends_with("\n\n")) return false;
  return std::ranges::all_of(text, [](char c) {
    return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

// The visitor that collects the defaults of one section.
class Defaults {
 public:
  void text(const Field& field, Check /*check*/, const std::string* value) {
    note(field, value->empty() ? "empty" : shown(*value));
  }
  template <class T>
  void number(const Field& field, Range<T> /*range*/, const T* value) {
    note(field, shown(*value));
  }
  void time(const Field& field, const std::optional<EventTime>* /*value*/) { note(field, "none"); }
  void campaigns(const Field& field, const std::vector<rules::Campaign>* /*campaigns*/) {
    note(field, "none");
  }
  void examples(const Field& field, const std::vector<rules::Example>* /*examples*/) {
    note(field, "none");
  }
  void decimal(const Field& field, Range<double> /*range*/, const double* value) {
    note(field, shown(*value));
  }
  void flag(const Field& field, const bool* value) { note(field, shown(*value)); }
  template <class T>
  void word(const Field& field, std::span<const T> /*choices*/, const T* value) {
    note(field, std::string(vigie::to_text(*value)));
  }
  void secret(const Field& field, const Secret* /*value*/) { note(field, "none"); }
  void rates(const Field& field, const std::map<std::string, Rates>* /*platforms*/) {
    note(field, "none");
  }
  template <class T>
  void section(const Field& /*field*/, T* /*value*/) {}
  void duration(const Field& field, Range<Duration> /*range*/, const Duration* value) {
    note(field, shown(*value));
  }
  void byte_count(const Field& field, Range<ByteCount> /*range*/, const ByteCount* value) {
    note(field, shown(*value));
  }
  void texts(const Field& field, Check /*check*/, const std::vector<std::string>* /*values*/) {
    note(field, "none");
  }
  void joined(const Field& field, Check /*check*/, const std::string* /*value*/) {
    note(field, "none");
  }
  void properties(const Field& field, const std::map<std::string, Secret>* /*values*/) {
    note(field, "none");
  }

  [[nodiscard]] std::map<std::string_view, std::string> take() { return std::move(texts_); }

 private:
  void note(const Field& field, std::string text) { texts_[field.name] = std::move(text); }

  std::map<std::string_view, std::string> texts_;
};

class Printer {
 public:
  void text(const Field& field, Check /*check*/, const std::string* value);
  void joined(const Field& field, Check check, const std::string* value) {
    text(field, check, value);
  }
  template <class T>
  void number(const Field& field, Range<T> /*range*/, const T* value) {
    value_of(field, shown(*value), *value == 0);
  }
  void duration(const Field& field, Range<Duration> /*range*/, const Duration* value) {
    value_of(field, shown(*value), false);
  }
  void byte_count(const Field& field, Range<ByteCount> /*range*/, const ByteCount* value) {
    value_of(field, shown(*value), false);
  }
  void decimal(const Field& field, Range<double> /*range*/, const double* value) {
    value_of(field, shown(*value), *value == 0);
  }
  void flag(const Field& field, const bool* value) { value_of(field, shown(*value), false); }
  template <class T>
  void word(const Field& field, std::span<const T> /*choices*/, const T* value) {
    value_of(field, std::string(vigie::to_text(*value)), false);
  }
  void secret(const Field& field, const Secret* value) {
    if (!explain(field) && value->value.empty()) return;
    line(cat(field.name, ": ", value->value.empty() ? R"("")" : shown(*value)));
  }
  void segments(const Field& field, std::vector<rules::Segment>* segments) {
    elements(field, segments);
  }
  void rates(const Field& field, std::map<std::string, Rates>* platforms);
  void time(const Field& field, const std::optional<EventTime>* value) {
    value_of(field, shown(*value), !value->has_value());
  }
  void texts(const Field& field, Check check, const std::vector<std::string>* values);
  void properties(const Field& field, const std::map<std::string, Secret>* values);
  void campaigns(const Field& field, std::vector<rules::Campaign>* campaigns) {
    elements(field, campaigns);
  }
  void examples(const Field& field, const std::vector<rules::Example>* examples);
  void named(const Field& field, Check check, const NamedText* values);
  void named(const Field& field, Check check, const NamedTexts* values);
  void include(const Field& /*field*/) {}  // the brands of all files are printed as one list
  void brands(const Field& field, std::vector<rules::Brand>* brands) { elements(field, brands); }
  void mappings(const Field& field, const std::vector<MappingFile>* mappings);
  void errors(const Field& field, const ErrorSettings* errors);
  void sources(const Field& field, std::vector<SourceSettings>* sources) {
    elements(field, sources);
  }

  template <class T>
  void section(const Field& field, T* value) {
    const bool first = explain(field);
    const std::size_t before = out_.size();
    line(cat(field.name, ':'));
    const std::size_t begin = out_.size();
    indent_ += 2;
    fields(field.name, value);
    indent_ -= 2;
    if (!first && out_.size() == begin) out_.resize(before);  // nothing but defaults
  }

  template <class T>
  void choice(const Field& field, SourceSettings* value) {
    if (T* chosen = std::get_if<T>(value)) {
      indent_ += 2;  // behind the dash, and then inside of the mapping
      section(field, chosen);
      indent_ -= 2;
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  // One after the other, each behind a dash.
  template <class T>
  void elements(const Field& field, std::vector<T>* values) {
    if (!explain(field) && values->empty()) return;
    line(cat(field.name, values->empty() ? ": []" : ":"));
    indent_ += 2;
    for (T& value : *values) {
      dash_ = true;
      if constexpr (std::same_as<T, SourceSettings>) {
        describe(*this, value);
      } else {
        indent_ += 2;
        fields(field.name, &value);
        indent_ -= 2;
      }
    }
    indent_ -= 2;
  }

  template <class T>
  void fields(std::string_view name, T* value) {
    T unset{};
    Defaults defaults;
    describe(defaults, unset);
    const auto outer_defaults = std::exchange(defaults_, defaults.take());
    const std::string_view outer_section = std::exchange(section_, name);
    describe(*this, *value);
    section_ = outer_section;
    defaults_ = outer_defaults;
  }

  void line(std::string_view text);
  void value_of(const Field& field, const std::string& shown, bool empty);
  bool explain(const Field& field);
  void comment(const std::string& text);

  std::string out_;
  std::size_t indent_ = 0;
  bool dash_ = false;  // the next line is the first of a list's element
  std::string_view section_;
  std::map<std::string_view, std::string> defaults_;  // of the section's fields
  std::set<std::string> explained_;                   // "section.field"
};

void Printer::line(std::string_view text) {
  out_.append(dash_ ? indent_ - 2 : indent_, ' ');
  if (dash_) out_ += "- ";
  dash_ = false;
  out_ += text;
  out_ += '\n';
}

// Wraps the words to the width of a line.
void Printer::comment(const std::string& text) {
  const std::string start = std::string(dash_ ? indent_ - 2 : indent_, ' ') + '#';
  std::string row = start;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find(' ', from), text.size());
    if (row.size() + 1 + end - from > kLineBytes) {
      out_ += row + '\n';
      row = start;
    }
    row += ' ';
    row.append(text, from, end - from);
    from = end + 1;
  }
  out_ += row + '\n';
}

// The first time a field is printed, says what it is for; returns whether it did.
bool Printer::explain(const Field& field) {
  if (!explained_.insert(cat(section_, '.', field.name)).second) return false;
  const auto found = defaults_.find(field.name);
  const std::string unit = field.required ? cat(" Required: ", field.unit, '.')
                           : found != defaults_.end()
                               ? cat(" Default: ", found->second, ". Write: ", field.unit, '.')
                               : std::string();
  std::string reason(field.reason);
  if (reason[0] >= 'a' && reason[0] <= 'z') reason[0] = static_cast<char>(reason[0] - 'a' + 'A');
  if (section_.empty() && indent_ == 0) out_ += out_.empty() ? "" : "\n";
  comment(cat(reason, '.', unit));
  return true;
}

// What is empty is written out the first time only: ten thousand brands need no ten thousand
// `regex: []`.
void Printer::value_of(const Field& field, const std::string& shown, bool empty) {
  if (!explain(field) && empty) return;
  line(cat(field.name, ": ", shown));
}

void Printer::text(const Field& field, Check /*check*/, const std::string* value) {
  if (!fits_block(*value)) return value_of(field, shown(*value), value->empty());
  explain(field);
  line(cat(field.name, value->ends_with('\n') ? ": |" : ": |-"));
  for (std::size_t from = 0; from < value->size();) {
    const std::size_t end = std::min(value->find('\n', from), value->size());
    if (end == from) {
      out_ += '\n';
    } else {
      line(cat("  ", std::string_view(*value).substr(from, end - from)));
    }
    from = end + 1;
  }
}

void Printer::examples(const Field& field, const std::vector<rules::Example>* examples) {
  const bool first = explain(field);
  if (examples->empty() && !first) return;
  line(cat(field.name, examples->empty() ? ": []" : ":"));
  for (const rules::Example& example : *examples) {
    line(cat("  - ", example.is_record ? example.text : scalar(example.text)));
  }
}

void Printer::named(const Field& field, Check /*check*/, const NamedText* values) {
  explain(field);
  line(cat(field.name, values->empty() ? ": {}" : ":"));
  indent_ += 2;
  for (const auto& [name, value] : *values) line(cat(scalar(name), ": ", scalar(value)));
  indent_ -= 2;
}

void Printer::named(const Field& field, Check /*check*/, const NamedTexts* values) {
  explain(field);
  line(cat(field.name, values->empty() ? ": {}" : ":"));
  indent_ += 2;
  for (const auto& [name, texts] : *values) line(cat(scalar(name), ": ", flow_list(texts)));
  indent_ -= 2;
}

void Printer::texts(const Field& field, Check /*check*/, const std::vector<std::string>* values) {
  const bool first = explain(field);
  if (values->empty() && !first) return;
  const std::string flow = cat(field.name, ": ", flow_list(*values));
  if (indent_ + flow.size() <= kLineBytes) return line(flow);
  line(cat(field.name, ':'));
  for (const std::string& value : *values) line(cat("  - ", scalar(value)));
}

void Printer::mappings(const Field& field, const std::vector<MappingFile>* mappings) {
  std::vector<std::string> paths;
  for (const MappingFile& mapping : *mappings) paths.push_back(mapping.path);
  texts(field, check_any, &paths);
}

void Printer::errors(const Field& field, const ErrorSettings* errors) {
  explain(field);
  std::string row = cat(field.name, ": {default: ", vigie::to_text(errors->otherwise));
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    const std::optional<OnError> action = errors->by_reason[i];
    if (!action) continue;
    row += cat(", ", vigie::to_text(static_cast<RejectReason>(i)), ": ", vigie::to_text(*action));
  }
  line(row + "}");
}

void Printer::rates(const Field& field, std::map<std::string, Rates>* platforms) {
  explain(field);
  line(cat(field.name, platforms->empty() ? ": {}" : ":"));
  indent_ += 2;
  for (auto& [name, rates] : *platforms) {
    line(cat(name, ':'));
    indent_ += 2;
    fields(field.name, &rates);
    indent_ -= 2;
  }
  indent_ -= 2;
}

void Printer::properties(const Field& field, const std::map<std::string, Secret>* values) {
  explain(field);
  line(cat(field.name, values->empty() ? ": {}" : ":"));
  indent_ += 2;
  for (const auto& [name, secret] : *values) {
    const bool hidden = !secret.origin.empty() || is_secret_property(name);
    line(cat(scalar(name), ": ", hidden ? shown(secret) : scalar(secret.value)));
  }
  indent_ -= 2;
}

}  // namespace

std::string print_settings(const Settings& settings) {
  Settings copy = settings;  // descriptions are written for readers, too
  Printer printer;
  describe(printer, copy);
  return printer.take();
}

}  // namespace vigie
