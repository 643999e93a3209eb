// The visitor that fills settings from a YAML tree and notes everything that is wrong, each with
// its place. Private to settings.cc.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/runtime/settings.h"
#include "engine/runtime/settings_fields.h"
#include "engine/runtime/settings_files.h"
#include "engine/runtime/yaml_reader.h"

namespace vigie {

// Everything wrong so far.
class Problems {
 public:
  explicit Problems(const SettingsFiles* files) : files_(files) {}
  void error(const Where& where, std::string message);
  void warn(const Where& where, std::string message);

  // In the order of the files, each by line and column.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  const SettingsFiles* files_;
  std::vector<Diagnostic> problems_;
};

// What reading one file leaves for the loader, beside the settings.
struct FileNotes {
  struct Include {
    std::string path;
    Where where;
  };
  // A query, list or group that was given a name.
  struct Named {
    std::string_view section;
    std::string name;
    Where where;
  };
  std::uint32_t file = 0;
  std::string directory;  // that of the file, with a '/' behind it, or empty
  std::vector<Include> includes;
  std::vector<Include> mappings;  // files with mappings
  std::vector<Where> sources;     // one for each source appended
  std::vector<Where> brands;      // one for each brand appended
  std::vector<Named> named;
  Problems* problems = nullptr;
};

// What messages call a file that is not the main one.
inline constexpr std::string_view kIncludedFile = "an included file";

// In quotes, cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

// Reads one mapping. Made, given to describe(), then finish() is called.
class SectionReader {
 public:
  // `name` is what messages call the mapping; empty for the whole file. Both outlive the reader.
  SectionReader(const YamlNode& node, std::string_view name, FileNotes* notes);

  void text(const Field& field, Check check, std::string* value);
  void texts(const Field& field, Check check, std::vector<std::string>* values);
  void joined(const Field& field, Check check, std::string* value);
  void number(const Field& field, Range<std::uint64_t> range, std::uint64_t* value);
  // REQUIRES: nothing in the range is below zero.
  template <std::integral T>
  void number(const Field& field, Range<T> range, T* value) {
    auto wide = static_cast<std::uint64_t>(*value);
    number(field,
           Range<std::uint64_t>{static_cast<std::uint64_t>(range.min),
                                static_cast<std::uint64_t>(range.max)},
           &wide);
    *value = static_cast<T>(wide);
  }
  void decimal(const Field& field, Range<double> range, double* value);
  void flag(const Field& field, bool* value);
  // One of these, by to_text().
  template <class T>
  void word(const Field& field, std::span<const T> choices, T* value) {
    const YamlNode* node = take(field);
    const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
    if (text == nullptr) return;
    for (const T one : choices) {
      if (*text != vigie::to_text(one)) continue;
      *value = one;
      return;
    }
    unknown_word(field, *node, *text);
  }
  void secret(const Field& field, Secret* value);
  void segments(const Field& field, std::vector<rules::Segment>* segments);
  void rates(const Field& field, std::map<std::string, Rates>* platforms);
  void duration(const Field& field, Range<Duration> range, Duration* value);
  void byte_count(const Field& field, Range<ByteCount> range, ByteCount* value);
  void properties(const Field& field, std::map<std::string, Secret>* values);
  void time(const Field& field, std::optional<EventTime>* value);
  void campaigns(const Field& field, std::vector<rules::Campaign>* campaigns);
  void examples(const Field& field, std::vector<rules::Example>* examples);
  void named(const Field& field, Check check, NamedText* values);
  void named(const Field& field, Check check, NamedTexts* values);
  void include(const Field& field);
  void brands(const Field& field, std::vector<rules::Brand>* brands);
  void sources(const Field& field, std::vector<SourceSettings>* sources);
  void mappings(const Field& field, const std::vector<MappingFile>* mappings);
  void errors(const Field& field, ErrorSettings* errors);

  template <class T>
  void section(const Field& field, T* value) {
    if (const YamlNode* node = take(field)) read_section(*node, field.name, value);
  }

  template <class T>
  void choice(const Field& field, SourceSettings* value) {
    const YamlNode* node = take(field);
    if (node != nullptr) read_section(*node, field.name, &value->emplace<T>());
  }

  // Reports the keys that no field asked for.
  void finish();

 private:
  void unknown_word(const Field& field, const YamlNode& node, std::string_view text) const;
  void action(std::string_view reason, std::optional<OnError>* action);

  template <class T>
  void read_section(const YamlNode& node, std::string_view name, T* value) {
    SectionReader reader(node, name, notes_);
    describe(reader, *value);
    reader.finish();
  }

  // Calls read(name, value, reader of the mapping) for each entry whose name is good.
  template <class Read>
  void each_named(const Field& field, const Read& read);

  // The value of the field; null when it is absent or empty, which is reported where it matters.
  const YamlNode* take(const Field& field);
  // The elements of a list; a value that stands alone is its only one.
  [[nodiscard]] static std::vector<const YamlNode*> items(const YamlNode& node);
  // Null, and reported, unless the node is a scalar that passes the check.
  const std::string* checked(const Field& field, Check check, const YamlNode& node);
  void example(const Field& field, const YamlNode& node, std::vector<rules::Example>* examples);
  void secret(const std::string& property, const YamlNode& node, Secret* secret);
  void secret_from(std::string_view kind, const YamlNode& node, Secret* secret);
  [[nodiscard]] std::string title() const;
  [[nodiscard]] std::string name_of(const Field& field) const;
  [[nodiscard]] Where at(const YamlNode& node) const { return {notes_->file, node.place, &node}; }
  void error(const YamlNode& node, std::string message) const;

  const YamlNode& node_;
  std::string_view name_;
  FileNotes* notes_;
  bool usable_ = true;                   // the node is a mapping
  std::vector<std::string_view> known_;  // fields asked for so far
  std::unordered_map<std::string_view, const YamlNode::Entry*> entries_;
};

}  // namespace vigie
