// The effective configuration as YAML that can be read again, with the reason and the default of
// every field as comments.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
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
std::string shown(std::uint32_t value) { return cat(value); }
std::string shown(Duration value) { return vigie::to_text(value); }

// The visitor that collects the defaults of one section.
class Defaults {
 public:
  void text(const Field& field, Check /*check*/, const std::string* value) {
    note(field, value->empty() ? "empty" : shown(*value));
  }
  void number(const Field& field, Range<std::uint32_t> /*range*/, const std::uint32_t* value) {
    note(field, shown(*value));
  }
  void duration(const Field& field, Range<Duration> /*range*/, const Duration* value) {
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
  void text(const Field& field, Check /*check*/, const std::string* value) {
    explain(field);
    line(cat(field.name, ": ", shown(*value)));
  }
  void joined(const Field& field, Check check, const std::string* value) {
    text(field, check, value);
  }
  void number(const Field& field, Range<std::uint32_t> /*range*/, const std::uint32_t* value) {
    explain(field);
    line(cat(field.name, ": ", shown(*value)));
  }
  void duration(const Field& field, Range<Duration> /*range*/, const Duration* value) {
    explain(field);
    line(cat(field.name, ": ", shown(*value)));
  }
  void texts(const Field& field, Check check, const std::vector<std::string>* values);
  void properties(const Field& field, const std::map<std::string, Secret>* values);
  void include(const Field& /*field*/) {}  // the brands of all files are printed as one list
  void brands(const Field& field, std::vector<rules::Brand>* brands) { elements(field, brands); }
  void sources(const Field& field, std::vector<SourceSettings>* sources) {
    elements(field, sources);
  }

  template <class T>
  void section(const Field& field, T* value) {
    explain(field);
    line(cat(field.name, ':'));
    indent_ += 2;
    fields(field.name, value);
    indent_ -= 2;
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
    explain(field);
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
    defaults_ = defaults.take();
    section_ = name;
    describe(*this, *value);
    section_ = {};
    defaults_.clear();
  }

  void line(std::string_view text);
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

void Printer::texts(const Field& field, Check /*check*/, const std::vector<std::string>* values) {
  const bool first = explain(field);
  if (values->empty() && !first) return;  // ten thousand brands need no ten thousand `regex: []`
  const std::string flow = cat(field.name, ": ", flow_list(*values));
  if (indent_ + flow.size() <= kLineBytes) return line(flow);
  line(cat(field.name, ':'));
  for (const std::string& value : *values) line(cat("  - ", scalar(value)));
}

void Printer::properties(const Field& field, const std::map<std::string, Secret>* values) {
  explain(field);
  line(cat(field.name, values->empty() ? ": {}" : ":"));
  indent_ += 2;
  for (const auto& [name, secret] : *values) {
    const std::size_t colon = secret.origin.find(':');
    if (colon != std::string::npos) {
      line(cat(scalar(name), ": {", secret.origin.substr(0, colon), ": ",
               flow_scalar(secret.origin.substr(colon + 1)), '}'));
    } else {
      line(cat(scalar(name), ": ", is_secret_property(name) ? "\"***\"" : scalar(secret.value)));
    }
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
