#include "engine/analysis/sentiment/model_files.h"

#include <array>
#include <cstddef>

// NOLINTBEGIN(readability-identifier-naming): names of the assembler
extern "C" {
extern const char vigie_model_languages[];
extern const char vigie_model_languages_end[];
extern const char vigie_model_shared[];
extern const char vigie_model_shared_end[];
extern const char vigie_model_english[];
extern const char vigie_model_english_end[];
extern const char vigie_model_french[];
extern const char vigie_model_french_end[];
extern const char vigie_model_german[];
extern const char vigie_model_german_end[];
extern const char vigie_model_italian[];
extern const char vigie_model_italian_end[];
extern const char vigie_model_portuguese[];
extern const char vigie_model_portuguese_end[];
extern const char vigie_model_spanish[];
extern const char vigie_model_spanish_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace vigie::sentiment {
namespace {

struct Bytes {
  const char* begin;
  const char* end;
};
constexpr std::array<Bytes, kLanguages> kFiles{{
    {vigie_model_shared, vigie_model_shared_end},
    {vigie_model_english, vigie_model_english_end},
    {vigie_model_french, vigie_model_french_end},
    {vigie_model_german, vigie_model_german_end},
    {vigie_model_italian, vigie_model_italian_end},
    {vigie_model_portuguese, vigie_model_portuguese_end},
    {vigie_model_spanish, vigie_model_spanish_end},
}};

}  // namespace

std::string_view model_file(Language language) {
  const Bytes& bytes = kFiles[static_cast<std::size_t>(language)];
  return {bytes.begin, static_cast<std::size_t>(bytes.end - bytes.begin)};
}

std::string_view languages_file() {
  return {vigie_model_languages,
          static_cast<std::size_t>(vigie_model_languages_end - vigie_model_languages)};
}

}  // namespace vigie::sentiment
