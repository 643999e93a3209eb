// Folding: the engine's, its scalar twin, and ICU doing the same (case fold, NFKD, strip), with the
// answers checked before the time.
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "bench/posts.h"
#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::bench {
namespace {

using rules::FoldedText;

constexpr std::size_t kPosts = 4000;
constexpr int kRounds = 31;

// The same with ICU at its best: its C functions, on buffers that are used again.
class IcuFold {
 public:
  IcuFold() : nfkd_(unorm2_getNFKDInstance(&status_)) {}

  // False when ICU reports an error; *out is valid until the next call.
  bool fold(std::string_view text, std::string_view* out) {
    status_ = U_ZERO_ERROR;
    std::int32_t size = 0;
    u_strFromUTF8(wide_.data(), kCapacity, &size, text.data(),
                  static_cast<std::int32_t>(text.size()), &status_);
    size =
        u_strFoldCase(lower_.data(), kCapacity, wide_.data(), size, U_FOLD_CASE_DEFAULT, &status_);
    size = unorm2_normalize(nfkd_, lower_.data(), size, wide_.data(), kCapacity, &status_);
    size = strip_marks(size);
    std::int32_t bytes = 0;
    u_strToUTF8(out_.data(), kCapacity, &bytes, wide_.data(), size, &status_);
    *out = {out_.data(), static_cast<std::size_t>(bytes)};
    return U_SUCCESS(status_) != 0;
  }

 private:
  static constexpr std::int32_t kCapacity = 4096;

  std::int32_t strip_marks(std::int32_t size) {
    std::int32_t kept = 0;
    for (std::int32_t i = 0; i < size;) {
      UChar32 c = 0;
      const std::int32_t start = i;
      U16_NEXT(wide_.data(), i, size, c);
      if (c >= 0x300 && u_getCombiningClass(c) != 0) continue;
      for (std::int32_t j = start; j < i; ++j) wide_[kept++] = wide_[j];
    }
    return kept;
  }

  UErrorCode status_ = U_ZERO_ERROR;
  const UNormalizer2* nfkd_;
  std::array<UChar, kCapacity> wide_{};
  std::array<UChar, kCapacity> lower_{};
  std::array<char, kCapacity> out_{};
};

// Our own fold of a text must be that of ICU's fold of it: ICU keeps typographic punctuation and
// a few letters that we map further.
bool answers_agree(const std::vector<std::string>& posts, IcuFold* icu) {
  FoldedText fast, slow, of_icu;
  std::string_view by_icu;
  for (const std::string& post : posts) {
    rules::fold(post, &fast);
    rules::fold_scalar(post, &slow);
    if (!icu->fold(post, &by_icu)) return false;
    rules::fold(by_icu, &of_icu);
    if (fast.view() == slow.view() && fast.view() == of_icu.view()) continue;
    std::printf("different folds of: %s\n  fast   %s\n  scalar %s\n  ICU    %s\n", post.c_str(),
                std::string(fast.view()).c_str(), std::string(slow.view()).c_str(),
                std::string(of_icu.view()).c_str());
    return false;
  }
  return true;
}

int run() {
  const std::vector<std::string> posts = made_posts(kPosts, {}, 1);
  IcuFold icu;
  if (!answers_agree(posts, &icu)) return 1;
  FoldedText folded;
  rules::Tokens tokens;
  std::string_view by_icu;
  const rules::HashSeed seed = rules::HashSeed::from(1);
  const std::array<Contender, 4> contenders{Contender{"fold",
                                                      [&] {
                                                        for (const auto& post : posts)
                                                          rules::fold(post, &folded);
                                                      }},
                                            Contender{"fold and tokenise",
                                                      [&] {
                                                        for (const auto& post : posts) {
                                                          rules::fold(post, &folded);
                                                          rules::tokenise(folded, seed, &tokens);
                                                        }
                                                      }},
                                            Contender{"scalar twin",
                                                      [&] {
                                                        for (const auto& post : posts)
                                                          rules::fold_scalar(post, &folded);
                                                      }},
                                            Contender{"ICU", [&] {
                                                        for (const auto& post : posts)
                                                          icu.fold(post, &by_icu);
                                                      }}};
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  std::size_t bytes = 0;
  std::size_t others = 0;
  for (const std::string& post : posts) {
    bytes += post.size();
    others += std::ranges::count_if(post, [](char c) { return (c & 0xC0) == 0xC0; });
  }
  std::printf("%zu posts of %.0f bytes, %.1f code points of them not ASCII; medians of %d rounds\n",
              posts.size(), static_cast<double>(bytes) / kPosts,
              static_cast<double>(others) / kPosts, kRounds);
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("%-18s %7.0f ns a post\n", contenders[i].name.c_str(), seconds[i] * 1e9 / kPosts);
  }
  std::printf("ICU / fold         %7.1f  (at least 15)\n", seconds[3] / seconds[0]);
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main() { return vigie::bench::run(); }
