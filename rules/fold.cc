#include "rules/fold.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/utf8.h"
#include "rules/fold_table.h"

namespace vigie::rules {

// Where reading and writing stand. Passed by value and returned, so that it lives in registers.
struct FoldCursor {
  const unsigned char* in;
  const unsigned char* end;
  std::uintptr_t in_base;  // in - in_base is the place in the original
  char* out;
  const char* out_base;  // where the folded text begins
  Shift* shift;
};

// Access to the scratch of a FoldedText while it is being filled. Invariant: at `out` there is room
// for what is left of the input and kSlack more, and at `shift` for half as many. An entry's own
// bytes are never more than the code point's, so only what lies outside of entries needs a check.
struct FoldWriter {
  FoldedText* text;
  const char* out_end = nullptr;  // of the buffer
  const Shift* shift_end = nullptr;

  static constexpr std::size_t kSlack = 192 + kFoldPoolLengthMask;

  FoldCursor start(std::string_view from, char lead) {
    CHECK(from.size() < (1U << 30));
    text->bytes_.trim();
    text->shifts_.trim();
    text->bytes_.reserve(2 + from.size() + kSlack, 0);
    text->shifts_.reserve(1 + from.size() / 2 + kSlack, 0);
    text->bytes_.data()[0] = lead;
    set_ends();
    const auto* in = reinterpret_cast<const unsigned char*>(from.data());
    char* out = text->bytes_.data() + 1;
    CHECK(text->shifts_.data() != nullptr);
    return {in,  in + from.size(),    reinterpret_cast<std::uintptr_t>(in), out,
            out, text->shifts_.data()};
  }

  // Restores the invariant with `left` bytes of input to come.
  FoldCursor make_room(FoldCursor at, std::size_t left) {
    const bool enough = static_cast<std::size_t>(out_end - at.out) > left + kSlack &&
                        static_cast<std::size_t>(shift_end - at.shift) > left / 2 + kSlack;
    if (enough) [[likely]]
      return at;
    return grow(at, left);
  }

  void finish(const FoldCursor& at) {
    text->size_ = at.out - text->data();
    text->shift_count_ = at.shift - text->shifts_.data();
    std::memset(at.out, 0, kFoldPaddingBytes);
  }

 private:
  [[gnu::noinline]] FoldCursor grow(FoldCursor at, std::size_t left) {
    const std::size_t written = at.out - text->bytes_.data();
    const std::size_t shifts = at.shift - text->shifts_.data();
    text->bytes_.reserve(written + left + left / 2 + 2 * kSlack, written);
    text->shifts_.reserve(shifts + left + 2 * kSlack, shifts);
    set_ends();
    at.out = text->bytes_.data() + written;
    at.out_base = text->data();
    at.shift = text->shifts_.data() + shifts;
    return at;
  }

  void set_ends() {
    out_end = text->bytes_.data() + text->bytes_.capacity();
    shift_end = text->shifts_.data() + text->shifts_.capacity();
  }
};

namespace {

constexpr char lower(unsigned char c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

struct Decoded {
  std::uint32_t code_point = 0;
  std::uint32_t bytes = 0;  // 0: not UTF-8
};

// REQUIRES: in < end, *in >= 0xE0.
Decoded decode_long(const unsigned char* in, const unsigned char* end) {
  const std::uint32_t lead = in[0];
  if (end - in < 3 || !is_continuation(in[1]) || !is_continuation(in[2])) return {};
  const std::uint32_t middle = (in[1] & 63U) << 6 | (in[2] & 63U);
  if (lead < 0xF0) {
    const std::uint32_t c = (lead & 15) << 12 | middle;
    if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF)) return {};
    return {c, 3};
  }
  if (lead > 0xF4 || end - in < 4 || !is_continuation(in[3])) return {};
  const std::uint32_t c = (lead & 7) << 18 | middle << 6 | (in[3] & 63U);
  if (c < 0x10000 || c >= kCodePointEnd) return {};
  return {c, 4};
}

char* put_three(std::uint32_t code_point, char* out) {
  out[0] = static_cast<char>(0xE0 | code_point >> 12);
  out[1] = static_cast<char>(0x80 | (code_point >> 6 & 63));
  out[2] = static_cast<char>(0x80 | (code_point & 63));
  return out + 3;
}

// A Hangul syllable as its jamo (The Unicode Standard, section 3.12).
char* put_hangul(std::uint32_t code_point, char* out) {
  constexpr std::uint32_t kVowels = 21;
  constexpr std::uint32_t kTails = 28;
  const std::uint32_t syllable = code_point - 0xAC00;
  out = put_three(0x1100 + syllable / (kVowels * kTails), out);
  out = put_three(0x1161 + syllable / kTails % kVowels, out);
  if (syllable % kTails != 0) out = put_three(0x11A7 + syllable % kTails, out);
  return out;
}

char* put_lead_space(char* out) {
  if (is_word_byte(out[-1])) *out++ = ' ';
  return out;
}

// What does not fit in an entry. Returns the new end of the output.
char* put_special(std::uint32_t entry, Decoded c, const unsigned char* in, char* out) {
  switch (static_cast<FoldTag>(entry >> kFoldTagShift)) {
    case FoldTag::self: std::memcpy(out, in, 4); return out + c.bytes;
    case FoldTag::self_solo:
      out = put_lead_space(out);
      std::memcpy(out, in, c.bytes);
      out[c.bytes] = ' ';
      return out + c.bytes + 1;
    case FoldTag::hangul: return put_hangul(c.code_point, out);
    case FoldTag::pool_solo: out = put_lead_space(out); [[fallthrough]];
    case FoldTag::pool: break;
  }
  const std::size_t length = entry >> kFoldPoolLengthShift & kFoldPoolLengthMask;
  std::memcpy(out, kFoldPool + (entry & kFoldPoolOffsetMask), length);
  return out + length;
}

std::uint32_t place(std::uintptr_t base, const unsigned char* at) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at) - base);
}

// Output that does not fit in an entry. The way back is exact to the code point: within it any of
// its bytes will do.
[[gnu::noinline]] FoldCursor fold_special(FoldCursor at, std::uint32_t entry, Decoded c,
                                          FoldWriter* writer) {
  const auto folded = static_cast<std::uint32_t>(at.out - at.out_base);
  const std::uint32_t first = place(at.in_base, at.in);
  char* end = put_special(entry, c, at.in, at.out);
  const auto count = static_cast<std::uint32_t>(end - at.out);
  for (std::uint32_t i = c.bytes; i < count; i += c.bytes) *at.shift++ = {folded + i, first};
  at.in += c.bytes;
  at.out = end;
  *at.shift++ = {folded + count, first + c.bytes};
  return writer->make_room(at, static_cast<std::size_t>(at.end - at.in));
}

// Folds the code point at `at`. REQUIRES: its first byte is not ASCII.
[[gnu::always_inline]] inline FoldCursor fold_one(FoldCursor at, FoldWriter* writer) {
  Decoded c;
  std::uint32_t entry = 0;
  if (at.in[0] < 0xE0) [[likely]] {
    const std::uint32_t next = at.in + 1 < at.end ? at.in[1] : 0U;
    c = {(at.in[0] & 31U) << 6 | (next & 63U), 2};
    if (at.in[0] < 0xC2 || (next & 0xC0) != 0x80) c.bytes = 0;
    entry = kFoldEntries[c.code_point];
  } else {
    c = decode_long(at.in, at.end);
    entry = fold_entry(c.code_point);
  }
  if (c.bytes == 0) [[unlikely]] {
    *at.out++ = ' ';
    ++at.in;
    return at;
  }
  if (entry >= kFoldInlineEnd) [[unlikely]]
    return fold_special(at, entry, c, writer);
  std::memcpy(at.out, &entry, sizeof entry);
  const std::uint32_t length = entry >> kFoldTagShift;
  at.in += c.bytes;
  at.out += length;
  *at.shift = {static_cast<std::uint32_t>(at.out - at.out_base), place(at.in_base, at.in)};
  at.shift += length != c.bytes;
  return at;
}

#if defined(__x86_64__)
// The fast way folds a text in chunks. A first pass lowers the ASCII letters, 64 bytes at a time,
// and notes where code points begin that are not ASCII; a second one moves the stretches between
// them. Neither waits for the bytes it has just read to know where to read next: that wait, not the
// work, is what makes the loop of fold_scalar() slow.
constexpr std::size_t kChunkBytes = 2048;
constexpr std::size_t kBlockBytes = 64;
// What is noted and moved without asking whether there is so much: a branch that depends on the
// text is guessed wrong too often, and costs as much as the work it saves.
constexpr std::size_t kLeadsAtOnce = 4;
constexpr std::size_t kRunBytes = 128;

struct Chunk {
  std::array<unsigned char, kChunkBytes + kRunBytes> lowered;
  std::array<std::uint32_t, kChunkBytes + kBlockBytes> leads;  // places in `lowered`
};

// Bytes of a chunk that are not ASCII.
struct Scanned {
  std::size_t leads = 0;          // those that begin a code point
  std::size_t continuations = 0;  // the others
};

[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline __m256i lower(__m256i bytes) {
  const __m256i capital = _mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8('A' - 1)),
                                           _mm256_cmpgt_epi8(_mm256_set1_epi8('Z' + 1), bytes));
  return _mm256_or_si256(bytes, _mm256_and_si256(capital, _mm256_set1_epi8(0x20)));
}

[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline std::uint64_t sign_bits(
    __m256i first, __m256i second) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(second))} << 32;
}

[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline void store(__m256i bytes,
                                                                              void* to) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), bytes);
}

// Writes the place of the lowest bit, and returns the others.
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline std::uint64_t put_lead(
    std::uint64_t leads, std::size_t at, std::uint32_t* place) {
  *place = static_cast<std::uint32_t>(at + _tzcnt_u64(leads));
  return _blsr_u64(leads);
}

// Takes the 64 bytes at `from` as those at `at` of the chunk, lowers them, writes them there and to
// `out`, and notes the leads among those that `fresh` has a bit for. Returns what has been found.
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline Scanned scan_block(
    const unsigned char* from, std::size_t at, std::uint64_t fresh, char* out, Scanned found,
    Chunk* chunk) {
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 32));
  store(lower(first), chunk->lowered.data() + at);
  store(lower(second), chunk->lowered.data() + at + 32);
  store(lower(first), out + at);
  store(lower(second), out + at + 32);
  const __m256i last_continuation = _mm256_set1_epi8(-65);
  const std::uint64_t other = fresh & sign_bits(first, second);
  std::uint64_t leads = other & sign_bits(_mm256_cmpgt_epi8(first, last_continuation),
                                          _mm256_cmpgt_epi8(second, last_continuation));
  const auto count = static_cast<std::size_t>(_mm_popcnt_u64(leads));
  std::uint32_t* next = chunk->leads.data() + found.leads;
  for (std::size_t done = 0; done == 0 || done < count; done += kLeadsAtOnce) {
    leads = put_lead(leads, at, next + done);
    leads = put_lead(leads, at, next + done + 1);
    leads = put_lead(leads, at, next + done + 2);
    leads = put_lead(leads, at, next + done + 3);
  }
  return {found.leads + count, found.continuations + _mm_popcnt_u64(other) - count};
}

[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline Scanned scan(
    const unsigned char* from, std::size_t count, char* out, Chunk* chunk) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  Scanned found;
  std::size_t at = 0;
  for (; at + kBlockBytes <= count; at += kBlockBytes) {
    found = scan_block(from + at, at, kAll, out, found, chunk);
  }
  if (at == count) return found;
  if (count >= kBlockBytes) {  // the last 64 bytes; some of them for a second time
    const std::size_t last = count - kBlockBytes;
    return scan_block(from + last, last, kAll << (at - last), out, found, chunk);
  }
  std::array<unsigned char, kBlockBytes> rest{};
  std::memcpy(rest.data(), from, count);
  return scan_block(rest.data(), 0, kAll, out, found, chunk);
}

[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline void copy_register(
    const unsigned char* from, char* to) {
  store(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)), to);
}

// `count` ASCII bytes, in whole registers.
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline FoldCursor copy_run(
    FoldCursor at, std::size_t count) {
  for (std::size_t done = 0; done == 0 || done < count; done += kRunBytes) {
    copy_register(at.in + done, at.out + done);
    copy_register(at.in + done + 32, at.out + done + 32);
    copy_register(at.in + done + 64, at.out + done + 64);
    copy_register(at.in + done + 96, at.out + done + 96);
  }
  at.in += count;
  at.out += count;
  return at;
}

// Folds what scan() has prepared; at.in is in the chunk. False if it is not UTF-8.
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline bool move_chunk(
    const Chunk& chunk, Scanned found, FoldCursor* cursor, FoldWriter* writer) {
  FoldCursor at = *cursor;
  std::size_t continuations = 0;
  for (std::size_t i = 0; i < found.leads; ++i) {
    const unsigned char* lead = chunk.lowered.data() + chunk.leads[i];
    if (lead < at.in) return false;
    at = copy_run(at, lead - at.in);
    at = fold_one(at, writer);
    if (at.in - lead < 2) return false;
    continuations += at.in - lead - 1;
  }
  *cursor = copy_run(at, at.end - at.in);
  return continuations == found.continuations;
}

// The end of a chunk that begins at `from`: no code point crosses it.
const unsigned char* chunk_end(const unsigned char* from, const unsigned char* end) {
  if (end - from <= static_cast<std::ptrdiff_t>(kChunkBytes)) return end;
  const unsigned char* cut = from + kChunkBytes;
  for (int i = 0; i < 3 && is_continuation(*cut); ++i) --cut;
  return cut;
}

// False if the text is not UTF-8: *out is then unspecified.
[[gnu::target("avx2,bmi,bmi2,popcnt")]] bool fold_avx2(std::string_view text, FoldedText* out,
                                                       char lead) {
  Chunk chunk;
  FoldWriter writer{out};
  FoldCursor at = writer.start(text, lead);
  const unsigned char* from = at.in;
  const unsigned char* const begin = from;
  const unsigned char* const text_end = at.end;
  while (from < text_end) {
    const unsigned char* end = chunk_end(from, text_end);
    at = writer.make_room(at, static_cast<std::size_t>(text_end - from));
    const Scanned found = scan(from, end - from, at.out, &chunk);
    if (found.leads + found.continuations == 0) {
      at.out += end - from;
    } else {
      at.in = chunk.lowered.data();
      at.end = at.in + (end - from);
      at.in_base = reinterpret_cast<std::uintptr_t>(at.in) - (from - begin);
      if (!move_chunk(chunk, found, &at, &writer)) return false;
    }
    from = end;
  }
  writer.finish(at);
  return true;
}
#endif

// The nearest place at or before `at` where a code point begins.
std::uint32_t snap_back(std::string_view text, std::uint32_t at) {
  while (at > 0 && at < text.size() && is_continuation(text[at])) --at;
  return at;
}

std::uint32_t snap_on(std::string_view text, std::uint32_t at) {
  while (at < text.size() && is_continuation(text[at])) ++at;
  return std::min(at, static_cast<std::uint32_t>(text.size()));
}

}  // namespace

void fold_scalar(std::string_view text, FoldedText* out, char lead) {
  FoldWriter writer{out};
  FoldCursor at = writer.start(text, lead);
  while (at.in < at.end) {
    if (*at.in < 0x80) {
      *at.out++ = lower(*at.in++);
    } else {
      at = fold_one(at, &writer);
    }
  }
  writer.finish(at);
}

void fold(std::string_view text, FoldedText* out, char lead) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
      fold_avx2(text, out, lead)) {
    return;
  }
#endif
  fold_scalar(text, out, lead);
}

std::uint32_t FoldedText::original_of(std::uint32_t folded) const {
  const Shift* end = shifts() + shift_count_;
  const Shift* after =
      std::upper_bound(shifts(), end, folded,
                       [](std::uint32_t at, const Shift& shift) { return at < shift.folded; });
  if (after == shifts()) return folded;
  return after[-1].original + (folded - after[-1].folded);
}

Stretch FoldedText::original(std::string_view original, std::uint32_t begin,
                             std::uint32_t end) const {
  const std::uint32_t first = snap_back(original, original_of(begin));
  // Whichever is further: the end of the last code point, or the start of the one behind it.
  const std::uint32_t last = snap_on(original, original_of(end - 1) + 1);
  return {first, std::max(last, snap_back(original, original_of(end))) - first};
}

}  // namespace vigie::rules
