// Writes rules/fold_table.inc: run once by the build, never by the engine.
//
// Folding is NFKD, case fold and NFKD again, code point by code point and free of context, without
// combining marks and invisible characters; then a few letters that people take for others, and
// every separator as one ASCII byte. The result of a code point is a sequence of *pieces*: parts of
// words, separators, or solos (tokens of their own: ideographs, kana, Thai, emoji).
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fold_table.h"

namespace {

using namespace vigie::rules;  // the table's own format

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

bool within(const auto& ranges, std::uint32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return range.first <= c && c <= range.last; });
}

// Letters without a decomposition that are written for others, and marks that Unicode takes for
// letters or decomposes to something nobody means.
struct Override {
  std::uint32_t code_point;
  std::string_view text;
};
constexpr std::array kOverrides{
    Override{0xE6, "ae"},  Override{0xC6, "ae"},  Override{0x153, "oe"}, Override{0x152, "oe"},
    Override{0xF8, "o"},   Override{0xD8, "o"},   Override{0x142, "l"},  Override{0x141, "l"},
    Override{0x111, "d"},  Override{0x110, "d"},  Override{0xF0, "d"},   Override{0xD0, "d"},
    Override{0xFE, "th"},  Override{0xDE, "th"},  Override{0x127, "h"},  Override{0x126, "h"},
    Override{0x131, "i"},  Override{0x167, "t"},  Override{0x166, "t"},  Override{0x14B, "n"},
    Override{0x14A, "n"},  Override{0x138, "k"},  Override{0x180, "b"},  Override{0x243, "b"},
    Override{0x192, "f"},  Override{0x191, "f"},  Override{0x1E5, "g"},  Override{0x1E4, "g"},
    Override{0x268, "i"},  Override{0x197, "i"},  Override{0x289, "u"},  Override{0x244, "u"},
    Override{0x1B6, "z"},  Override{0x1B5, "z"},  Override{0x640, ""},   Override{0xB4, "'"},
    Override{0x2018, "'"}, Override{0x2019, "'"}, Override{0x201A, "'"}, Override{0x201B, "'"},
    Override{0x2032, "'"}, Override{0x2035, "'"}, Override{0x2039, "'"}, Override{0x203A, "'"},
    Override{0xFF40, "'"}, Override{0x2212, "-"}, Override{0x2043, "-"}, Override{0x2122, " "},
    Override{0x2120, " "}, Override{0xA9, " "},   Override{0xAE, " "},   Override{0x2117, " "},
};
// Modifier letters that are typed as apostrophes: U+02B9 to U+02BF and U+02C8 to U+02CB.
constexpr std::array kApostrophes{Range{0x2B9, 0x2BF}, Range{0x2C8, 0x2CB}};
// Modifiers of the emoji before them: skin tones.
constexpr std::array kDropped{Range{0x1F3FB, 0x1F3FF}};
// The voicing marks of kana distinguish words: they are kept, alone among combining marks.
constexpr std::array kVoicingMarks{Range{0x3099, 0x309A}};
// Scripts written without spaces between words: Thai and Lao, Myanmar, Khmer, Han with its
// radicals, kana, bopomofo.
constexpr std::array kSoloScripts{
    Range{0xE01, 0xE4E},     Range{0xE81, 0xECD},     Range{0xEDC, 0xEDF},
    Range{0x1000, 0x103F},   Range{0x1050, 0x109F},   Range{0x1780, 0x17D3},
    Range{0x2E80, 0x2FDF},   Range{0x3005, 0x3007},   Range{0x3021, 0x3029},
    Range{0x3031, 0x303C},   Range{0x3041, 0x312F},   Range{0x31A0, 0x31BF},
    Range{0x31F0, 0x31FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA9E0, 0xA9FE},   Range{0xAA60, 0xAA7F},   Range{0xF900, 0xFAFF},
    Range{0x1AFF0, 0x1B16F}, Range{0x1B170, 0x1B2FB}, Range{0x20000, 0x3FFFD},
};

struct Piece {
  std::string text;
  bool solo = false;
};

std::string encode(std::uint32_t c) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
  return {bytes.begin(), bytes.begin() + size};
}

std::optional<std::string_view> override_of(std::uint32_t c) {
  for (const Override& one : kOverrides) {
    if (one.code_point == c) return one.text;
  }
  if (within(kApostrophes, c)) return "'";
  return std::nullopt;
}

bool is_letter_mark_or_number(int category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO &&
         category != UTF8PROC_CATEGORY_ME;
}

bool is_dropped(std::uint32_t c, const utf8proc_property_t& property) {
  if (within(kVoicingMarks, c)) return false;
  return property.ignorable || property.combining_class != 0 ||
         property.category == UTF8PROC_CATEGORY_ME || within(kDropped, c);
}

bool is_pictograph(const utf8proc_property_t& property) {
  return property.boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC ||
         property.boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR;
}

// One code point after decomposition.
Piece classify(std::uint32_t c) {
  if (c < 0x80) return {encode(c)};
  if (const auto text = override_of(c)) return {std::string(*text)};
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  if (is_dropped(c, property)) return {};
  if (property.category == UTF8PROC_CATEGORY_PD) return {"-"};
  if (is_pictograph(property)) return {encode(c), true};
  if (!is_letter_mark_or_number(property.category)) return {" "};
  return {encode(c), within(kSoloScripts, c)};
}

std::vector<Piece> fold(std::uint32_t c) {
  if (c >= 0xD800 && c <= 0xDFFF) return {{" "}};
  if (const auto text = override_of(c)) return {{std::string(*text)}};
  std::array<utf8proc_int32_t, 64> parts{};
  int boundclass = UTF8PROC_BOUNDCLASS_START;
  constexpr int kSteps = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): a set of flags
  const auto steps = static_cast<utf8proc_option_t>(kSteps);
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                             parts.size(), steps, &boundclass);
  std::vector<Piece> pieces;
  pieces.reserve(parts.size());
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    pieces.push_back(classify(static_cast<std::uint32_t>(parts[static_cast<std::size_t>(i)])));
  }
  return pieces;
}

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}

// The pieces as bytes: a solo has a space behind it, and one before it unless a separator is there.
std::string join(const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) {
    if (piece.solo && !out.empty() && is_word_byte(out.back())) out.push_back(' ');
    out.append(piece.text);
    if (piece.solo) out.push_back(' ');
  }
  return out;
}

constexpr std::uint32_t tagged(FoldTag tag, std::uint32_t rest = 0) {
  return static_cast<std::uint32_t>(tag) << kFoldTagShift | rest;
}

class Table {
 public:
  // False when the pool is too large for the format of the entries.
  [[nodiscard]] bool add_all() {
    for (std::uint32_t first = 0; first < kCodePointEnd; first += kFoldBlockMask + 1) {
      std::vector<std::uint32_t> block;
      for (std::uint32_t c = first; c <= first + kFoldBlockMask; ++c) block.push_back(entry(c));
      add_block(block, first < kFoldDirectEnd);
    }
    return pool_.size() <= kFoldPoolOffsetMask && longest_ <= kFoldPoolLengthMask;
  }

  void write(std::FILE* out) const {
    std::fprintf(out, "// Unicode %s.\n", utf8proc_unicode_version());
    std::fprintf(out, "const std::uint16_t kFoldBlocks[] = {");
    write_numbers(out, blocks_);
    std::fprintf(out, "};\nconst std::uint32_t kFoldEntries[] = {");
    write_numbers(out, entries_);
    std::fprintf(out, "};\nconst unsigned char kFoldPool[] = {");
    std::vector<std::uint32_t> bytes;
    for (const char c : pool_) bytes.push_back(static_cast<unsigned char>(c));
    bytes.resize(bytes.size() + 16);
    write_numbers(out, bytes);
    std::fprintf(out, "};\n");
  }

 private:
  std::uint32_t entry(std::uint32_t c) {
    if (c >= 0xAC00 && c <= 0xD7A3) return tagged(FoldTag::hangul);
    const std::vector<Piece> pieces = fold(c);
    if (pieces.size() == 1 && pieces[0].text == encode(c)) {
      if (pieces[0].solo) return tagged(FoldTag::self_solo);
      if (pieces[0].text.size() > 3) return tagged(FoldTag::self);
    }
    const std::string text = join(pieces);
    if (text.size() > encode(c).size() || text.size() > 3 || pieces.front().solo)
      return pooled(text, pieces.front().solo);
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      bytes |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
    }
    return static_cast<std::uint32_t>(text.size()) << kFoldTagShift | bytes;
  }

  std::uint32_t pooled(const std::string& text, bool solo) {
    std::size_t offset = pool_.find(text);
    if (offset == std::string::npos) {
      offset = pool_.size();
      pool_ += text;
    }
    longest_ = std::max(longest_, text.size());
    return tagged(solo ? FoldTag::pool_solo : FoldTag::pool,
                  static_cast<std::uint32_t>(offset | text.size() << kFoldPoolLengthShift));
  }

  void add_block(const std::vector<std::uint32_t>& block, bool own) {
    const auto next = static_cast<std::uint16_t>(entries_.size() >> kFoldBlockShift);
    const auto [at, is_new] = known_.emplace(block, next);
    blocks_.push_back(own ? next : at->second);
    if (is_new || own) entries_.insert(entries_.end(), block.begin(), block.end());
  }

  template <class T>
  static void write_numbers(std::FILE* out, const std::vector<T>& numbers) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      std::fprintf(out, "%s%u,", i % 16 == 0 ? "\n" : "", static_cast<unsigned>(numbers[i]));
    }
  }

  std::vector<std::uint16_t> blocks_;
  std::vector<std::uint32_t> entries_;
  std::string pool_;
  std::size_t longest_ = 0;
  std::map<std::vector<std::uint32_t>, std::uint16_t> known_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fold_table OUTPUT\n");
    return 2;
  }
  Table table;
  if (!table.add_all()) {
    std::fprintf(stderr, "fold_table: the pool is too large for rules/fold_table.h\n");
    return 1;
  }
  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) {
    std::fprintf(stderr, "fold_table: cannot write %s: %s\n", argv[1], std::strerror(errno));
    return 1;
  }
  table.write(out);
  if (std::fclose(out) != 0) {
    std::fprintf(stderr, "fold_table: cannot write %s: %s\n", argv[1], std::strerror(errno));
    return 1;
  }
  return 0;
}
