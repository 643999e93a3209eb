#include "connectors/mapping_evaluate.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "connectors/json_escapes.h"
#include "connectors/mapping_assign.h"
#include "connectors/mapping_text.h"
#include "engine/base/text.h"

namespace vigie::mapping {

// --- Look-ups ------------------------------------------------------------------------------------

void LookupIndex::start(std::uint64_t document, std::size_t first, std::size_t size) {
  document_ = document;
  first_ = first;
  size_ = size;
  table_.assign(std::bit_ceil(2 * size), Place{});
}

std::uint32_t LookupIndex::hash(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

void LookupIndex::trim() {
  if (table_.capacity() * sizeof(Place) <= kScratchKeptBytes) return;
  table_ = {};
  document_ = 0;
}

// --- Slots ---------------------------------------------------------------------------------------

Evaluator::Items Evaluator::items(const Ref& ref, const Frame& frame) {
  const Frame* holder = outwards(ref, frame);
  if (holder == nullptr || holder->slots == nullptr) return {};
  const Slot* found = holder->slots + ref.slot;
  return found->type == Slot::Type::items ? Items{found, holder} : Items{};
}

void Evaluator::unescape_once(Slot* slot) {
  std::uint32_t lone_surrogates = 0;
  const auto text =
      unescape({slot->first, slot->size}, out_.arena.bytes(slot->size), &lone_surrogates);
  out_.repairs[static_cast<std::size_t>(Repair::lone_surrogate)] += lone_surrogates;
  slot->first = text->data();
  slot->size = static_cast<std::uint32_t>(text->size());
  slot->escaped = false;
}

std::optional<std::string_view> Evaluator::scalar(Slot* slot) {
  if (slot == nullptr) return std::nullopt;
  switch (slot->type) {
    case Slot::Type::string: return meaning(slot);
    case Slot::Type::number:
    case Slot::Type::boolean: return std::string_view{slot->first, slot->size};
    default: return std::nullopt;
  }
}

// --- Conditions ----------------------------------------------------------------------------------

bool Evaluator::holds(const Condition& condition, const Frame& frame) {
  if (condition.empty()) return true;
  return std::ranges::any_of(condition, [&](const AllOf& tests) {
    return std::ranges::all_of(tests, [&](const Test& test) { return passes(test, frame); });
  });
}

bool Evaluator::is_one_of(const Test& test, Slot* slot) {
  const auto text = scalar(slot);
  return text && std::ranges::find(test.words, *text) != test.words.end();
}

bool Evaluator::is_same(Slot* left, Slot* right) {
  const auto one = scalar(left);
  const auto other = scalar(right);
  return one && other && are_equal(*one, *other);
}

bool Evaluator::passes(const Test& test, const Frame& frame) {
  Slot* found = slot(test.value, frame);
  const Slot::Type type = found == nullptr ? Slot::Type::absent : found->type;
  const bool present = type != Slot::Type::absent && type != Slot::Type::null;
  switch (test.kind) {
    case Test::Kind::one_of: return is_one_of(test, found);
    case Test::Kind::none_of: return !is_one_of(test, found);
    case Test::Kind::present: return present;
    case Test::Kind::absent: return !present;
    case Test::Kind::type: return type == test.type;
    case Test::Kind::starts_with: {
      const auto text = scalar(found);
      return text && std::ranges::any_of(test.words, [&](const std::string& word) {
               return text->starts_with(word);
             });
    }
    case Test::Kind::holds:
      if (type == Slot::Type::array) {
        return spend(std::min<std::size_t>(found->size, kArrayBytesMax)) &&
               array_holds({found->first, found->size}, test.words);
      }
      return is_one_of(test, found);
    case Test::Kind::same: return is_same(found, slot(test.other, frame));
    case Test::Kind::not_same: return !is_same(found, slot(test.other, frame));
  }
  return false;
}

// --- Where values came from ----------------------------------------------------------------------

void Evaluator::add_way(const Ref& through, std::size_t before) {
  if (sources == nullptr) [[likely]]
    return;
  for (Source& source : std::span(*sources).subspan(before)) {
    if (source.pointer.starts_with('^')) continue;  // from further out
    source.pointer.insert(0, cat(program_.texts[through.pointer], "/*"));
  }
}

void Evaluator::add_source(const Ref& ref) {
  sources->push_back(
      {ref.pointer == kNone ? std::string() : program_.texts[ref.pointer], {}, {}, false});
}

void Evaluator::forget_used(std::size_t before) {
  const auto first = sources->begin() + static_cast<std::ptrdiff_t>(before);
  const auto is_used = [](const Source& source) { return source.lacks.empty(); };
  sources->erase(std::remove_if(first, sources->end(), is_used), sources->end());
}

void Evaluator::blame(std::size_t before, const Value& value, std::string_view lacks,
                      bool is_passed) {
  for (Source& source : std::span(*sources).subspan(before)) {
    if (!source.lacks.empty()) continue;  // for another reason
    source.held = value.text;
    source.lacks = lacks;
    source.is_passed = is_passed;
  }
}

void Evaluator::judge(bool is_bad, const Value& value, std::string_view lacks) {
  if (is_bad) return blame(0, value, lacks, false);
  std::erase_if(*sources, [](const Source& source) { return source.is_passed; });
}

void Evaluator::convert_and_tell(const Conversion& conversion, std::size_t before, Value* value) {
  const Value was = *value;
  std::uint32_t& dropped = (*context_.repairs)[static_cast<std::size_t>(Repair::dropped_value)];
  const std::uint32_t so_far = dropped;
  convert(conversion, context_, value);
  if (dropped != so_far) blame(before, was, to_text(conversion.kind), false);
}

// --- Expressions ---------------------------------------------------------------------------------

bool Evaluator::spend(std::size_t bytes) {
  if (bytes <= scratch_.budget_bytes) [[likely]] {
    scratch_.budget_bytes -= bytes;
    return true;
  }
  repaired(Repair::dropped_value);
  return false;
}

Value Evaluator::composed(ExprId id, const Frame& frame, std::optional<Target> target) {
  const Expr& expr = program_.exprs[id];
  if (expr.kind == Expr::Kind::any) return any(id, frame, target);
  if (!plan_.exprs[id].is_refined) return bare(id, expr, frame, target);
  // What is converted afterwards need not be of the field's type before.
  if (!expr.convert.empty()) target = std::nullopt;
  const std::size_t before = sources_size();
  const Value found = bare(id, expr, frame, target);
  return refined(expr, found, frame, before);
}

bool Evaluator::means_nothing(const Expr& expr, const Value& value, const Frame& frame) {
  if (value.type == Value::Type::json) return false;
  if (std::ranges::find(expr.unless, value.text) != expr.unless.end()) return true;
  return std::ranges::any_of(expr.unless_equal, [&](const Ref& ref) {
    const auto other = scalar(slot(ref, frame));
    return other && are_equal(*other, value.text);
  });
}

Value Evaluator::refined(const Expr& expr, Value value, const Frame& frame, std::size_t before) {
  if (value.is_absent()) return value;
  if (means_nothing(expr, value, frame)) return {};
  for (const Conversion& conversion : expr.convert) {
    if (!spend(value.text.size())) return {};
    if (sources == nullptr) [[likely]] {
      convert(conversion, context_, &value);
    } else {
      convert_and_tell(conversion, before, &value);
    }
    if (value.is_absent()) break;
  }
  return value;
}

Value Evaluator::bare(ExprId id, const Expr& expr, const Frame& frame,
                      std::optional<Target> target) {
  switch (expr.kind) {
    case Expr::Kind::at: return at(expr.value, frame);
    case Expr::Kind::constant: return {Value::Type::string, program_.texts[expr.text]};
    case Expr::Kind::any: return any(id, frame, target);
    case Expr::Kind::concat:
    case Expr::Kind::fill: return joined(expr, frame);
    case Expr::Kind::cases:
      for (std::size_t i = 0; i < expr.parts.size(); ++i) {
        if (i < expr.conditions.size() && !holds(expr.conditions[i], frame)) continue;
        return value(expr.parts[i], frame, target);
      }
      return {};
    case Expr::Kind::first: return first(expr, frame, target);
    case Expr::Kind::lookup: return lookup(id, frame, target);
    case Expr::Kind::facet: return facet(expr, frame);
  }
  return {};
}

// What is done to the alternative that is chosen belongs to the choice: `unless` and `as` may leave
// nothing of it.
Value Evaluator::any(ExprId id, const Frame& frame, std::optional<Target> target) {
  const Expr& expr = program_.exprs[id];
  const bool is_refined = plan_.exprs[id].is_refined;
  const std::optional<Target> inner = expr.convert.empty() ? target : std::nullopt;
  Value blamed;
  for (const ExprId part : expr.parts) {
    const std::size_t before = sources_size();
    Value found = value(part, frame, inner);
    if (is_refined) found = refined(expr, found, frame, before);
    if (!found.is_absent()) {
      if (target ? is_usable(*target, found, context_) : !found.text.empty()) return found;
      if (blamed.is_absent()) blamed = found;
      if (target) pass_over(before, found, *target);
    }
    forget_sources(before);
  }
  return blamed;
}

Value Evaluator::joined(const Expr& expr, const Frame& frame) {
  const bool all = expr.kind == Expr::Kind::fill;
  const std::string_view between = all                  ? std::string_view{}
                                   : expr.text == kNone ? std::string_view{" "}
                                                        : program_.texts[expr.text];
  std::vector<Value>& values = scratch_.values;
  const std::size_t base = values.size();
  std::size_t bytes = 0;
  bool complete = true;
  for (const ExprId part : expr.parts) {
    const Value found = value(part, frame, std::nullopt);
    const bool there = !found.is_absent() && found.type != Value::Type::json;
    complete = complete && there;
    if (all && !complete) break;
    if (!there || found.text.empty()) continue;
    bytes += found.text.size() + between.size();
    values.push_back(found);
  }
  const auto parts = std::span(values).subspan(base);
  Value whole;
  if ((all ? complete : !parts.empty()) && spend(bytes)) {
    char* const start = out_.arena.bytes(bytes);
    char* end = start;
    for (const Value& part : parts) {
      if (end != start) end = std::ranges::copy(between, end).out;
      end = std::ranges::copy(part.text, end).out;
    }
    whole = {Value::Type::string, {start, static_cast<std::size_t>(end - start)}};
  }
  values.resize(base);
  return whole;
}

Value Evaluator::first(const Expr& expr, const Frame& frame, std::optional<Target> target) {
  const Items in = items(expr.value, frame);
  const std::size_t count = std::min(in.size(), kListItemsMax);
  for (std::size_t i = 0; i < count; ++i) {
    const Frame element = item(in, i);
    if (!expr.conditions.empty() && !holds(expr.conditions.front(), element)) continue;
    const std::size_t before = sources_size();
    const Value found = value(expr.parts.front(), element, target);
    add_way(expr.value, before);
    return found;
  }
  if (count < in.size()) repaired(Repair::long_list);
  return {};
}

Value Evaluator::lookup(ExprId id, const Frame& frame, std::optional<Target> target) {
  const Expr& expr = program_.exprs[id];
  const Items in = items(expr.value, frame);
  if (in.size() == 0) return {};
  const std::size_t key_sources = sources_size();
  const Value key = value(expr.parts[1], frame, std::nullopt);
  forget_sources(key_sources);
  if (key.is_absent() || key.type == Value::Type::json || !spend(key.text.size())) return {};
  const auto found = find(id, in, key.text);
  if (!found) return {};
  const std::size_t before = sources_size();
  const Value taken = value(expr.parts[0], item(in, *found), target);
  add_way(expr.value, before);
  return taken;
}

std::optional<std::size_t> Evaluator::find(ExprId id, const Items& in, std::string_view key) {
  const SlotId by = program_.exprs[id].by;
  const auto text_of = [&](std::size_t number) {
    return scalar(frames_.frame(in.slot->scope, in.slot->first_frame + number) + by);
  };
  if (in.size() <= kUnindexedMax) {
    for (std::size_t i = 0; i < in.size(); ++i) {
      if (text_of(i) == key) return i;
    }
    return std::nullopt;
  }
  LookupIndex& index = scratch_.indexes[plan_.index_of[id]];
  if (!index.is_for(scratch_.document, in.slot->first_frame, in.size())) {
    // Posts that each look into other frames than the one before would build it each time.
    if (!spend(in.size() * sizeof(LookupIndex::Place))) return std::nullopt;
    index.start(scratch_.document, in.slot->first_frame, in.size());
    for (std::uint32_t i = 0; i < in.size(); ++i) {
      if (const auto text = text_of(i)) index.add(*text, i, text_of);
    }
  }
  return index.find(key, text_of);
}

Value Evaluator::facet(const Expr& expr, const Frame& frame) {
  const Value text = value(expr.parts[0], frame, std::nullopt);
  const std::size_t before = sources_size();
  Count from;
  Count to;
  const bool offsets = to_count(value(expr.parts[1], frame, std::nullopt), &from) == Got::value &&
                       to_count(value(expr.parts[2], frame, std::nullopt), &to) == Got::value;
  forget_sources(before);
  if (!offsets || text.type != Value::Type::string || *from > *to) return {};
  if (expr.code_points && !spend(text.text.size())) return {};
  const auto first = static_cast<std::size_t>(*from);
  const auto last = static_cast<std::size_t>(*to);
  const auto part = expr.code_points ? code_points_between(text.text, first, last)
                                     : bytes_between(text.text, first, last);
  return part ? Value{Value::Type::string, *part} : Value{};
}

}  // namespace vigie::mapping
