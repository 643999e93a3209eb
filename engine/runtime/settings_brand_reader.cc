// Reading what brands have beside plain lists: campaigns, examples, and what their queries call.
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/settings_example.h"
#include "engine/runtime/settings_reader.h"

namespace vigie {
namespace {

constexpr std::size_t kDateBytes = 10;

std::optional<EventTime> parse_date_or_time(std::string_view text) {
  if (text.size() == kDateBytes) return parse_rfc3339(cat(text, "T00:00:00Z"));
  return parse_rfc3339(text);
}

}  // namespace

void SectionReader::time(const Field& field, std::optional<EventTime>* value) {
  const YamlNode* node = take(field);
  const std::string* text = node == nullptr ? nullptr : checked(field, check_any, *node);
  if (text == nullptr || text->empty()) return;
  *value = parse_date_or_time(*text);
  if (*value) return;
  error(*node, cat("'", name_of(field), "': ", in_quotes(*text),
                   " is not a time; write a date such as 2026-12-01, or a time such as "
                   "2026-12-01T08:00:00+01:00"));
}

void SectionReader::campaigns(const Field& field, std::vector<rules::Campaign>* campaigns) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  const std::vector<const YamlNode*> elements = items(*node);
  if (elements.size() > kCampaignsMax) {
    error(*elements[kCampaignsMax],
          cat(elements.size(), " campaigns are more than the ", kCampaignsMax,
              " that one brand may have; move some to a brand of their own"));
  }
  std::unordered_map<std::string, const YamlNode*> names;
  for (const YamlNode* element : elements) {
    rules::Campaign& campaign = campaigns->emplace_back();
    if (element->kind == YamlNode::Kind::null) {
      error(*element, "this element of 'campaigns' is empty; write 'name:' and 'hashtags:'");
      continue;
    }
    read_section(*element, "campaign", &campaign);
    if (campaign.start && campaign.end && *campaign.end <= *campaign.start) {
      const YamlNode* end = find_value(element, "end");
      error(*end,
            "'campaign.end' is not after its start; it is the first moment after the campaign");
    }
    if (campaign.name.empty()) continue;  // reported already
    const auto [first, added] = names.try_emplace(campaign.name, element);
    if (added) continue;
    error(*element, cat("the campaign ", in_quotes(campaign.name), " exists already, in line ",
                        first->second->place.line, "; give it another name or join the two"));
  }
}

void SectionReader::examples(const Field& field, std::vector<rules::Example>* examples) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  for (const YamlNode* item : items(*node)) example(field, *item, examples);
}

void SectionReader::example(const Field& field, const YamlNode& node,
                            std::vector<rules::Example>* examples) {
  rules::Example& example = examples->emplace_back();
  example.is_record = node.kind == YamlNode::Kind::mapping;
  if (!example.is_record) {
    const std::string* text = checked(field, check_not_empty, node);
    if (text != nullptr) example.text = *text;
    return;
  }
  if (const auto fault = example_json(node, &example.text)) {
    notes_->problems->error({notes_->file, fault->place}, fault->message);
  }
}

template <class Read>
void SectionReader::each_named(const Field& field, const Read& read) {
  const YamlNode* node = take(field);
  if (node == nullptr) return;
  SectionReader reader(*node, field.name, notes_);
  for (const auto& [name, entry] : reader.entries_) {
    if (const auto wrong = check_library_name(name)) {
      error(*entry->key, cat("'", field.name, "': ", in_quotes(name), ' ', *wrong));
      continue;
    }
    notes_->named.push_back({field.name, std::string(name), at(*entry->value)});
    read(name, *entry->value, &reader);
  }
}

void SectionReader::named(const Field& field, Check check, NamedText* values) {
  each_named(field, [&](std::string_view name, const YamlNode&, SectionReader* reader) {
    reader->text({name, "a text", {}, true}, check, &(*values)[std::string(name)]);
  });
}

void SectionReader::named(const Field& field, Check check, NamedTexts* values) {
  each_named(field, [&](std::string_view name, const YamlNode& value, SectionReader* reader) {
    std::vector<std::string>& texts = (*values)[std::string(name)];
    reader->texts({name, "a list of texts", {}, true}, check, &texts);
    if (texts.size() <= kLibraryItemsMax) return;
    error(value, cat("'", field.name, '.', name, "' holds ", texts.size(), " texts; write at most ",
                     kLibraryItemsMax, ", or split it"));
  });
}

}  // namespace vigie
