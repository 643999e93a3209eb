// Reading what people choose about the KPIs and about privacy.
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/settings_reader.h"

namespace vigie {
namespace {

constexpr std::size_t kSecretBytesMin = 16;

}  // namespace

void SectionReader::decimal(const Field& field, Range<double> range, double* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  double number = 0;
  const char* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  const bool good = read.ec == std::errc{} && read.ptr == end && std::isfinite(number);
  if (good && number >= range.min && number <= range.max) {
    *value = number;
    return;
  }
  error(*node, cat("'", name_of(field), "': ", in_quotes(*text), " is not a number from ",
                   range.min, " to ", range.max));
}

void SectionReader::flag(const Field& field, bool* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr) return;
  if (*text == "true" || *text == "false") {
    *value = *text == "true";
    return;
  }
  unknown_word(field, *node, *text);
}

void SectionReader::secret(const Field& field, Secret* value) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  if (node->kind == YamlNode::Kind::scalar && node->text.empty()) return;  // none
  const std::string name = name_of(field);
  secret(name, *node, value);
  if (node->kind == YamlNode::Kind::scalar) {
    notes_->problems->warn(at(*node), cat("'", name, "' stands here in the clear; write ",
                                          "{file: PATH} or {env: NAME}"));
  }
  if (value->value.size() >= kSecretBytesMin || (value->value.empty() && value->origin.empty())) {
    return;
  }
  error(*node, cat("'", name, "' has ", count_of(value->value.size(), "byte"), "; it needs ",
                   kSecretBytesMin, ", such as the output of: openssl rand -hex 32"));
}

void SectionReader::segments(const Field& field, std::vector<rules::Segment>* segments) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  const std::vector<const YamlNode*> elements = items(*node);
  if (elements.size() > kSegmentsMax) {
    error(*elements[kSegmentsMax],
          cat(elements.size(), " segments are more than the ", kSegmentsMax, " there may be"));
  }
  std::unordered_map<std::string, const YamlNode*> names;
  for (const YamlNode* element : elements) {
    rules::Segment& segment = segments->emplace_back();
    if (element->kind == YamlNode::Kind::null) {
      error(*element, "this element of 'segments' is empty; write 'name:' and 'query:'");
      continue;
    }
    read_section(*element, "segment", &segment);
    if (segment.name.empty()) continue;  // reported already
    const auto [first, added] = names.try_emplace(segment.name, element);
    if (added) continue;
    error(*element, cat("the segment ", in_quotes(segment.name), " exists already, in line ",
                        first->second->place.line, "; give it another name or join the two"));
  }
}

void SectionReader::rates(const Field& field, std::map<std::string, Rates>* platforms) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  SectionReader reader(*node, field.name, notes_);
  for (const auto& [name, entry] : reader.entries_) {
    if (const auto wrong = check_platform(name)) {
      error(*entry->key, cat("'", field.name, "': ", in_quotes(name), ' ', *wrong));
      continue;
    }
    const std::string key(name);
    read_section(*entry->value, name, &(*platforms)[key]);
  }
}

}  // namespace vigie
