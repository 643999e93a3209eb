// The wording of the demo's posts: a line is chosen, its slots are filled, and what people put
// around a sentence is put around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "connectors/demo_brands.h"
#include "connectors/demo_plan.h"
#include "connectors/demo_random.h"
#include "connectors/demo_texts.h"

namespace vigie {

// What a text is to be about.
struct DemoTopic {
  DemoTheme theme = 0;
  std::size_t brand = 0;  // without meaning for noise
  DemoTone tone = DemoTone::neutral;
  DemoLanguage language = DemoLanguage::french;
  bool is_answer = false;  // a reply or a comment
};

// A text and what platforms extract from it.
struct DemoWords {
  std::string text;
  std::vector<std::string> hashtags;
  std::vector<std::string> handles;
};

// Replaces *words.
void compose_demo_words(const DemoTopic& topic, DemoRandom* random, DemoWords* words);

// Appends a handle of somebody, who is the same for the same key.
void append_demo_handle(std::uint64_t key, std::string* out);
// Appends the name that goes with it.
void append_demo_name(std::uint64_t key, std::string* out);

}  // namespace vigie
