#include "connectors/document_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connectors/mention_json.h"
#include "connectors/native_program.h"
#include "connectors/native_trace.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

namespace vigie {
namespace {

// Of an object that no mapping knows: how many of its keys are shown, and bytes of each.
constexpr std::size_t kKeysShown = 8;
constexpr std::size_t kKeyBytesShown = 40;

// What `auto` knows mention/1 by, and which of the three each key stands for.
constexpr std::array<std::string_view, 3> kNativeMarks{"id", "platform", "created_at"};
constexpr std::array<std::pair<std::string_view, std::size_t>, 4> kNativeKeys{
    {{"id", 0}, {"platform", 1}, {"created_at", 2}, {"op", 2}}};

// Those that an object holds. One that lacks a single one is meant as mention/1, or nearly is it.
class NativeMarks {
 public:
  void add(std::string_view key) {
    for (const auto& [name, mark] : kNativeKeys) held_[mark] = held_[mark] || key == name;
  }
  // "; as mention/1 it lacks 'platform'"
  void append_to(std::string* detail) const {
    if (std::ranges::count(held_, false) != 1) return;
    const auto lacking = static_cast<std::size_t>(std::ranges::find(held_, false) - held_.begin());
    detail->append("; as mention/1 it lacks '").append(kNativeMarks[lacking]).append("'");
  }

 private:
  std::array<bool, kNativeMarks.size()> held_{};
};

std::string outcome_of(const Refusal& refusal) {
  std::string text = cat("rejected: ", to_text(*refusal.reason));
  if (!refusal.detail.empty()) text += cat(": ", refusal.detail);
  return text;
}

}  // namespace

DocumentReader::DocumentReader(DecodeSettings settings,
                               const std::shared_ptr<const MappingSet>& mappings,
                               std::string_view choice, bool explains)
    : settings_(settings), explains_(explains), reader_(settings) {
  CHECK(mappings->programs.size() < kMappingsMax);
  programs_.push_back(make_native_program());
  programs_.insert(programs_.end(), mappings->programs.begin(), mappings->programs.end());
  for (const auto& program : programs_) names_.push_back(program->name);
  if (choice != kAutoMapping) {
    const auto named = std::ranges::find(names_, choice);
    CHECK(named != names_.end());
    chosen_ = static_cast<Number>(named - names_.begin());
    reads_events_ = detects(program(chosen_), Envelope::Kind::event);
    return;
  }
  const auto add_if = [&](auto wanted) {
    for (Number i = 0; i < programs_.size(); ++i) {
      if (wanted(i) && !program(i).detect.empty()) order_.push_back(i);
    }
  };
  add_if([&](Number i) { return !program(i).shipped; });
  add_if([&](Number i) { return i == kNative; });
  add_if([&](Number i) { return i != kNative && program(i).shipped; });
  reads_events_ = std::ranges::any_of(
      order_, [&](Number i) { return detects(program(i), Envelope::Kind::event); });
}

// --- Records -------------------------------------------------------------------------------------

void DocumentReader::start(const Record& record, std::uint32_t number, MentionBatch* out) {
  record_ = &record;
  number_ = number;
  out_ = out;
  index_ = 0;
  first_mention_ = out->mentions.size();
  first_reject_ = out->rejects.size();
  repairs_at_start_ = out->repairs;
  full_ = false;
  first_ = chosen_;
  known_ = chosen_;
  if (order_.empty()) return;
  const auto last = last_.find(record.partition);
  first_ = last == last_.end() ? order_.front() : last->second;
  known_ = last == last_.end() ? kNative : last->second;
}

void DocumentReader::finish() {
  // Of a record that is one post there is nothing to number.
  if (index_ <= 1) {
    for (std::size_t i = first_reject_; i < out_->rejects.size(); ++i) {
      out_->rejects[i].index.reset();
    }
  }
  if (out_->mentions.size() == first_mention_) out_->repairs = repairs_at_start_;  // nothing used
}

bool DocumentReader::read_plain(std::string_view json, JsonIndex* index,
                                const mapping::Wrapped& wrapped) {
  Refusal refusal = open_json(&json, index, out_);
  if (!refusal.is_set()) {
    Mention& mention = out_->mentions.emplace_back();
    mention.record = number_;
    refusal = read_native(json, index->starts(), index->count(), &fields_, &mention, out_);
    if (refusal.is_set()) {
      out_->mentions.pop_back();
    } else {
      if (explains_) {
        note_native({json, index->starts(), index->starts() + index->count()}, {}, mention);
      }
      settle(wrapped, &mention);
      ++counts(kNative).mapped;
      return true;
    }
  }
  out_->repairs = repairs_at_start_;
  return false;
}

void DocumentReader::remove_by_key(const Layers& layers) {
  if (!has_room(layers)) return;
  Mention& mention = out_->mentions.emplace_back();
  mention.record = number_;
  mention.index = static_cast<std::uint16_t>(index_);
  const Refusal refusal = read_tombstone(*record_, &mention, out_);
  if (refusal.is_set()) {
    out_->mentions.pop_back();
    reject(refusal, {}, layers);
    return;
  }
  ++index_;
  if (explains_) note_post(layers, {}, "mapped: the post that the key names is deleted");
}

void DocumentReader::refuse(RejectReason reason, std::string_view detail, const Layers& layers) {
  if (has_room(layers)) reject({reason, detail}, {}, layers);
}

void DocumentReader::reject(const Refusal& refusal, std::string_view mapping,
                            const Layers& layers) {
  out_->rejects.push_back(
      {number_, *refusal.reason, refusal.detail, static_cast<std::uint16_t>(index_), mapping});
  ++index_;
  if (explains_) note_post(layers, mapping, outcome_of(refusal));
}

void DocumentReader::drop(std::string_view what, const Layers& layers) {
  ++counts(known_).dropped;
  if (explains_) note_post(layers, names_[known_], cat("dropped: ", what));
}

// Whether the record may have one more post; tells once that it may not.
bool DocumentReader::has_room(const Layers& layers) {
  if (full_) return false;
  if (index_ < kPostsPerRecordMax) return true;
  full_ = true;
  reject({RejectReason::too_many_posts, "those that follow are left out"}, {}, layers);
  return false;
}

// --- Documents -----------------------------------------------------------------------------------

JsonToken DocumentReader::look(JsonTokens* tokens, JsonToken token) {
  repairs_before_look_ = out_->repairs;
  captured_ = first_;
  const JsonToken behind = reader_.capture(program(captured_), tokens, token, out_);
  if (behind == nullptr || behind != tokens->end()) out_->repairs = repairs_before_look_;
  return behind;
}

// Whether the mapping knows it. REQUIRES: it was looked at.
bool DocumentReader::capture_again(Number number, const Document& document) {
  out_->repairs = repairs_before_look_;
  captured_ = number;
  JsonTokens tokens = document.tokens();
  CHECK(reader_.capture(program(number), &tokens, document.first, out_) != nullptr);
  return detected(number);
}

Envelope DocumentReader::envelope(const Document& document) {
  const Number before = captured_;
  const Envelope found = find_envelope(document, reader_.document(), program(captured_).envelope);
  if (found.kind == Envelope::Kind::none) return found;
  if (detects(program(before), found.kind) && detected(before)) return {};
  for (const Number number : order_) {
    if (number == before || !detects(program(number), found.kind)) continue;
    if (capture_again(number, document)) return {};
  }
  out_->repairs = repairs_before_look_;  // nothing of it is used but what is within
  return found;
}

bool DocumentReader::is_known(const Document& document) {
  const Number before = captured_;
  if (detected(before)) return true;
  return std::ranges::any_of(
      order_, [&](Number number) { return number != before && capture_again(number, document); });
}

void DocumentReader::read(const Document& document, const Layers& layers) {
  if (!has_room(layers)) return;
  if (!order_.empty()) {
    if (!is_known(document)) return refuse_unmapped(document, layers);
    remember();
  }
  if (captured_ == kNative) return read_native_document(document, layers);
  read_mapped(layers);
}

void DocumentReader::remember() {
  if (first_ != captured_ || !last_.contains(record_->partition)) {
    last_[record_->partition] = captured_;
  }
  first_ = captured_;
  known_ = captured_;
}

void DocumentReader::read_mapped(const Layers& layers) {
  const std::size_t index_before = index_;
  const std::size_t mentions_before = out_->mentions.size();
  const std::size_t rejects_before = out_->rejects.size();
  DocumentTrace* trace = note(layers);
  reader_.evaluate(number_, layers.wrapped, &index_, out_, &counts(captured_),
                   trace == nullptr ? nullptr : &trace->posts);
  for (std::size_t i = mentions_before; i < out_->mentions.size(); ++i) {
    settle(layers.wrapped, &out_->mentions[i]);
  }
  const std::span rejects = std::span(out_->rejects).subspan(rejects_before);
  full_ = std::ranges::any_of(
      rejects, [](const Reject& it) { return it.reason == RejectReason::too_many_posts; });
  if (index_ != index_before || full_) return;
  // A page without posts.
  ++counts(captured_).dropped;
  if (trace != nullptr) {
    trace->posts.push_back({names_[captured_], 0, "dropped: no posts in it", {}});
  }
}

void DocumentReader::read_native_document(const Document& document, const Layers& layers) {
  const RepairCounts& repairs = repairs_before_look_;
  out_->repairs = repairs;  // what was counted is counted again
  Mention& mention = out_->mentions.emplace_back();
  mention.record = number_;
  mention.index = static_cast<std::uint16_t>(index_);
  if (layers.wrapped.deleted) mention.op = Op::remove;
  const auto count = static_cast<std::size_t>(document.behind - document.first);
  const Refusal refusal =
      read_native(document.json, document.first, count, &fields_, &mention, out_);
  if (refusal.is_set()) {
    out_->mentions.pop_back();
    out_->repairs = repairs;
    ++counts(kNative).rejected;
    return reject(refusal, kNativeMapping, layers);
  }
  if (layers.wrapped.deleted) mention.op = Op::remove;
  if (explains_) note_native(document, layers, mention);
  settle(layers.wrapped, &mention);
  ++index_;
  ++counts(kNative).mapped;
}

void DocumentReader::settle(const mapping::Wrapped& wrapped, Mention* mention) {
  if (!mention->observed_at) mention->observed_at = wrapped.observed_at;
  clamp_created_at(*record_, settings_.future, mention, out_);
}

void DocumentReader::refuse_unmapped(const Document& document, const Layers& layers) {
  out_->repairs = repairs_before_look_;
  std::string& detail = detail_;
  detail = "no mapping knows an object with the keys ";
  std::size_t keys = 0;
  NativeMarks marks;
  JsonTokens tokens = document.tokens();
  const JsonToken end = tokens.object(document.first, [&](JsonToken token) -> JsonToken {
    RawString key;
    token = tokens.key(token, &key);
    if (keys++ < kKeysShown) {
      if (keys > 1) detail += ", ";
      detail += whole_characters(key.bytes(), kKeyBytesShown);
    }
    if (tokens.type(token) != 'n') marks.add(key.bytes());  // null is the same as absent
    return tokens.skip(token);
  });
  CHECK(end != nullptr);
  if (keys == 0) detail = "no mapping knows an object without keys";
  if (keys > kKeysShown) {
    detail += " and ";
    append_number(keys - kKeysShown, &detail);
    detail += " more";
  }
  marks.append_to(&detail);
  reject({RejectReason::unmapped, out_->arena.copy(detail)}, {}, layers);
}

// --- Notes ---------------------------------------------------------------------------------------

// A new entry for a document; null where none are kept.
DocumentTrace* DocumentReader::note(const Layers& layers) {
  if (!explains_) return nullptr;
  DocumentTrace& trace = traces_.emplace_back();
  trace.record = number_;
  for (std::size_t i = 0; i < layers.depth; ++i) {
    const Layers::Layer& layer = layers.around[i];
    trace.envelopes.push_back(layer.is_array ? cat(layer.name, '[', layer.place, ']')
                                             : std::string(layer.name));
  }
  return &trace;
}

void DocumentReader::note_post(const Layers& layers, std::string_view mapping,
                               std::string outcome) {
  mapping::Trace post;
  post.mapping = mapping;
  post.outcome = std::move(outcome);
  note(layers)->posts.push_back(std::move(post));
}

void DocumentReader::note_native(const Document& document, const Layers& layers,
                                 const Mention& mention) {
  note(layers)->posts.push_back(
      {std::string(kNativeMapping), 0, "mapped", native_lines(document, mention)});
}

}  // namespace vigie
