// Where single terms stand in a post: the part of the evaluator that looks at words.
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "engine/base/limits.h"
#include "rules/evaluator.h"

namespace vigie::rules {
namespace {

std::string_view next_word(std::string_view* words) {
  const std::string_view word = words->substr(0, words->find(' '));
  words->remove_prefix(std::min(words->size(), word.size() + 1));
  return word;
}

// Whether the tokens from `first` on are these words, which are joined by spaces. Returns their
// number, or 0.
std::uint32_t words_at(const TextPart& part, std::uint32_t first, std::string_view words) {
  std::uint32_t count = 0;
  for (; !words.empty(); ++count) {
    if (first + count == part.all().size()) return 0;
    if (next_word(&words) != part.word(first + count)) return 0;
  }
  return count;
}

// Whether the token is the words without the spaces between.
bool is_joined(std::string_view token, std::string_view words) {
  while (!words.empty()) {
    const std::string_view word = next_word(&words);
    if (!token.starts_with(word)) return false;
    token.remove_prefix(word.size());
  }
  return token.empty();
}

}  // namespace

void Evaluator::find_term(std::uint32_t number, FieldMask fields, bool one, Places* out) {
  const CompiledTerm& term = rules_->terms[number];
  fields &= term.fields;
  switch (term.kind) {
    case CompiledTerm::Kind::words: return find_words(term, fields, one, out);
    case CompiledTerm::Kind::raw:
      return term.bytes == 0 ? find_raw_signs(term, fields, one, out)
                             : find_words(term, fields, one, out);
    case CompiledTerm::Kind::pattern: return find_pattern(term, fields, one, out);
    case CompiledTerm::Kind::author_pattern: return find_author(term, out);
    case CompiledTerm::Kind::regex: return find_regex(number, fields, one, out);
  }
}

// The words of a hashtag stand where it stands.
Place Evaluator::place_of_hashtag(std::uint32_t part, std::uint32_t token) const {
  const Token& hashtag = (*text_)[part].all()[token];
  const std::uint32_t begin = hashtag.begin == 0 ? 0 : hashtag.begin - 1;
  return {part, token, token, begin, hashtag.end};
}

Place Evaluator::place_of(const CompiledTerm& term, std::uint32_t part, std::uint32_t first,
                          std::uint32_t last) const {
  const TextPart& text = (*text_)[part];
  if (text.parent != kNoPart) return place_of_hashtag(text.parent, text.parent_token);
  const std::span<const Token> tokens = text.all();
  std::uint32_t begin = tokens[first].begin;
  if (term.sigil != Sigil::none && begin != 0) --begin;  // else it is only implied, in a list
  Place place{part, first, last, begin, tokens[last].end};
  const Surface* surface = term.surface == kNone ? nullptr : &rules_->surfaces[term.surface];
  if (surface == nullptr || surface->raw.empty()) return place;
  const Stretch word = text.folded.original(text.original, tokens[first].begin, tokens[first].end);
  place.begin = word.first - surface->raw_before;
  place.end = place.begin + static_cast<std::uint32_t>(surface->raw.size());
  place.as_written = true;
  return place;
}

// Whether the written form of the tokens is the one that the term asks for.
bool Evaluator::is_written(const CompiledTerm& term, std::uint32_t part, std::uint32_t first,
                           std::uint32_t last) {
  if (term.surface == kNone) return true;
  const Surface& surface = rules_->surfaces[term.surface];
  const TextPart& text = (*text_)[part];
  if (!surface.raw.empty()) {
    const Token& token = text.all()[first];
    const Stretch word = text.folded.original(text.original, token.begin, token.end);
    return word.first >= surface.raw_before &&
           text.original.substr(word.first - surface.raw_before).starts_with(surface.raw);
  }
  const SurfaceForm form{surface.match_case, surface.match_accents};
  for (std::uint32_t i = first; i <= last; ++i) {
    const Token& token = text.all()[i];
    const Stretch at = text.folded.original(text.original, token.begin, token.end);
    if (at.count > kWrittenWordBytesMax || !spend(1 + at.count * at.count / 16)) return false;
    const std::string_view written =
        written_form(text.original.substr(at.first, at.count), form, &surface_);
    const bool same = term.kind == CompiledTerm::Kind::pattern
                          ? matches_wildcard(surface.forms[0], written)
                          : surface.forms[i - first] == written;
    if (!same) return false;
  }
  return true;
}

bool Evaluator::accepts(const CompiledTerm& term, FieldMask fields, std::uint32_t part,
                        std::uint32_t first, std::uint32_t last) {
  const TextPart& text = (*text_)[part];
  if ((fields & mask_of(text.field)) == 0) return false;
  if (text.parent != kNoPart) return term.in_hashtags && last > first;
  if (term.whole && (first != 0 || last + 1 != text.all().size())) return false;
  if (term.sigil != Sigil::none && !text_->has_sigil(part, first, term.sigil)) return false;
  if (term.sigil == Sigil::cashtag && text_->cashtag_end(part, first) != last) return false;
  if (term.no_hashtag && text_->has_sigil(part, first, Sigil::hashtag)) return false;
  return is_written(term, part, first, last);
}

// Where the words of a term stand, by the table of tokens.
void Evaluator::find_words(const CompiledTerm& term, FieldMask fields, bool one, Places* out) {
  if (scan_all_) return scan_words(term, fields, out);
  const std::string_view words = std::string_view(rules_->pool).substr(term.text, term.bytes);
  tokens_->each(term.hash, [&](const TokenTable::At& at) {
    if (!spend(1)) return false;
    const std::uint32_t count = words_at((*text_)[at.part], at.token, words);
    if (count != 0 && accepts(term, fields, at.part, at.token, at.token + count - 1)) {
      out->push_back(place_of(term, at.part, at.token, at.token + count - 1));
    }
    return !one || out->empty();
  });
  if (!term.in_hashtags || (one && !out->empty())) return;
  tokens_->each(term.joined, [&](const TokenTable::At& at) {
    if (!spend(1)) return false;
    add_joined(words, fields, at.part, at.token, out);
    return !one || out->empty();
  });
}

// The token is a hashtag or, in #OrangeBank2026 and the like, one of the words of one.
void Evaluator::add_joined(std::string_view words, FieldMask fields, std::uint32_t part,
                           std::uint32_t token, Places* out) const {
  const TextPart& text = (*text_)[part];
  if ((fields & mask_of(text.field)) == 0 || !is_joined(text.word(token), words)) return;
  if (text.parent != kNoPart) {
    out->push_back(place_of_hashtag(text.parent, text.parent_token));
  } else if (text_->has_sigil(part, token, Sigil::hashtag)) {
    out->push_back(place_of_hashtag(part, token));
  }
}

void Evaluator::scan_part(const CompiledTerm& term, std::uint32_t part, Places* out) {
  const std::string_view words = std::string_view(rules_->pool).substr(term.text, term.bytes);
  const TextPart& text = (*text_)[part];
  for (std::uint32_t first = 0; first < text.all().size(); ++first) {
    const std::uint32_t count = words_at(text, first, words);
    if (count != 0 && accepts(term, term.fields, part, first, first + count - 1)) {
      out->push_back(place_of(term, part, first, first + count - 1));
    }
    if (term.in_hashtags) add_joined(words, term.fields, part, first, out);
  }
}

// Without the index.
void Evaluator::scan_words(const CompiledTerm& term, FieldMask fields, Places* out) {
  for (std::uint32_t part = 0; part < text_->size(); ++part) {
    if ((fields & mask_of((*text_)[part].field)) == 0) continue;
    if (!spend((*text_)[part].all().size())) return;
    scan_part(term, part, out);
  }
}

void Evaluator::find_plain(const PlainTerm& plain, std::vector<Span>* spans) {
  CompiledTerm term;
  term.sigil = plain.sigil;
  term.text = plain.text;
  term.bytes = plain.bytes;
  const std::string_view words = std::string_view(rules_->pool).substr(plain.text, plain.bytes);
  term.in_hashtags = plain.sigil == Sigil::none && words.find(' ') != std::string_view::npos;
  const Loan places(this);
  refill();
  scan_words(term, kAnyField, places.get());
  for (const Place& place : *places.get()) spans->push_back(span_of(place));
}

void Evaluator::find_pattern(const CompiledTerm& term, FieldMask fields, bool one, Places* out) {
  for (std::uint32_t part = 0; part < text_->size(); ++part) {
    const TextPart& text = (*text_)[part];
    if ((fields & mask_of(text.field)) == 0 || text.parent != kNoPart) continue;
    for (std::uint32_t i = 0; i < text.all().size(); ++i) {
      if (!spend(1 + text.word(i).size() / 16)) return;
      if (!rules_->patterns.matches(term.id, text.word(i))) continue;
      if (!accepts(term, fields, part, i, i)) continue;
      out->push_back(place_of(term, part, i, i));
      if (one) return;
    }
  }
}

// The handle as a whole, its dots and hyphens included.
void Evaluator::find_author(const CompiledTerm& term, Places* out) {
  for (std::uint32_t part = 0; part < text_->size(); ++part) {
    const TextPart& text = (*text_)[part];
    if (text.field != Field::author || text.all().empty()) continue;
    if (!spend(text.folded.size())) return;
    if (!rules_->patterns.matches(term.id, text.folded.view())) continue;
    const auto last = static_cast<std::uint32_t>(text.all().size() - 1);
    out->push_back({part, 0, last, 0, static_cast<std::uint32_t>(text.folded.size())});
  }
}

// The tokens that the bytes touch.
Place Evaluator::place_of_bytes(std::uint32_t part, std::uint32_t begin, std::uint32_t end,
                                bool as_written) const {
  const TextPart& text = (*text_)[part];
  const std::span<const Token> tokens = text.all();
  const auto stretch = [&](const Token& token) {
    if (!as_written) return Stretch{token.begin, token.end - token.begin};
    return text.folded.original(text.original, token.begin, token.end);
  };
  const auto first = std::ranges::partition_point(tokens, [&](const Token& token) {
    const Stretch at = stretch(token);
    return at.first + at.count <= begin;
  });
  const auto behind = std::ranges::partition_point(
      tokens, [&](const Token& token) { return stretch(token).first < end; });
  Place place;
  place.part = part;
  place.first = static_cast<std::uint32_t>(first - tokens.begin());
  place.last =
      first < behind ? static_cast<std::uint32_t>(behind - tokens.begin()) - 1 : place.first;
  place.begin = begin;
  place.end = end;
  place.as_written = as_written;
  return place;
}

RegexSet::Within Evaluator::within(std::uint32_t regex, std::uint32_t part) const {
  const std::pair key(regex, part);
  const auto found = std::ranges::lower_bound(regexes_found_, key, {}, &RegexPlace::key);
  return found != regexes_found_.end() && found->key() == key ? found->within : RegexSet::Within{};
}

void Evaluator::find_regex(std::uint32_t number, FieldMask fields, bool one, Places* out) {
  if (regex_ == number && regex_fields_ == fields) {
    out->assign(regex_places_.begin(), regex_places_.end());
    return;
  }
  const CompiledTerm& term = rules_->terms[number];
  bool all = true;
  for (std::uint32_t part = 0; part < text_->size(); ++part) {
    const TextPart& text = (*text_)[part];
    if ((fields & mask_of(text.field)) == 0 || text.parent != kNoPart) continue;
    const std::string_view tried = term.as_written ? text.original : text.with_lead();
    if (!spend(tried.size())) return;
    // Whether it matches is asked first, and where right behind: mostly one answer is enough.
    const RegexSet::Most most{
        .matches = one ? kSpansMax : kRegexPlacesMax,
        .bytes = one ? 4 * tried.size() : kRegexBytesPerStep * std::size_t{steps_left_}};
    const std::size_t bytes =
        rules_->regexes.find_matches(term.id, tried, most, within(term.id, part), &matches_);
    const auto lead = term.as_written ? 0U : static_cast<std::uint32_t>(text.lead != ' ');
    for (const Stretch match : matches_) {
      const std::uint32_t begin = std::max(match.first, lead) - lead;
      const std::uint32_t end = match.first + match.count - lead;
      if (begin < end) out->push_back(place_of_bytes(part, begin, end, term.as_written));
    }
    if (!spend(bytes / kRegexBytesPerStep)) return;
    all = all && matches_.size() < most.matches && bytes <= most.bytes;
    if (one && !all && !out->empty()) return;
  }
  if (!all) return;
  regex_ = number;
  regex_fields_ = fields;
  regex_places_.assign(out->begin(), out->end());
}

// A raw text of signs only.
void Evaluator::find_raw_signs(const CompiledTerm& term, FieldMask fields, bool one, Places* out) {
  const std::string& raw = rules_->surfaces[term.surface].raw;
  for (std::uint32_t part = 0; part < text_->size(); ++part) {
    const TextPart& text = (*text_)[part];
    if ((fields & mask_of(text.field)) == 0 || text.parent != kNoPart) continue;
    if (!spend(text.original.size())) return;
    for (std::size_t at = text.original.find(raw); at != std::string_view::npos;
         at = text.original.find(raw, at + raw.size())) {
      const auto begin = static_cast<std::uint32_t>(at);
      const auto end = begin + static_cast<std::uint32_t>(raw.size());
      out->push_back(place_of_bytes(part, begin, end, true));
      if (one) return;
    }
  }
}

}  // namespace vigie::rules
