// `when` and `detect`.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/mapping_build.h"
#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

constexpr std::array<std::string_view, 5> kTests{"not", "is", "starts_with", "holds", "same_as"};
constexpr std::array<std::string_view, 1> kNotTests{"same_as"};

struct IsWord {
  Test::Kind kind;
  Slot::Type type;
};
constexpr std::array<std::string_view, 7> kIsWords{"present", "absent", "string", "number",
                                                   "boolean", "object", "array"};
constexpr std::array<IsWord, 7> kIs{{{Test::Kind::present, Slot::Type::absent},
                                     {Test::Kind::absent, Slot::Type::absent},
                                     {Test::Kind::type, Slot::Type::string},
                                     {Test::Kind::type, Slot::Type::number},
                                     {Test::Kind::type, Slot::Type::boolean},
                                     {Test::Kind::type, Slot::Type::object},
                                     {Test::Kind::type, Slot::Type::array}}};

void add_word(const YamlNode& node, Build* build, std::vector<std::string>* words) {
  if (node.kind == YamlNode::Kind::scalar) {
    words->push_back(node.text);
  } else if (node.kind == YamlNode::Kind::null) {
    build->faults.add(node,
                      "no value to compare with; put null, ~ and texts that start with # in "
                      "quotes, or test with {is: absent}");
  } else {
    build->faults.add(node, cat(kind_of(node), " to compare with; write a text"));
  }
}

// A text, or a list of them.
std::vector<std::string> read_words(const YamlNode& node, Build* build) {
  std::vector<std::string> words;
  if (node.kind != YamlNode::Kind::list) {
    add_word(node, build, &words);
    return words;
  }
  if (node.items.empty()) build->faults.add(node, "an empty list to compare with; write texts");
  for (const YamlNode* item : node.items) add_word(*item, build, &words);
  return words;
}

void read_is(const YamlNode& node, Build* build, Test* test) {
  const std::string* word = read_text(node, "'is'", &build->faults);
  if (word == nullptr) return;
  const auto found = std::ranges::find(kIsWords, *word);
  if (found == kIsWords.end()) {
    build->faults.add(node, cat("unknown test 'is: ", *word, '\'', suggestion(*word, kIsWords)));
    return;
  }
  const IsWord& is = kIs[static_cast<std::size_t>(found - kIsWords.begin())];
  test->kind = is.kind;
  test->type = is.type;
}

void read_same(const YamlNode& node, const Within& within, Build* build, Test* test) {
  if (const std::optional<Ref> other = read_ref(node, within, build)) test->other = *other;
}

// What it must not be: texts, or the value of another pointer.
void read_not(const YamlNode& node, const Within& within, Build* build, Test* test) {
  if (node.kind != YamlNode::Kind::mapping) {
    test->kind = Test::Kind::none_of;
    test->words = read_words(node, build);
    return;
  }
  test->kind = Test::Kind::not_same;
  const Section section(node, "'not'", kNotTests, &build->faults);
  const YamlNode* other = section.need("same_as", "the pointer it must differ from, or a text");
  if (other != nullptr) read_same(*other, within, build, test);
}

Test read_test(const YamlNode::Entry& entry, const Ref& value, const Within& within,
               Build* build) {
  Test test;
  test.value = value;
  const std::string& name = entry.key->text;
  if (name == "is") {
    read_is(*entry.value, build, &test);
  } else if (name == "not") {
    read_not(*entry.value, within, build, &test);
  } else if (name == "same_as") {
    test.kind = Test::Kind::same;
    read_same(*entry.value, within, build, &test);
  } else {
    test.kind = name == "holds" ? Test::Kind::holds : Test::Kind::starts_with;
    const std::string* word = read_text(*entry.value, cat('\'', name, '\''), &build->faults);
    if (word != nullptr) test.words = {*word};
  }
  return test;
}

// What is asked of one value.
void read_tests(const YamlNode& node, const Ref& value, const Within& within, Build* build,
                AllOf* all) {
  if (node.kind != YamlNode::Kind::mapping) {
    Test test;
    test.kind = Test::Kind::one_of;
    test.value = value;
    test.words = read_words(node, build);
    all->push_back(std::move(test));
    return;
  }
  const Section section(node, "a test", kTests, &build->faults);
  if (node.entries.empty())
    build->faults.add(node, "an empty test; write for example {is: present}");
  for (const YamlNode::Entry& entry : node.entries) {
    if (entry.key->kind == YamlNode::Kind::scalar) {
      all->push_back(read_test(entry, value, within, build));
    }
  }
}

AllOf read_all(const YamlNode& node, const Within& within, Build* build) {
  AllOf all;
  if (!build->faults.visit(node)) return all;
  if (node.kind != YamlNode::Kind::mapping || node.entries.empty()) {
    build->faults.add(node, cat("a condition is a mapping of tests, or a list of such, not ",
                                node.entries.empty() && node.kind == YamlNode::Kind::mapping
                                    ? std::string_view("an empty one")
                                    : kind_of(node),
                                "; write for example {/type: post}"));
    return all;
  }
  std::vector<std::string_view> seen;
  for (const YamlNode::Entry& entry : node.entries) {
    const YamlNode& key = *entry.key;
    if (!build->faults.visit(key)) return all;
    if (key.kind != YamlNode::Kind::scalar || !is_pointer(key.text)) {
      build->faults.add(key, cat(key.kind == YamlNode::Kind::scalar ? in_quotes(key.text)
                                                                    : std::string(kind_of(key)),
                                 " is no pointer, which begins with /; write for example {/type: "
                                 "post}"));
      continue;
    }
    if (std::ranges::find(seen, key.text) != seen.end()) {
      build->faults.add(key, cat(in_quotes(key.text),
                                 " is tested twice; write a list of what it may be, or several "
                                 "tests in one {...}"));
      continue;
    }
    seen.push_back(key.text);
    if (const std::optional<Ref> value = read_ref(key, within, build)) {
      read_tests(*entry.value, *value, within, build, &all);
    }
  }
  return all;
}

}  // namespace

Condition read_condition(const YamlNode& node, const Within& within, Build* build) {
  Condition condition;
  if (node.kind != YamlNode::Kind::list) {
    condition.push_back(read_all(node, within, build));
    return condition;
  }
  if (node.items.empty()) {
    build->faults.add(node, "an empty list of conditions; leave it out, or write {/type: post}");
  }
  for (const YamlNode* item : node.items) condition.push_back(read_all(*item, within, build));
  return condition;
}

}  // namespace vigie::mapping
