#include "connectors/mapping_section.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

namespace vigie::mapping {
namespace {

void check_key(const YamlNode::Entry& entry, std::span<const YamlNode::Entry> before,
               std::string_view what, std::span<const std::string_view> known, Faults* faults) {
  const YamlNode& key = *entry.key;
  if (key.kind != YamlNode::Kind::scalar) {
    faults->add(key, cat("this key is ", kind_of(key), "; write a name"));
    return;
  }
  const auto first = std::ranges::find_if(
      before, [&](const YamlNode::Entry& other) { return other.key->text == key.text; });
  if (first != before.end()) {
    faults->add(key, cat(in_quotes(key.text), " is given twice, first in line ",
                         first->key->place.line, "; remove one of the two"));
  } else if (std::ranges::find(known, key.text) == known.end()) {
    faults->add(
        key, cat("unknown key ", in_quotes(key.text), " in ", what, suggestion(key.text, known)));
  }
}

}  // namespace

void Faults::add(const YamlNode& node, std::string message) {
  if (faults_.size() < kMappingNodesMax) faults_.push_back({node.place, std::move(message)});
}

bool Faults::visit(const YamlNode& node) {
  if (visited_ > kMappingNodesMax) return false;
  if (++visited_ <= kMappingNodesMax) return true;
  add(node, cat("the mapping is too large here: it holds more than ", kMappingNodesMax,
                " expressions, tests and fields, those of aliases counted each time; make two of "
                "it"));
  return false;
}

std::vector<Fault> Faults::take() {
  std::ranges::stable_sort(faults_, {}, &Fault::place);
  const auto same = [](const Fault& a, const Fault& b) {
    return a.place == b.place && a.message == b.message;
  };
  faults_.erase(std::ranges::unique(faults_, same).begin(), faults_.end());
  return std::exchange(faults_, {});
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kShown = 60;
  if (text.size() <= kShown) return cat('\'', text, '\'');
  return cat('\'', whole_characters(text, kShown), "...'");
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view near = closest(word, known.data(), known.size());
  if (!near.empty()) return cat("; did you mean '", near, "'?");
  std::string out = "; there are: ";
  for (const std::string_view& name : known) {
    if (&name != known.data()) out += ", ";
    out += name;
  }
  return out;
}

std::string_view kind_of(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "a text";
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::mapping: return "a mapping";
  }
  return {};
}

const std::string* read_text(const YamlNode& node, std::string_view what, Faults* faults) {
  if (node.kind == YamlNode::Kind::scalar) return &node.text;
  faults->add(node, cat(what, " is ", kind_of(node), "; write a text"));
  return nullptr;
}

bool is_name(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
  return !text.empty() && text.size() <= bytes_max &&
         text.find_first_not_of(kLetters) == std::string_view::npos;
}

Section::Section(const YamlNode& node, std::string what, std::span<const std::string_view> known,
                 Faults* faults)
    : node_(node), what_(std::move(what)), faults_(faults) {
  if (!usable()) {
    faults->add(node, cat(what_, " is ", kind_of(node), "; write a mapping of 'key: value'"));
    return;
  }
  const std::span<const YamlNode::Entry> entries = node.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    check_key(entries[i], entries.first(i), what_, known, faults);
  }
}

const YamlNode::Entry* Section::entry(std::string_view key) const {
  const auto found = std::ranges::find_if(node_.entries, [&](const YamlNode::Entry& entry) {
    return entry.key->kind == YamlNode::Kind::scalar && entry.key->text == key;
  });
  return found == node_.entries.end() ? nullptr : &*found;
}

const YamlNode* Section::get(std::string_view key) const {
  const YamlNode::Entry* found = entry(key);
  if (found == nullptr) return nullptr;
  if (found->value->kind != YamlNode::Kind::null) return found->value;
  faults_->add(*found->key, cat('\'', key,
                                "' has no value; a text that starts with # or is called "
                                "null needs quotes"));
  return nullptr;
}

const YamlNode* Section::need(std::string_view key, std::string_view write) const {
  if (usable() && !has(key)) {
    faults_->add(node_, cat(what_, " needs '", key, "'; write ", write));
  }
  return get(key);
}

}  // namespace vigie::mapping
