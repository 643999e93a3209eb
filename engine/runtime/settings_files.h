// The files that a configuration was read from, kept as long as something may have to be said about
// them: their text, their trees, and where each brand stands. Filled by settings.cc; immutable
// afterwards. A line that may hold a secret is never shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/settings.h"
#include "engine/runtime/yaml_reader.h"
#include "engine/runtime/yaml_scalar.h"
#include "rules/rules.h"

namespace vigie {

// A place in one of the files.
struct Where {
  std::uint32_t file = 0;          // in the order they were opened
  YamlPlace place;                 // {0, 0}: the file as a whole
  const YamlNode* node = nullptr;  // what stands there, where that is known; see SettingsFiles
  std::optional<Extent> part{};    // of the node's text; none: all of it
};

class SettingsFiles {
 public:
  // Returns the number of the file.
  std::uint32_t add(std::string path, std::string text);
  [[nodiscard]] std::string_view contents(std::uint32_t file) const { return files_[file].text; }
  // Reads the file as YAML; a failure is the file's own.
  [[nodiscard]] std::expected<const YamlNode*, YamlFault> parse(std::uint32_t file);

  void add_brand(Where brand) { brands_.push_back(brand); }
  void add_source(Where source) { sources_.push_back(source); }
  // A file with a mapping, parsed: it has no secrets, and calls what it likes `key` or `token`.
  void add_mapping(std::uint32_t file);
  // The place of the first one of this name in this section, or nothing when this is it.
  [[nodiscard]] std::optional<Where> add_named(std::string_view section, const std::string& name,
                                               Where where);

  // "file:line:column", or the file alone for the file as a whole.
  [[nodiscard]] std::string text(const Where& where) const;
  [[nodiscard]] Diagnostic diagnose(Where where, Diagnostic::Severity severity,
                                    std::string message) const;

  [[nodiscard]] const Where& brand(std::size_t index) const { return brands_[index]; }
  [[nodiscard]] std::size_t brands() const { return brands_.size(); }
  // The trees of the files with mappings; null where one is no YAML.
  [[nodiscard]] std::vector<const YamlTree*> mapping_trees() const;
  // What stands at a place of such a file.
  [[nodiscard]] Where mapping(std::size_t index, YamlPlace place) const;
  // What names the mapping of a source, or the source where nothing does.
  [[nodiscard]] Where mapping_of_source(std::size_t index) const;
  // Where the text stands that a finding is about; the brand where it has none of its own.
  [[nodiscard]] Where find(const rules::TextPlace& place, std::string_view term) const;
  // Where the brand's example stands; `list` is must_match or must_not_match.
  [[nodiscard]] Where example(std::size_t brand, std::string_view list, std::size_t item) const;

 private:
  struct File {
    std::string path;
    std::string text;
    YamlTree tree;
    std::vector<std::size_t> lines;  // where each begins
    std::set<int> hidden;            // lines that may hold a secret
  };
  [[nodiscard]] Where find_question(const rules::TextPlace& place) const;
  static void hide_secrets(File* file);
  static void hide(const YamlNode& node, File* file);
  [[nodiscard]] static bool may_show(const File& file, int line);
  [[nodiscard]] static std::size_t offset_of(const File& file, YamlPlace place);
  [[nodiscard]] static YamlPlace place_of(const File& file, std::size_t offset);
  [[nodiscard]] static Extent extent_of(const File& file, const Where& where);

  std::deque<File> files_;
  std::vector<Where> brands_;
  std::vector<Where> sources_;
  std::vector<std::uint32_t> mappings_;
  std::map<std::pair<std::string, std::string>, Where, std::less<>> named_;
};

// The value at root[key]; null when there is none.
[[nodiscard]] const YamlNode* find_value(const YamlNode* root, std::string_view key);

// The line and, below it, '^' and '~' under `part` of it (bytes), with the line's number before it;
// a long line is cut around the mark. Two lines with their ends.
[[nodiscard]] std::string excerpt(std::string_view line, int number, Extent part);

}  // namespace vigie
