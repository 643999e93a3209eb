// `as`: converters.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

// In the order of Conversion::Kind.
constexpr std::array<std::string_view, 18> kConverters{
    "id",          "str",           "int",   "float",   "bool",      "lower",     "time",
    "html_text",   "text_entities", "lang",  "country", "star_enum", "snowflake", "instagram_code",
    "fingerprint", "strip_prefix",  "regex", "words"};
static_assert(kConverters[static_cast<std::size_t>(Conversion::Kind::words)] == "words");

bool takes_argument(Conversion::Kind kind) { return kind >= Conversion::Kind::strip_prefix; }

// Whether it may match a part of a character, which is no text.
bool takes_bytes(std::string_view pattern) {
  for (std::size_t at = 0; (at = pattern.find('\\', at)) != pattern.npos; at += 2) {
    if (pattern.substr(at, 2) == "\\C") return true;
  }
  return false;
}

std::shared_ptr<const RE2> read_pattern(const YamlNode& node, Build* build) {
  const std::string* text = read_text(node, "'regex'", &build->faults);
  if (text == nullptr) return nullptr;
  if (text->size() > kRegexBytesMax) {
    build->faults.add(node,
                      cat("a pattern of more than ", kRegexBytesMax, " bytes; make it shorter"));
    return nullptr;
  }
  RE2::Options options;
  options.set_max_mem(kRegexMemoryBytes);
  options.set_log_errors(false);
  auto pattern = std::make_shared<const RE2>(*text, options);
  if (!pattern->ok()) {
    build->faults.add(node,
                      cat(in_quotes(*text), " is not a pattern that RE2 takes: ", pattern->error(),
                          "; put patterns in single quotes, where a backslash stands for "
                          "itself"));
  } else if (takes_bytes(*text)) {
    build->faults.add(node, cat(in_quotes(*text),
                                " holds \\C, which takes characters apart; write . "
                                "for any character"));
  } else if (pattern->NumberOfCapturingGroups() != 1) {
    build->faults.add(node, cat(in_quotes(*text), " has ", pattern->NumberOfCapturingGroups(),
                                " groups; it yields its one group (...), and others are written "
                                "(?:...)"));
  }
  return pattern;
}

void read_word_table(const YamlNode& node, Build* build, Conversion* conversion) {
  if (node.kind != YamlNode::Kind::mapping || node.entries.empty()) {
    build->faults.add(node,
                      "'words' is a mapping of what stands for what; write for example "
                      "{create: upsert}");
    return;
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string* from = read_text(*entry.key, "this word", &build->faults);
    const std::string* to = read_text(*entry.value, "what stands for it", &build->faults);
    if (from == nullptr || to == nullptr || !build->faults.visit(*entry.key)) continue;
    const auto& words = conversion->words;
    const bool twice =
        *from == "*"
            ? conversion->otherwise.has_value()
            : std::ranges::any_of(words, [&](const auto& word) { return word.first == *from; });
    if (twice) {
      build->faults.add(*entry.key,
                        cat(in_quotes(*from), " is given twice; remove one of the two"));
    } else if (*from == "*") {
      conversion->otherwise = *to;
    } else {
      conversion->words.emplace_back(*from, *to);
    }
  }
}

void read_argument(const YamlNode& node, Build* build, Conversion* conversion) {
  if (conversion->kind == Conversion::Kind::regex) {
    conversion->pattern = read_pattern(node, build);
    if (conversion->pattern != nullptr && conversion->pattern->ok()) {
      conversion->simple = SimpleRegex::read(conversion->pattern->pattern());
    }
  } else if (conversion->kind == Conversion::Kind::words) {
    read_word_table(node, build, conversion);
  } else if (const std::string* text = read_text(node, "'strip_prefix'", &build->faults)) {
    conversion->argument = *text;
  }
}

std::optional<Conversion::Kind> read_kind(const YamlNode& node, bool has_argument, Build* build) {
  const std::string* name = read_text(node, "a converter", &build->faults);
  if (name == nullptr) return std::nullopt;
  const auto found = std::ranges::find(kConverters, *name);
  if (found == kConverters.end()) {
    build->faults.add(node,
                      cat("unknown converter ", in_quotes(*name), suggestion(*name, kConverters)));
    return std::nullopt;
  }
  const auto kind = static_cast<Conversion::Kind>(found - kConverters.begin());
  if (takes_argument(kind) != has_argument) {
    build->faults.add(
        node, has_argument ? cat('\'', *name, "' takes nothing; write as: ", *name)
                           : cat('\'', *name, "' needs to be told what; write {", *name, ": ...}"));
    return std::nullopt;
  }
  return kind;
}

void read_conversion(const YamlNode& node, Build* build, std::vector<Conversion>* to) {
  if (!build->faults.visit(node)) return;
  const bool has_argument = node.kind == YamlNode::Kind::mapping && node.entries.size() == 1;
  if (node.kind != YamlNode::Kind::scalar && !has_argument) {
    build->faults.add(node,
                      cat("a converter is a word, or one with what it needs, not ", kind_of(node),
                          "; write for example html_text, {strip_prefix: \"@\"}, or a list "
                          "of several"));
    return;
  }
  const YamlNode& name = has_argument ? *node.entries[0].key : node;
  const std::optional<Conversion::Kind> kind = read_kind(name, has_argument, build);
  if (!kind) return;
  Conversion conversion;
  conversion.kind = *kind;
  if (has_argument) read_argument(*node.entries[0].value, build, &conversion);
  to->push_back(std::move(conversion));
}

}  // namespace

std::vector<Conversion> read_conversions(const YamlNode& node, Build* build) {
  std::vector<Conversion> conversions;
  if (node.kind != YamlNode::Kind::list) {
    read_conversion(node, build, &conversions);
    return conversions;
  }
  for (const YamlNode* item : node.items) read_conversion(*item, build, &conversions);
  return conversions;
}

std::string_view to_text(Conversion::Kind kind) { return kConverters[std::to_underlying(kind)]; }

}  // namespace vigie::mapping
