#include "rules/evaluator.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "rules/buffer.h"

namespace vigie::rules {

void TokenTable::start(const PostText& text) {
  finished_ = false;
  trim(&tokens_);
  present_.fill(0);
  for (std::uint32_t part = 0; part < text.size(); ++part) {
    for (const Token& token : text[part].all()) {
      const auto hash = static_cast<std::uint32_t>(token.hash);
      present_[hash >> 6 & (kPresentWords - 1)] |= std::uint64_t{1} << (hash & 63);
    }
  }
}

void TokenTable::finish(const PostText& text) {
  constexpr std::size_t kBucketsMin = 64;
  constexpr std::size_t kBucketsMax = 1UL << 16;
  if (std::exchange(finished_, true)) return;
  tokens_.clear();
  for (std::uint32_t part = 0; part < text.size(); ++part) {
    const std::span<const Token> all = text[part].all();
    for (std::uint32_t i = 0; i < all.size(); ++i) tokens_.push_back({all[i].hash, part, i, 0});
  }
  heads_.assign(std::bit_ceil(std::clamp(tokens_.size(), kBucketsMin, kBucketsMax)), 0);
  for (std::size_t i = tokens_.size(); i > 0; --i) {
    std::uint32_t& head = heads_[bucket(tokens_[i - 1].hash)];
    tokens_[i - 1].next = std::exchange(head, static_cast<std::uint32_t>(i));
  }
}

namespace {

void sort_unique(std::vector<Place>* places) {
  const auto key = [](const Place& place) { return place.key(); };
  if (places->size() < 2) return;
  std::ranges::sort(*places, {}, key);
  const auto repeated = std::ranges::unique(*places, {}, key);
  places->erase(repeated.begin(), repeated.end());
}

// Words between two places of the same part, or nothing where they overlap.
std::optional<std::uint32_t> words_between(const Place& a, const Place& b) {
  if (a.last < b.first) return b.first - a.last - 1;
  if (b.last < a.first) return a.first - b.last - 1;
  return std::nullopt;
}

// Of an attribute that reads more than a few bytes.
std::size_t steps_of(const Attribute& attribute, const Mention& mention) {
  constexpr std::size_t kBytesPerStep = 32;
  std::size_t bytes = 0;
  if (attribute.kind == Attribute::Kind::url) bytes = mention.url.size();
  if (attribute.kind == Attribute::Kind::links) {
    for (const std::string_view link : mention.urls) bytes += link.size();
  }
  return bytes / kBytesPerStep;
}

std::uint32_t longest(const std::vector<Place>& places) {
  std::uint32_t most = 1;
  for (const Place& place : places) most = std::max(most, place.last - place.first + 1);
  return most;
}

}  // namespace

Evaluator::Places* Evaluator::lend() {
  if (lent_count_ == lent_.size()) lent_.push_back(std::make_unique<Places>());
  Places* places = lent_[lent_count_++].get();
  places->clear();
  return places;
}

void Evaluator::give_back() {
  Places* places = lent_[--lent_count_].get();
  trim(places);
}

void Evaluator::start(const Mention& mention, const PostText& text, TokenTable* tokens,
                      std::span<const RegexPlace> regexes) {
  mention_ = &mention;
  text_ = &text;
  tokens_ = tokens;
  regexes_found_ = regexes;
  regex_ = kNone;
  if (!scan_all_) tokens->start(text);
  post_steps_left_ = kPostStepsMax;
  refill();
}

void Evaluator::refill() {
  steps_left_ = std::min(kQueryStepsMax, post_steps_left_);
  failed_ = false;
}

// False when the budget is used up: the query fails.
bool Evaluator::spend(std::size_t steps) {
  if (steps > steps_left_) {
    failed_ = true;
    steps = steps_left_;
  }
  steps_left_ -= static_cast<std::uint32_t>(steps);
  post_steps_left_ -= static_cast<std::uint32_t>(steps);
  return !failed_;
}

Evaluator::Verdict Evaluator::evaluate(const Rule& rule) {
  CHECK(!rule.plain);
  refill();
  if (!passes(rule)) return Verdict::no;
  if (!scan_all_) tokens_->finish(*text_);
  const bool matched = holds(rule.count);
  if (failed_) return Verdict::failed;
  return matched ? Verdict::yes : Verdict::no;
}

// No branch for each term: whether one is there cannot be guessed.
bool Evaluator::passes(const Rule& rule) {
  if (scan_all_) return true;
  const std::uint32_t* next = rules_->probes.data() + rule.first + 1;
  for (std::uint32_t groups = *next++; groups > 0; --groups) {
    std::uint32_t hashes = *next++;
    bool any = false;
    for (; hashes > 0; --hashes) any |= tokens_->may_have(*next++);
    if (!any) return false;
  }
  return true;
}

bool Evaluator::holds(std::uint32_t index) {
  const Op& op = rules_->ops[index];
  if (!spend(1)) return false;
  switch (op.kind) {
    case Node::Kind::all:
      for (std::uint32_t i = 0; i < op.count; ++i) {
        if (!holds(op.first + i)) return false;
      }
      return !failed_;
    case Node::Kind::any:
      for (std::uint32_t i = 0; i < op.count; ++i) {
        if (holds(op.first + i)) return true;
      }
      return false;
    case Node::Kind::none: return !holds(op.first) && !failed_;
    case Node::Kind::attribute:
      return spend(steps_of(rules_->attributes[op.first], *mention_)) &&
             rules::holds(rules_->attributes[op.first], *mention_);
    case Node::Kind::count: return holds_count(op);
    case Node::Kind::term:
      if (is_absent(op)) return false;
      break;
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
      if (!may_hold(op)) return false;
      break;
  }
  const Loan places(this);
  find(index, kAnyField | mask_of(Field::author), true, places.get());
  return !places.get()->empty() && !failed_;
}

bool Evaluator::may_hold(const Op& op) const {
  const auto child = [&](std::uint32_t i) { return may_hold(rules_->ops[op.first + i]); };
  switch (op.kind) {
    case Node::Kind::none:
    case Node::Kind::attribute: return true;
    case Node::Kind::term: return !is_absent(op);
    case Node::Kind::any:
      for (std::uint32_t i = 0; i < op.count; ++i) {
        if (child(i)) return true;
      }
      return false;
    case Node::Kind::all:
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
    case Node::Kind::count: break;
  }
  for (std::uint32_t i = 0; i < op.count; ++i) {
    if (!child(i)) return false;
  }
  return true;
}

bool Evaluator::holds_count(const Op& op) {
  const Loan places(this);
  find(op.first, kTextFields, false, places.get());
  return places.get()->size() >= op.low && places.get()->size() <= op.high && !failed_;
}

void Evaluator::collect(std::uint32_t index, std::vector<Span>* spans) {
  const Op& op = rules_->ops[index];
  switch (op.kind) {
    case Node::Kind::none:
    case Node::Kind::attribute: return;
    case Node::Kind::all:
    case Node::Kind::any:
      for (std::uint32_t i = 0; i < op.count && !failed_; ++i) {
        const bool counts = op.kind == Node::Kind::all || holds(op.first + i);
        if (counts) collect(op.first + i, spans);
      }
      return;
    case Node::Kind::count: return collect(op.first, spans);
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
    case Node::Kind::term: break;
  }
  const Loan places(this);
  find(index, kAnyField | mask_of(Field::author), false, places.get());
  for (const Place& place : *places.get()) spans->push_back(span_of(place));
}

void Evaluator::find(std::uint32_t index, FieldMask fields, bool one, Places* out) {
  const Op& op = rules_->ops[index];
  out->clear();
  if (!spend(1)) return;
  switch (op.kind) {
    case Node::Kind::term: find_term(op.first, fields, one, out); break;
    case Node::Kind::any: find_any(op, fields, one, out); break;
    case Node::Kind::near: find_near(op, fields, one, out); break;
    case Node::Kind::sequence: find_sequence(op, fields, out); break;
    case Node::Kind::window: find_window(op, fields, one, out); break;
    case Node::Kind::all:
    case Node::Kind::none:
    case Node::Kind::count:
    case Node::Kind::attribute: CHECK(false);  // the parser lets none of them have places
  }
  sort_unique(out);
}

void Evaluator::find_any(const Op& op, FieldMask fields, bool one, Places* out) {
  const Loan side(this);
  for (std::uint32_t i = 0; i < op.count && !failed_; ++i) {
    find(op.first + i, fields, one, side.get());
    out->insert(out->end(), side.get()->begin(), side.get()->end());
    if (one && !out->empty()) return;
  }
}

void Evaluator::find_near(const Op& op, FieldMask fields, bool one, Places* out) {
  const Loan left(this);
  const Loan right(this);
  find(op.first, fields, false, left.get());
  if (left.get()->empty()) return;
  find(op.first + 1, fields, false, right.get());
  if (right.get()->empty()) return;
  const std::uint32_t reach = op.distance + longest(*right.get());
  for (const Place& a : *left.get()) {
    const std::pair from(a.part, a.first > reach ? a.first - reach : 0);
    auto b = std::ranges::lower_bound(*right.get(), from, {}, [](const Place& place) {
      return std::pair(place.part, place.first);
    });
    for (; b != right.get()->end() && b->part == a.part; ++b) {
      if (!spend(1)) return;
      if (b->first > a.last && b->first - a.last - 1 > op.distance) break;
      const auto between = words_between(a, *b);
      if (!between || *between > op.distance || (op.in_order && b->first < a.first)) continue;
      out->push_back(joined(a, *b));
      if (one) return;
    }
  }
}

void Evaluator::find_sequence(const Op& op, FieldMask fields, Places* out) {
  const Loan done(this);
  const Loan next(this);
  const Loan longer(this);
  find(op.first, fields, false, done.get());
  for (std::uint32_t i = 1; i < op.count && !done.get()->empty(); ++i) {
    find(op.first + i, fields, false, next.get());
    longer.get()->clear();
    for (const Place& a : *done.get()) {
      auto b = std::ranges::lower_bound(
          *next.get(), std::pair(a.part, a.last + 1), {},
          [](const Place& place) { return std::pair(place.part, place.first); });
      for (; b != next.get()->end() && b->part == a.part && b->first == a.last + 1; ++b) {
        if (!spend(1)) return;
        longer.get()->push_back(joined(a, *b));
      }
    }
    sort_unique(longer.get());
    done.get()->swap(*longer.get());
  }
  out->insert(out->end(), done.get()->begin(), done.get()->end());
}

// Chooses a place of each side, those of the first ones being chosen. False: stop.
bool Evaluator::extend_window(const Op& op, std::size_t first_side, bool one, Places* out) {
  if (chosen_.size() == op.count) {
    Place all = chosen_[0];
    std::uint32_t words = 0;
    for (const Place& side : chosen_) {
      words += side.last - side.first + 1;
      all = joined(all, side);
    }
    if (all.last - all.first + 1 - words <= op.distance) out->push_back(all);
    return !one || out->empty();
  }
  for (const Place& place : *lent_[first_side + chosen_.size()]) {
    if (!spend(1 + chosen_.size() / 4)) return false;
    const bool fits = std::ranges::all_of(chosen_, [&](const Place& other) {
      return other.part == place.part && words_between(other, place).has_value();
    });
    if (!fits) continue;
    chosen_.push_back(place);
    const bool go_on = extend_window(op, first_side, one, out);
    chosen_.pop_back();
    if (!go_on) return false;
  }
  return true;
}

void Evaluator::find_window(const Op& op, FieldMask fields, bool one, Places* out) {
  const std::size_t first_side = lent_count_;
  bool all = true;
  for (std::uint32_t i = 0; i < op.count && all; ++i) {
    Places* side = lend();
    find(op.first + i, fields, false, side);
    all = !side->empty();
  }
  chosen_.clear();
  if (all) (void)extend_window(op, first_side, one, out);
  while (lent_count_ > first_side) give_back();
}

Place Evaluator::joined(const Place& a, const Place& b) const {
  Place out;
  out.part = a.part;
  out.first = std::min(a.first, b.first);
  out.last = std::max(a.last, b.last);
  const std::span<const Token> tokens = (*text_)[a.part].all();
  out.begin = out.first < tokens.size() ? tokens[out.first].begin : 0;
  out.end = out.last < tokens.size() ? tokens[out.last].end : out.begin;
  return out;
}

Span Evaluator::span_of(const Place& place) const {
  if (place.as_written) return {(*text_)[place.part].field, place.begin, place.end - place.begin};
  return text_->span_of_bytes(place.part, place.begin, std::max(place.end, place.begin + 1));
}

}  // namespace vigie::rules
