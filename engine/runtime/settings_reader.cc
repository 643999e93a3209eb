#include "engine/runtime/settings_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "engine/base/text.h"
#include "engine/base/utf8.h"

namespace vigie {
namespace {

std::string_view to_text(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "a text";
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::mapping: return "a mapping";
  }
  return {};
}

std::string join(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

// "; did you mean 'x'?", or what there is to choose from.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = closest(word, known.data(), known.size());
  if (!near.empty()) return cat("; did you mean '", near, "'?");
  return cat("; it may hold: ", join(known));
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 60;
  if (text.size() <= kShown) return cat('\'', text, '\'');
  return cat('\'', whole_characters(text, kShown), "...'");
}

void Problems::error(const Where& where, std::string message) {
  problems_.push_back(files_->diagnose(where, Diagnostic::Severity::error, std::move(message)));
}

void Problems::warn(const Where& where, std::string message) {
  problems_.push_back(files_->diagnose(where, Diagnostic::Severity::warning, std::move(message)));
}

std::vector<Diagnostic> Problems::take() {
  std::ranges::stable_sort(problems_, {}, &Diagnostic::order);
  return std::move(problems_);
}

SectionReader::SectionReader(const YamlNode& node, std::string_view name, FileNotes* notes)
    : node_(node), name_(name), notes_(notes) {
  if (node.kind == YamlNode::Kind::null) return;
  usable_ = node.kind == YamlNode::Kind::mapping;
  if (!usable_) {
    error(node,
          cat(title(), " is ", to_text(node.kind), "; write a mapping of 'key: value' lines"));
    return;
  }
  for (const YamlNode::Entry& entry : node.entries) {
    if (entry.key->kind != YamlNode::Kind::scalar) {
      error(*entry.key, cat("this key is ", to_text(entry.key->kind), "; write a name"));
      continue;
    }
    const auto [first, added] = entries_.try_emplace(entry.key->text, &entry);
    if (added) continue;
    error(*entry.key, cat("'", entry.key->text, "' is given twice, first in line ",
                          first->second->key->place.line, "; remove one of the two"));
  }
}

void SectionReader::error(const YamlNode& node, std::string message) const {
  notes_->problems->error(at(node), std::move(message));
}

std::string SectionReader::title() const {
  if (name_.empty()) return "the configuration";
  return name_ == kIncludedFile ? std::string(name_) : cat('\'', name_, '\'');
}

std::string SectionReader::name_of(const Field& field) const {
  return name_.empty() ? std::string(field.name) : cat(name_, '.', field.name);
}

const YamlNode* SectionReader::take(const Field& field) {
  known_.push_back(field.name);
  const auto found = entries_.find(field.name);
  const YamlNode* value = found == entries_.end() ? nullptr : found->second->value;
  const bool empty = value == nullptr || value->kind == YamlNode::Kind::null;
  if (!empty) return value;
  if (field.required && usable_) {
    error(value != nullptr ? *value : node_,
          cat(title(), " needs '", field.name, "'; write ", field.unit));
  } else if (value != nullptr) {
    notes_->problems->warn(at(*value),
                           cat("'", name_of(field), "' has no value and counts as absent",
                               "; a text that starts with # needs quotes"));
  }
  return nullptr;
}

void SectionReader::finish() {
  for (const YamlNode::Entry& entry : node_.entries) {
    if (entry.key->kind != YamlNode::Kind::scalar) continue;
    const std::string& key = entry.key->text;
    if (std::ranges::find(known_, key) != known_.end()) continue;
    error(*entry.key,
          cat("unknown key ", in_quotes(key), name_.empty() ? std::string() : cat(" in ", title()),
              suggestion(key, known_)));
  }
}

std::vector<const YamlNode*> SectionReader::items(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::list) return node.items;
  return {&node};
}

const std::string* SectionReader::checked(const Field& field, Check check, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) {
    error(node, cat("'", name_of(field),
                    "' holds an empty element; remove it, or put the text in "
                    "quotes if it starts with #"));
    return nullptr;
  }
  if (node.kind != YamlNode::Kind::scalar) {
    error(node, cat("'", name_of(field), "' is ", to_text(node.kind), "; write ", field.unit));
    return nullptr;
  }
  const std::optional<std::string> wrong = check(node.text);
  if (!wrong) return &node.text;
  error(node, cat("'", name_of(field), "': ", in_quotes(node.text), ' ', *wrong));
  return nullptr;
}

void SectionReader::text(const Field& field, Check check, std::string* value) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  if (const std::string* good = checked(field, check, *node)) *value = *good;
}

void SectionReader::texts(const Field& field, Check check, std::vector<std::string>* values) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) {
    if (const std::string* good = checked(field, check, *item)) values->push_back(*good);
  }
  if (field.required && node->kind == YamlNode::Kind::list && node->items.empty()) {
    error(*node, cat("'", name_of(field), "' is an empty list; write ", field.unit));
  }
}

void SectionReader::joined(const Field& field, Check check, std::string* value) {
  std::vector<std::string> parts;
  texts(field, check, &parts);
  for (const std::string& part : parts) {
    if (!value->empty()) *value += ',';
    *value += part;
  }
}

void SectionReader::number(const Field& field, Range<std::uint64_t> range, std::uint64_t* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < range.min || number > range.max) {
    error(*node, cat("'", name_of(field), "': ", in_quotes(*text), " is not a whole number from ",
                     range.min, " to ", range.max));
    return;
  }
  *value = number;
}

void SectionReader::duration(const Field& field, Range<Duration> range, Duration* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  const std::optional<Duration> duration = parse_duration(*text);
  if (!duration) {
    error(*node, cat("'", name_of(field), "': ", in_quotes(*text),
                     " is not a duration; write a number and a unit, such as 250ms, 30s, 5m, 1h "
                     "or 2d"));
  } else if (*duration < range.min || *duration > range.max) {
    error(*node, cat("'", name_of(field), "': ", in_quotes(*text), " is out of range; write from ",
                     vigie::to_text(range.min), " to ", vigie::to_text(range.max)));
  } else {
    *value = *duration;
  }
}

void SectionReader::byte_count(const Field& field, Range<ByteCount> range, ByteCount* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  const std::optional<ByteCount> count = parse_byte_count(*text);
  if (!count) {
    error(*node, cat("'", name_of(field), "': ", in_quotes(*text),
                     " is not an amount of bytes; write a number and a unit, such as 512KB, 64MB "
                     "or 2GB"));
  } else if (*count < range.min || *count > range.max) {
    error(*node, cat("'", name_of(field), "': ", in_quotes(*text), " is out of range; write from ",
                     vigie::to_text(range.min), " to ", vigie::to_text(range.max)));
  } else {
    *value = *count;
  }
}

void SectionReader::properties(const Field& field, std::map<std::string, Secret>* values) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  SectionReader reader(*node, field.name, notes_);
  for (const auto& [name, entry] : reader.entries_) {
    if (const auto wrong = check_property(name)) {
      error(*entry->key, cat("'", field.name, "': '", name, "' ", *wrong));
    } else {
      const std::string key(name);
      reader.secret(key, *entry->value, &(*values)[key]);
    }
  }
}

void SectionReader::secret(const std::string& property, const YamlNode& node, Secret* secret) {
  if (node.kind == YamlNode::Kind::scalar) {
    secret->value = node.text;
    if (property.find("password") == std::string::npos &&
        property.find("secret") == std::string::npos) {
      return;
    }
    notes_->problems->warn(at(node), cat("'", property,
                                         "' stands here in the clear; write {file: "
                                         "PATH} or {env: NAME}"));
    return;
  }
  const bool one = node.kind == YamlNode::Kind::mapping && node.entries.size() == 1 &&
                   node.entries[0].key->kind == YamlNode::Kind::scalar &&
                   node.entries[0].value->kind == YamlNode::Kind::scalar;
  const std::string_view kind = one ? std::string_view(node.entries[0].key->text) : "";
  if (kind != "file" && kind != "env") {
    error(node, cat("'", property, "' is ", to_text(node.kind),
                    "; write a text, {file: PATH} or {env: NAME}"));
    return;
  }
  secret_from(kind, *node.entries[0].value, secret);
}

void SectionReader::secret_from(std::string_view kind, const YamlNode& node, Secret* secret) {
  secret->origin = cat(kind, ':', node.text);
  if (kind == "env") {
    const char* value = std::getenv(node.text.c_str());
    if (value == nullptr) {
      error(node, cat("the environment variable '", node.text,
                      "' is not set; export it before the "
                      "start, or write {file: PATH}"));
      return;
    }
    secret->value = value;
    return;
  }
  const bool absolute = node.text.starts_with('/');
  Result<std::string> text = read_text_file(absolute ? node.text : notes_->directory + node.text);
  if (!text) {
    error(node, cat(text.error().message, "; a relative path starts at this file's directory"));
    return;
  }
  secret->value = std::move(*text);
  // Editors and `echo` end a file with a line feed that is no part of the secret.
  if (secret->value.ends_with('\n')) secret->value.pop_back();
  if (secret->value.ends_with('\r')) secret->value.pop_back();
}

void SectionReader::include(const Field& field) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) {
    if (const std::string* path = checked(field, check_not_empty, *item)) {
      notes_->includes.push_back({*path, at(*item)});
    }
  }
}

// The files are opened by the loader.
void SectionReader::mappings(const Field& field, const std::vector<MappingFile>* /*mappings*/) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) {
    if (const std::string* path = checked(field, check_not_empty, *item)) {
      notes_->mappings.push_back({*path, at(*item)});
    }
  }
}

void SectionReader::errors(const Field& field, ErrorSettings* errors) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  SectionReader reader(*node, field.name, notes_);
  std::optional<OnError> otherwise;
  reader.action("default", &otherwise);
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    reader.action(vigie::to_text(static_cast<RejectReason>(i)), &errors->by_reason[i]);
  }
  errors->otherwise = otherwise.value_or(errors->otherwise);
  reader.finish();
}

void SectionReader::action(std::string_view reason, std::optional<OnError>* action) {
  const Field field{reason, "dead_letter, drop or fail", ""};
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  for (const OnError one : {OnError::dead_letter, OnError::drop, OnError::fail}) {
    if (*text == vigie::to_text(one)) {
      *action = one;
      return;
    }
  }
  unknown_word(field, *node, *text);
}

void SectionReader::unknown_word(const Field& field, const YamlNode& node,
                                 std::string_view text) const {
  error(node, cat("'", name_of(field), "': ", in_quotes(text), " is unknown; write ", field.unit));
}

void SectionReader::brands(const Field& field, std::vector<rules::Brand>* brands) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) {
    rules::Brand& brand = brands->emplace_back();
    notes_->brands.push_back(at(*item));
    if (item->kind == YamlNode::Kind::null) {
      error(*item, "this element of 'brands' is empty; write at least 'name:'");
    } else {
      read_section(*item, "brand", &brand);
    }
  }
}

void SectionReader::sources(const Field& field, std::vector<SourceSettings>* sources) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) {
    notes_->sources.push_back(at(*item));
    read_section(*item, "source", &sources->emplace_back());
    if (item->kind == YamlNode::Kind::mapping && item->entries.size() == 1) continue;
    if (item->kind == YamlNode::Kind::mapping || item->kind == YamlNode::Kind::null) {
      error(*item,
            "each element of 'sources' holds exactly one of 'kafka:' and 'files:'; write one "
            "element for each source");
    }
  }
}

}  // namespace vigie
