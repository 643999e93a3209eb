// The corpus of the whole-path bench: made-up posts of 840 bytes each, the same for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vigie::bench {

struct CorpusOptions {
  std::size_t posts = 500'000;
  std::size_t record_bytes = 840;  // of each line, its newline included
  std::uint64_t seed = 1;
  // Lines of real text to cut posts from; when empty, texts are made of common words.
  std::vector<std::string> texts;
  // One post in `named_one_in` holds one of these names.
  std::vector<std::string> names;
  std::size_t named_one_in = 10;
};

// NDJSON of mention/1 records.
[[nodiscard]] std::string make_corpus(const CorpusOptions& options);

// `count` different made-up names of one or two words, none of them a common word.
[[nodiscard]] std::vector<std::string> make_names(std::size_t count, std::uint64_t seed);

// Titles and texts of a gzipped NDJSON file of Reddit submissions; empty where it is absent.
[[nodiscard]] std::vector<std::string> real_texts(const std::string& path);

}  // namespace vigie::bench
