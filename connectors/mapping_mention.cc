#include "connectors/mapping_mention.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "connectors/mapping_assign.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

namespace vigie::mapping {
namespace {

// Pointers named in the message of one refusal.
constexpr std::size_t kPointersShown = 6;
// Characters of a value that are shown there.
constexpr std::size_t kValueShown = 40;

constexpr std::uint64_t bit(Target target) {
  return std::uint64_t{1} << std::to_underlying(target);
}

constexpr std::uint64_t kMetrics = bit(Target::metrics_likes) | bit(Target::metrics_shares) |
                                   bit(Target::metrics_comments) | bit(Target::metrics_quotes) |
                                   bit(Target::metrics_views) | bit(Target::metrics_clicks) |
                                   bit(Target::metrics_saves) | bit(Target::metrics_reach);

// What a mention must hold, one by one.
std::uint64_t needed(Op op) {
  switch (op) {
    case Op::upsert: return bit(Target::id) | bit(Target::platform) | bit(Target::created_at);
    case Op::remove:
    case Op::metrics:
    case Op::increment: return bit(Target::id) | bit(Target::platform);
    case Op::remove_author: return bit(Target::platform) | bit(Target::author_id);
  }
  return 0;
}

bool is_bad(Got got) { return got == Got::wrong_type || got == Got::unusable; }

// Cut, and in one line: control characters could do what they like to a terminal.
void append_shown(std::string_view value, std::string* to) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kValueShown && bytes < value.size(); ++i) {
    bytes += character_bytes(value.substr(bytes));
  }
  to->push_back('\'');
  for (const char c : value.substr(0, bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    to->push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
  to->append(bytes < value.size() ? "...'" : "'");
}

}  // namespace

void ItemMapper::map(const Frame& frame, std::uint32_t record, std::uint16_t index,
                     MappingCounts* counts, Trace* trace) {
  trace_ = trace;
  evaluator_.sources = trace == nullptr ? nullptr : &scratch_.sources;
  const auto outcome = [&](std::string_view what, std::string_view detail) {
    if (trace_ != nullptr) trace_->outcome = cat(what, detail);
  };
  const std::vector<PlanRule>& plans = evaluator_.plan().rules;
  std::size_t chosen = 0;
  while (chosen < plans.size() && !(frame.has(plans[chosen].needs) &&
                                    evaluator_.holds(program_.rules[chosen].when, frame))) {
    ++chosen;
  }
  std::optional<Refusal> refused;
  if (chosen == plans.size()) {
    refused = Refusal{RejectReason::unmapped, "no rule of the mapping holds"};
  } else {
    const Rule& rule = program_.rules[chosen];
    if (trace_ != nullptr) trace_->rule = chosen;
    if (rule.drop) {
      ++counts->dropped;
      return outcome("dropped: ", *rule.drop);
    }
    const RepairCounts repairs = out_.repairs;
    Mention& mention = out_.mentions.emplace_back(plans[chosen].mention);
    mention.record = record;
    mention.index = index;
    refused = fill(rule, plans[chosen], frame, &mention);
    if (!refused) {
      ++counts->mapped;
      return outcome("mapped", "");
    }
    out_.mentions.pop_back();
    out_.repairs = repairs;  // nothing was used
  }
  ++counts->rejected;
  out_.rejects.push_back({record, refused->reason, refused->detail, index, program_.name});
  if (trace_ != nullptr) {
    trace_->outcome = cat("rejected: ", to_text(refused->reason), ": ", refused->detail);
  }
}

std::optional<ItemMapper::Refusal> ItemMapper::fill(const Rule& rule, const PlanRule& plan,
                                                    const Frame& frame, Mention* mention) {
  if (wrapped_.deleted && rule.op == Op::upsert) mention->op = Op::remove;
  const std::uint64_t required = needed(mention->op);
  const SlotSet there = Frames::present(frame.slots);
  std::uint64_t mapped = plan.constants;
  std::uint64_t present = plan.constants;
  for (std::size_t i = 0; i < rule.fields.size(); ++i) {
    if (plan.fields[i].is_constant && trace_ == nullptr) continue;
    const Field& one = rule.fields[i];
    Value found;
    const Got got =
        there.meets(plan.fields[i].needs) ? field(one, frame, mention, &found) : Got::null;
    mapped |= bit(one.target);
    if (got == Got::value) {
      present |= bit(one.target);
    } else if ((required & bit(one.target)) != 0) {
      return refusal(one, got, found);
    } else if (is_bad(got)) {
      repaired(Repair::dropped_value);
    }
  }
  if (const std::uint64_t lacking = required & ~mapped; lacking != 0) {
    return missing(to_text(static_cast<Target>(std::countr_zero(lacking))),
                   "the rule maps nothing to it");
  }
  const bool counters = mention->op == Op::metrics || mention->op == Op::increment;
  if (counters && (present & kMetrics) == 0) return missing("metrics", "no counter is known");
  for (std::size_t i = 0; i < rule.lists.size(); ++i) {
    if (there.meets(plan.lists[i])) list(rule.lists[i], frame, mention);
  }
  if (!mention->observed_at) mention->observed_at = wrapped_.observed_at;
  return std::nullopt;
}

Got ItemMapper::field(const Field& field, const Frame& frame, Mention* mention, Value* found) {
  if (trace_ != nullptr) scratch_.sources.clear();
  Value& value = *found;
  Got got = Got::null;
  const auto use = [&](const Value& one) {
    got = assign(field.target, one, evaluator_.context(), mention);
    return got == Got::value;
  };
  // A maximum without a rating is usable, and says nothing: the next alternative is not asked.
  if (evaluator_.is_choice(field.expr) && field.target != Target::rating_max) {
    const auto choice = evaluator_.choose(field.expr, frame, field.target, use);
    value = choice.value;
    if (!choice.used && !value.is_absent()) use(value);
  } else {
    value = evaluator_.value(field.expr, frame, field.target);
    if (!value.is_absent()) use(value);
  }
  if (trace_ != nullptr) {
    evaluator_.judge(is_bad(got), value, wanted(field.target));
    trace(std::string(to_text(field.target)),
          got == Got::value ? std::optional(value.text) : std::nullopt);
  }
  return got;
}

// --- Lists ---------------------------------------------------------------------------------------

template <class Take>
void ItemMapper::elements(const ListExpr& list, const Frame& frame, Take take) {
  std::size_t count = 0;
  bool cut = false;
  for (const ListExpr::Source& source : list.sources) {
    const bool whole = evaluator_.each(source, frame, [&](const Frame& element) {
      if (count == kListItemsMax) {
        cut = true;
      } else if (take(source, element)) {
        ++count;
      }
    });
    cut = cut || !whole;
    if (list.first_only && count != 0) break;
  }
  if (cut) repaired(Repair::long_list);
}

bool ItemMapper::part(ExprId take, const Frame& frame, bool id, std::string_view* to) {
  if (trace_ != nullptr) scratch_.sources.clear();
  if (take == kNone) return false;
  const Target target = id ? Target::id : Target::title;
  const Value value = evaluator_.value(take, frame, target);
  const Got got = id ? to_id(value, to) : to_string(value, to);
  if (is_bad(got)) repaired(Repair::dropped_value);
  if (trace_ != nullptr) evaluator_.judge(is_bad(got), value, wanted(target));
  if (got != Got::value) *to = {};
  return !to->empty();
}

bool ItemMapper::named_part(const Part& of, std::size_t place, std::string_view name,
                            const Frame& frame, std::string_view* to) {
  const ExprId take = of.source.take[place];
  const bool found = part(take, frame, of.field.target == ListTarget::mentions && place == 0, to);
  if (trace_ != nullptr) trace_element(of, name, found ? std::optional(*to) : std::nullopt);
  return found && says_something(take);
}

void ItemMapper::texts(const ListField& field, const Frame& frame,
                       std::span<const std::string_view>* to) {
  const bool tags = field.target == ListTarget::hashtags;
  std::vector<std::string_view>& found = scratch_.texts;
  found.clear();
  elements(field.list, frame, [&](const ListExpr::Source& source, const Frame& element) {
    std::string_view text;
    const bool is_one = part(source.take[0], element, false, &text) &&
                        !(tags && text.find_first_not_of('#') == std::string_view::npos);
    if (trace_ != nullptr) {
      trace_element({field, source, found.size()}, "", is_one ? std::optional(text) : std::nullopt);
    }
    if (is_one) found.push_back(text);
    return is_one;
  });
  *to = out_.arena.copy(std::span<const std::string_view>(found));
}

void ItemMapper::handles(const ListField& field, const Frame& frame, std::span<const Handle>* to) {
  std::vector<Handle>& found = scratch_.handles;
  found.clear();
  elements(field.list, frame, [&](const ListExpr::Source& source, const Frame& element) {
    const Part part{field, source, found.size()};
    const std::size_t lines = trace_lines();
    Handle handle;
    const bool id = named_part(part, 0, ".id", element, &handle.id);
    const bool name = named_part(part, 1, ".handle", element, &handle.handle);
    if (id || name) found.push_back(handle);
    if (!id && !name) forget_trace(lines);
    return id || name;
  });
  *to = out_.arena.copy(std::span<const Handle>(found));
}

void ItemMapper::media(const ListField& field, const Frame& frame, std::span<const Media>* to) {
  std::vector<Media>& found = scratch_.media;
  found.clear();
  elements(field.list, frame, [&](const ListExpr::Source& source, const Frame& element) {
    const Part part{field, source, found.size()};
    const std::size_t lines = trace_lines();
    Media media;
    const bool type = named_part(part, 0, ".type", element, &media.type);
    const bool url = named_part(part, 1, ".url", element, &media.url);
    const bool alt = named_part(part, 2, ".alt", element, &media.alt);
    if (type || url || alt) found.push_back(media);
    if (!type && !url && !alt) forget_trace(lines);
    return type || url || alt;
  });
  *to = out_.arena.copy(std::span<const Media>(found));
}

void ItemMapper::list(const ListField& field, const Frame& frame, Mention* mention) {
  switch (field.target) {
    case ListTarget::hashtags: return texts(field, frame, &mention->hashtags);
    case ListTarget::mentions: return handles(field, frame, &mention->mentions);
    case ListTarget::urls: return texts(field, frame, &mention->urls);
    case ListTarget::media: return media(field, frame, &mention->media);
  }
}

// --- Messages ------------------------------------------------------------------------------------

void ItemMapper::add_pointers(ExprId id, std::size_t* left) {
  if (id == kNone) return;
  const Expr& expr = program_.exprs[id];
  std::string& way = scratch_.way;
  if (expr.kind == Expr::Kind::first || expr.kind == Expr::Kind::lookup) {
    const std::size_t before = way.size();
    append_to(&way, program_.texts[expr.value.pointer], "/*");
    add_pointers(expr.parts[0], left);
    way.resize(before);
    return;
  }
  if (expr.kind == Expr::Kind::at && *left > 0) {
    if (*left != kPointersShown) scratch_.detail += ", ";
    const std::string_view pointer = program_.texts[expr.value.pointer];
    if (expr.value.up == 0) scratch_.detail += way;
    append_to(&scratch_.detail, way.empty() && pointer.empty() ? "\"\"" : pointer);
    --*left;
  }
  for (const ExprId part : expr.parts) add_pointers(part, left);
}

ItemMapper::Refusal ItemMapper::missing(std::string_view what, std::string_view why) {
  scratch_.detail.clear();
  append_to(&scratch_.detail, what, ": ", why);
  return {RejectReason::missing_field, out_.arena.copy(std::string_view(scratch_.detail))};
}

ItemMapper::Refusal ItemMapper::refusal(const Field& field, Got got, const Value& found) {
  RejectReason reason = RejectReason::missing_field;
  std::string_view what = "nothing usable at ";
  if (got == Got::null) {
    what = "nothing at ";
  } else if (got == Got::wrong_type) {
    reason = RejectReason::wrong_type;
    what = "another type at ";
  } else {
    const bool time = field.target == Target::created_at;
    reason = time ? RejectReason::bad_time : RejectReason::bad_value;
    what = time ? "no time at " : "no such value at ";
  }
  scratch_.detail.clear();
  append_to(&scratch_.detail, to_text(field.target), ": ", what);
  std::size_t left = kPointersShown;
  add_pointers(field.expr, &left);
  if (left == kPointersShown) scratch_.detail += "any constant of the mapping";
  if (is_bad(got)) {
    scratch_.detail += ": ";
    append_shown(found.text, &scratch_.detail);
  }
  return {reason, out_.arena.copy(std::string_view(scratch_.detail))};
}

// --- Traces --------------------------------------------------------------------------------------

void ItemMapper::trace(const std::string& field, std::optional<std::string_view> value) {
  const auto add = [](const Source& source, TraceLine* line) {
    append_to(&line->from, line->from.empty() ? "" : ", ",
              source.pointer.empty() ? std::string_view("\"\"") : source.pointer);
  };
  TraceLine used{field, {}, std::string(value.value_or("")), {}};
  const char* told = nullptr;  // the text at hand: of several pointers
  for (const Source& source : scratch_.sources) {
    if (source.lacks.empty()) {
      add(source, &used);
      continue;
    }
    if (source.held.data() != told) {
      trace_->lines.push_back({field, {}, std::string(source.held), cat("no ", source.lacks)});
    }
    told = source.held.data();
    add(source, &trace_->lines.back());
  }
  if (value) trace_->lines.push_back(std::move(used));
}

void ItemMapper::forget_trace(std::size_t lines) {
  if (trace_ == nullptr) return;
  const auto first = trace_->lines.begin() + static_cast<std::ptrdiff_t>(lines);
  const auto is_used = [](const TraceLine& line) { return line.fault.empty(); };
  trace_->lines.erase(std::remove_if(first, trace_->lines.end(), is_used), trace_->lines.end());
}

void ItemMapper::trace_element(const Part& of, std::string_view name,
                               std::optional<std::string_view> value) {
  for (std::size_t i = of.source.path.size(); i > 0; --i) {
    evaluator_.add_way(of.source.path[i - 1], 0);
  }
  trace(cat(to_text(of.field.target), '[', of.number, ']', name), value);
}

}  // namespace vigie::mapping
