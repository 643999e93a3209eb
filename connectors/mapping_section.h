// How the compiler of mappings reads YAML: keys that are known, texts, and everything that is wrong
// with its place. Private to mapping_*.cc.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_compile.h"
#include "engine/base/yaml_tree.h"

namespace vigie::mapping {

// Everything wrong so far.
class Faults {
 public:
  void add(const YamlNode& node, std::string message);
  // False, and a fault, when more has been read than a mapping may hold: aliases make a few lines
  // grow without end.
  [[nodiscard]] bool visit(const YamlNode& node);

  [[nodiscard]] bool empty() const { return faults_.empty(); }
  // In the order of the file, each once.
  [[nodiscard]] std::vector<Fault> take();

 private:
  std::vector<Fault> faults_;
  std::size_t visited_ = 0;
};

// In quotes, cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);
// "; did you mean 'x'?", or what there is to choose from.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

// What messages call the kind of the node: "a list".
[[nodiscard]] std::string_view kind_of(const YamlNode& node);

// The text of a scalar; else null, and a fault: "<what> is a list; write a text".
[[nodiscard]] const std::string* read_text(const YamlNode& node, std::string_view what,
                                           Faults* faults);

// 1 to `bytes_max` of a-z 0-9 _ . -
[[nodiscard]] bool is_name(std::string_view text, std::size_t bytes_max);

// One YAML mapping whose keys are known. What is wrong with its keys is a fault once it is made.
class Section {
 public:
  // `what` is what messages call it. Node and keys outlive the section.
  Section(const YamlNode& node, std::string what, std::span<const std::string_view> known,
          Faults* faults);

  [[nodiscard]] bool has(std::string_view key) const { return entry(key) != nullptr; }
  // The entry with this key, whatever its value is; null when there is none.
  [[nodiscard]] const YamlNode::Entry* entry(std::string_view key) const;
  // The value of the key; null when it is absent, or empty, which is a fault.
  [[nodiscard]] const YamlNode* get(std::string_view key) const;
  // The same; that it is absent is a fault, too: "<what> needs 'key'; write <what to write>".
  [[nodiscard]] const YamlNode* need(std::string_view key, std::string_view write) const;

  [[nodiscard]] const YamlNode& node() const { return node_; }
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] bool usable() const { return node_.kind == YamlNode::Kind::mapping; }

 private:
  const YamlNode& node_;
  std::string what_;
  Faults* faults_;
};

}  // namespace vigie::mapping
