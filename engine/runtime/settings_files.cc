#include "engine/runtime/settings_files.h"

#include <algorithm>
#include <array>

#include "engine/base/text.h"
#include "engine/runtime/settings_fields.h"

namespace vigie {
namespace {

const YamlNode* scalar_or_null(const YamlNode* node) {
  return node != nullptr && node->kind == YamlNode::Kind::scalar ? node : nullptr;
}

// The element of a list; a value that stands alone is its only one.
const YamlNode* item_of(const YamlNode* node, std::size_t index) {
  if (node == nullptr) return nullptr;
  if (node->kind != YamlNode::Kind::list) return index == 0 ? node : nullptr;
  return index < node->items.size() ? node->items[index] : nullptr;
}

// The element that is this text.
const YamlNode* item_called(const YamlNode* node, std::string_view text) {
  for (std::size_t i = 0;; ++i) {
    const YamlNode* item = item_of(node, i);
    if (item == nullptr || item->text == text) return item;
  }
}

// The node of the brand that holds the text; null when it cannot be told.
const YamlNode* node_of(const YamlNode* brand, const rules::TextPlace& place,
                        std::string_view term) {
  using Part = rules::TextPlace::Part;
  const YamlNode* value = find_value(brand, rules::key_of(place.part));
  switch (place.part) {
    case Part::campaign: {
      const YamlNode* campaign = item_of(value, place.item);
      const YamlNode* tag = item_called(find_value(campaign, "hashtags"), term);
      return tag != nullptr ? tag : campaign;
    }
    case Part::guideline: return find_value(item_of(value, place.item), "guideline");
    case Part::owned: {
      const YamlNode* account = item_called(find_value(value, "accounts"), term);
      return account != nullptr ? account : item_called(find_value(value, "domains"), term);
    }
    case Part::name:
    case Part::query:
    case Part::shadow: return value;
    case Part::names:
    case Part::hashtags:
    case Part::handles:
    case Part::exclude:
    case Part::regex: return item_of(value, place.item);
    case Part::library:
    case Part::segment:
    case Part::opinion: return nullptr;
  }
  return nullptr;
}

}  // namespace

const YamlNode* find_value(const YamlNode* root, std::string_view key) {
  if (root == nullptr) return nullptr;
  for (const YamlNode::Entry& entry : root->entries) {
    if (entry.key->text == key) return entry.value;
  }
  return nullptr;
}

std::uint32_t SettingsFiles::add(std::string path, std::string text) {
  File& file = files_.emplace_back();
  file.path = std::move(path);
  file.text = std::move(text);
  for (std::size_t at = 0; at != std::string::npos;) {
    file.lines.push_back(at);
    const std::size_t end = file.text.find('\n', at);
    at = end == std::string::npos ? end : end + 1;
  }
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::expected<const YamlNode*, YamlFault> SettingsFiles::parse(std::uint32_t file) {
  auto tree = parse_yaml(files_[file].text);
  if (!tree) return std::unexpected(std::move(tree.error()));
  files_[file].tree = std::move(*tree);
  hide_secrets(&files_[file]);
  return files_[file].tree.root;
}

void SettingsFiles::add_mapping(std::uint32_t file) {
  mappings_.push_back(file);
  File& added = files_[file];
  // A configuration that was listed by mistake keeps its secrets.
  const YamlNode* root = added.tree.root;
  if (find_value(root, "mapping") != nullptr && find_value(root, "sources") == nullptr) {
    added.hidden.clear();
  }
}

// Whatever stands under a key that names a secret, in whichever mapping, is not for the eyes of
// those who read logs.
void SettingsFiles::hide_secrets(File* file) {
  for (const YamlNode& node : file->tree.nodes) {
    for (const YamlNode::Entry& entry : node.entries) {
      if (!is_secret_property(entry.key->text)) continue;
      hide(*entry.value, file);
    }
  }
}

void SettingsFiles::hide(const YamlNode& node, File* file) {
  file->hidden.insert(node.place.line);
  if (node.kind == YamlNode::Kind::scalar) {
    const std::size_t begin = offset_of(*file, node.place);
    const Extent all = scalar_extent(file->text, begin, node.text, {0, node.text.size()});
    const int last = place_of(*file, all.first + all.count).line;
    for (int line = node.place.line; line <= last; ++line) file->hidden.insert(line);
  }
  for (const YamlNode* item : node.items) hide(*item, file);
  for (const YamlNode::Entry& entry : node.entries) hide(*entry.value, file);
}

// Where the secrets of a file stand is not known when it cannot be read.
bool SettingsFiles::may_show(const File& file, int line) {
  constexpr std::array<std::string_view, 5> kHints{"properties", "sasl.", "ssl.", "password",
                                                   "secret"};
  if (file.tree.root != nullptr) return !file.hidden.contains(line);
  return std::ranges::none_of(
      kHints, [&](std::string_view hint) { return file.text.find(hint) != std::string::npos; });
}

std::optional<Where> SettingsFiles::add_named(std::string_view section, const std::string& name,
                                              Where where) {
  const auto [first, added] = named_.try_emplace({std::string(section), name}, where);
  if (added) return std::nullopt;
  return first->second;
}

std::string SettingsFiles::text(const Where& where) const {
  const File& file = files_[where.file];
  YamlPlace place = where.place;
  if (where.part) place = place_of(file, extent_of(file, where).first);
  if (place.line == 0) return file.path;
  return cat(file.path, ':', place.line, ':', place.column);
}

std::size_t SettingsFiles::offset_of(const File& file, YamlPlace place) {
  const auto line = std::min(static_cast<std::size_t>(std::max(place.line, 1)), file.lines.size());
  const auto column = static_cast<std::size_t>(std::max(place.column, 1));
  return std::min(file.lines[line - 1] + column - 1, file.text.size());
}

YamlPlace SettingsFiles::place_of(const File& file, std::size_t offset) {
  const auto next = std::ranges::upper_bound(file.lines, offset);
  return {static_cast<int>(next - file.lines.begin()), static_cast<int>(offset - next[-1]) + 1};
}

// What is meant, in the text of the file.
Extent SettingsFiles::extent_of(const File& file, const Where& where) {
  const std::size_t begin = offset_of(file, where.place);
  const YamlNode* node = scalar_or_null(where.node);
  if (node == nullptr) return {begin, 1};
  if (where.part) return scalar_extent(file.text, begin, node->text, *where.part);
  return written_extent(file.text, begin, node->text);
}

Diagnostic SettingsFiles::diagnose(Where where, Diagnostic::Severity severity,
                                   std::string message) const {
  const File& file = files_[where.file];
  Diagnostic out{severity, text(where), std::move(message), {}, {where.file, 0, 0}};
  if (where.place.line == 0 || file.text.empty()) return out;
  Extent extent = extent_of(file, where);
  const YamlPlace place = where.part ? place_of(file, extent.first) : where.place;
  out.order = {where.file, static_cast<std::uint32_t>(place.line),
               static_cast<std::uint32_t>(place.column)};
  if (!may_show(file, place.line)) return out;
  const std::size_t begin = offset_of(file, {place.line, 1});
  const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
  const std::string_view line = std::string_view(file.text).substr(begin, end - begin);
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return out;
  extent.first -= std::min(extent.first, begin);
  out.excerpt = excerpt(line, place.line, extent);
  return out;
}

// What the main file asks of all posts. Without a place: it is what is shipped.
Where SettingsFiles::find_question(const rules::TextPlace& place) const {
  const YamlNode* section = find_value(files_[0].tree.root, key_of(place.part));
  const YamlNode* node = place.part == rules::TextPlace::Part::segment
                             ? find_value(item_of(section, place.item), "query")
                             : find_value(section, place.library_name);
  if (node == nullptr) return {};
  return {0, node->place, node};
}

Where SettingsFiles::find(const rules::TextPlace& place, std::string_view term) const {
  using Part = rules::TextPlace::Part;
  Where where;
  if (place.part == Part::segment || place.part == Part::opinion) {
    where = find_question(place);
  } else if (place.part == Part::library) {
    const auto found = named_.find({"queries", place.library_name});
    if (found == named_.end()) return where;
    where = found->second;
  } else {
    if (place.brand >= brands_.size()) return where;
    where = brands_[place.brand];
    const YamlNode* node = node_of(where.node, place, term);
    if (node == nullptr) return {where.file, where.place};
    where.node = node;
    where.place = node->place;
  }
  if (scalar_or_null(where.node) != nullptr && place.count > 0) {
    where.part = Extent{place.first, place.count};
  }
  return where;
}

std::vector<const YamlTree*> SettingsFiles::mapping_trees() const {
  std::vector<const YamlTree*> trees;
  for (const std::uint32_t file : mappings_) {
    const YamlTree& tree = files_[file].tree;
    trees.push_back(tree.root == nullptr ? nullptr : &tree);
  }
  return trees;
}

Where SettingsFiles::mapping(std::size_t index, YamlPlace place) const {
  Where where{mappings_[index], place};
  for (const YamlNode& node : files_[where.file].tree.nodes) {
    if (node.place == place && node.kind == YamlNode::Kind::scalar) where.node = &node;
  }
  return where;
}

Where SettingsFiles::mapping_of_source(std::size_t index) const {
  Where where = sources_[index];
  for (const std::string_view kind : {"kafka", "files"}) {
    const YamlNode* node = find_value(find_value(where.node, kind), "mapping");
    if (node == nullptr) continue;
    where.node = node;
    where.place = node->place;
  }
  return where;
}

Where SettingsFiles::example(std::size_t brand, std::string_view list, std::size_t item) const {
  Where where = brands_[brand];
  const YamlNode* node = item_of(find_value(find_value(where.node, "tests"), list), item);
  if (node == nullptr) return where;
  where.node = node;
  where.place = node->place;
  return where;
}

}  // namespace vigie
