#include "connectors/mapping_capture.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "connectors/json_escapes.h"

namespace vigie::mapping {
namespace {

// Longer keys with escapes are not known.
constexpr std::size_t kEscapedKeyBytesMax = 512;

Slot text_slot(std::string_view bytes, Slot::Type type, bool escaped = false) {
  Slot slot;
  slot.first = bytes.data();
  slot.size = static_cast<std::uint32_t>(bytes.size());
  slot.type = type;
  slot.escaped = escaped;
  return slot;
}

// Which keys of an object were met. What is not in use is not cleared: objects are many.
class KeysMet {
 public:
  explicit KeysMet(std::size_t keys) { std::fill_n(bits_, keys / 64 + 1, 0); }

  // Whether it was met before.
  bool meet(std::size_t key) {
    std::uint64_t& word = bits_[key / 64];
    const std::uint64_t bit = std::uint64_t{1} << (key % 64);
    const bool before = (word & bit) != 0;
    word |= bit;
    return before;
  }

 private:
  std::uint64_t bits_[NodeKeys::kKeysMax / 64 + 1];
};

}  // namespace

// --- Frames --------------------------------------------------------------------------------------

void Frames::start(const Plan& plan) {
  if (scopes_.size() < plan.scopes.size()) scopes_.resize(plan.scopes.size());
  for (std::size_t i = 0; i < plan.scopes.size(); ++i) {
    scopes_[i].count = 0;
    scopes_[i].stride = plan.scopes[i].slots + 1;
    scopes_[i].for_items = plan.scopes[i].for_items;
  }
  slots_left_ = kSlotsMax;
  (void)push(0);
}

Slot* Frames::push(ScopeId scope) {
  OfScope& of = scopes_[scope];
  if (of.for_items) {
    if (of.count > kPostsPerRecordMax) return nullptr;
  } else {
    if (of.stride > slots_left_) return nullptr;
    slots_left_ -= of.stride;
  }
  const std::size_t end = (of.count + 1) * of.stride;
  if (of.slots.size() < end) of.slots.resize(std::max(end, 2 * of.slots.size()));
  Slot* frame = of.slots.data() + of.count++ * of.stride;
  std::memset(static_cast<void*>(frame), 0, of.stride * sizeof(Slot));  // all absent
  *frame = std::bit_cast<Slot>(SlotSet::always());
  return frame + 1;
}

void Frames::trim() {
  for (OfScope& of : scopes_) {
    if (of.slots.capacity() * sizeof(Slot) <= kScratchKeptBytes) continue;
    of.slots.resize(std::min(of.slots.size(), kScratchKeptBytes / sizeof(Slot) / 2));
    of.slots.shrink_to_fit();
    of.count = 0;
  }
}

// --- Values --------------------------------------------------------------------------------------

JsonToken Capture::own(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token,
                       Slot* frame) {
  const bool kept = node->slot != kNone;
  const auto keep = [&](std::string_view bytes, Slot::Type type, bool escaped = false) {
    if (kept) Frames::set(frame, node->slot, text_slot(bytes, type, escaped));
  };
  const char first = tokens->type(token);
  JsonToken next = nullptr;
  switch (first) {
    case '"': {
      const RawString raw = tokens->string(token);
      if (!tokens->has_valid_escapes(raw)) {
        return tokens->fail("a string holds an unknown escape");
      }
      keep(raw.bytes(), Slot::Type::string, raw.escaped);
      return token + 1;
    }
    case '{':
      next = node->keys.empty() ? tokens->skip(token) : object(tokens, nodes, node, token, frame);
      if (next != nullptr && kept) keep(tokens->trimmed(token, next), Slot::Type::object);
      return next;
    case '[':
      next =
          node->elements.empty() ? tokens->skip(token) : array(tokens, nodes, node, token, frame);
      if (next != nullptr && kept) keep(tokens->trimmed(token, next), Slot::Type::array);
      return next;
    default: break;
  }
  const std::string_view bytes = tokens->scalar(token);
  if (!JsonTokens::is_scalar(bytes)) return tokens->fail("a value was expected");
  keep(bytes, tokens->is_number(token) ? Slot::Type::number
              : first == 'n'           ? Slot::Type::null
                                       : Slot::Type::boolean);
  return token + 1;
}

JsonToken Capture::find_key(JsonTokens* tokens, NodeKeys* keys, JsonToken token,
                            std::uint16_t* entry) {
  RawString key;
  const JsonToken value = tokens->key(token, &key);
  if (value == nullptr) return nullptr;
  if (!key.escaped) [[likely]] {
    *entry = keys->look_up_or_learn(key.bytes());
    return value;
  }
  *entry = NodeKeys::kStart;
  if (!tokens->has_valid_escapes(key)) return tokens->fail("a key holds an unknown escape");
  if (key.size > kEscapedKeyBytesMax) return value;
  std::array<char, kEscapedKeyBytesMax + 8> room{};
  std::uint32_t lone_surrogates = 0;  // an unknown key is stepped over, not repaired
  const auto meaning = unescape(key.bytes(), room.data(), &lone_surrogates);
  *entry = keys->look_up(*meaning);
  return value;
}

JsonToken Capture::object(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token,
                          Slot* frame) {
  NodeKeys& keys = node->keys;
  NodeKeys::Entry* entries = keys.entries();
  KeysMet met(keys.known());
  std::uint16_t last = NodeKeys::kStart;
  return tokens->object(token, [&](JsonToken at) -> JsonToken {
    std::uint16_t entry = entries[last].next;
    JsonToken value_at =
        tokens->expected_key(at, [&](const char* bytes) { return entries[entry].is_at(bytes); });
    if (value_at == nullptr) {
      value_at = find_key(tokens, &keys, at, &entry);
      if (value_at == nullptr) return nullptr;
      entries[last].next = entry;
    }
    last = entry;
    const NodeId child = entries[entry].node;
    if (child == kNone) return tokens->skip(value_at);
    if (met.meet(entry)) [[unlikely]]
      forget(nodes, child, frame);
    return value(tokens, nodes, child, value_at, frame);
  });
}

JsonToken Capture::array(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token,
                         Slot* frame) {
  auto wanted = node->elements.begin();
  const auto end = node->elements.end();
  std::uint32_t index = 0;
  return tokens->array(token, [&](JsonToken at) -> JsonToken {
    if (wanted == end || wanted->index != index++) return tokens->skip(at);
    return value(tokens, nodes, (wanted++)->node, at, frame);
  });
}

void Capture::forget(const Nodes& nodes, NodeId id, Slot* frame) {
  repaired(Repair::duplicate_key);
  std::vector<NodeId> left{id};
  while (!left.empty()) {
    const PlanNode& node = nodes[left.back()];
    left.pop_back();
    if (node.slot != kNone) frame[node.slot] = Slot{};
    if (node.items_slot != kNone) frame[node.items_slot] = Slot{};
    for (const Node::Key& key : node.names) left.push_back(key.node);
    for (const Node::Element& element : node.elements) left.push_back(element.node);
  }
}

// --- Items ---------------------------------------------------------------------------------------

JsonToken Capture::items_and_own(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token,
                                 Slot* frame) {
  // A string that holds JSON is kept on the way.
  const bool whole = node->parse && tokens->type(token) == '"';
  if (whole || !node->has_own()) return items(tokens, *node, token, frame);
  // Strings are to be read in their order: the second walk needs the state before the first.
  const JsonTokens before = *tokens;
  const RepairCounts start = out_.repairs;
  if (items(tokens, *node, token, frame) == nullptr) return nullptr;
  const RepairCounts first = out_.repairs;
  *tokens = before;
  const JsonToken next = own(tokens, nodes, node, token, frame);
  // What both walks met was mended once: that of more counts.
  for (std::size_t i = 0; i < start.size(); ++i) {
    out_.repairs[i] = std::max(first[i], start[i] + (out_.repairs[i] - first[i]));
  }
  return next;
}

JsonToken Capture::items(JsonTokens* tokens, const PlanNode& node, JsonToken token, Slot* frame) {
  const char first = tokens->type(token);
  if (first == 'n') return tokens->skip(token);
  Slot found;
  found.first_frame = frames_.count(node.items);
  bool usable = true;
  const JsonToken next = node.parse && first == '"' ? parsed(tokens, node, token, frame, &usable)
                                                    : elements(tokens, node, token);
  if (!usable) return next;
  found.size = static_cast<std::uint32_t>(frames_.count(node.items) - found.first_frame);
  found.type = Slot::Type::items;
  found.scope = node.items;
  Frames::set(frame, node.items_slot, found);
  return next;
}

JsonToken Capture::elements(JsonTokens* tokens, const PlanNode& node, JsonToken token) {
  const PlanScope& scope = plan_.scopes[node.items];
  const char first = tokens->type(token);
  Room room{scope.frames_max};
  const bool whole = node.parse && !scope.for_items;
  if (first == '[' && !whole) {
    return tokens->array(token,
                         [&](JsonToken at) { return element(tokens, node.items, at, &room); });
  }
  if (first == '{' && node.values) {
    return tokens->object(token, [&](JsonToken at) -> JsonToken {
      RawString key;
      const JsonToken value_at = tokens->key(at, &key);
      if (value_at == nullptr) return nullptr;
      if (!tokens->has_valid_escapes(key)) {
        return tokens->fail("a key holds an unknown escape");
      }
      return element(tokens, node.items, value_at, &room);
    });
  }
  return element(tokens, node.items, token, &room);
}

JsonToken Capture::element(JsonTokens* tokens, ScopeId scope, JsonToken token, Room* room) {
  Slot* frame = room->frames == 0 ? nullptr : frames_.push(scope);
  if (frame == nullptr) [[unlikely]] {
    if (!room->told) repaired(Repair::long_list);
    *room = {0, true};
    return tokens->skip(token);
  }
  --room->frames;
  return value(tokens, plan_.scopes[scope].nodes, 0, token, frame);
}

JsonToken Capture::parsed(JsonTokens* tokens, const PlanNode& node, JsonToken token, Slot* frame,
                          bool* usable) {
  const RawString raw = tokens->string(token);
  char* room = out_.arena.bytes(raw.size + kRecordPaddingBytes);
  std::uint32_t lone_surrogates = 0;
  const auto meaning = unescape(raw.bytes(), room, &lone_surrogates);
  if (!meaning) return tokens->fail("a string holds an unknown escape");
  if (node.slot != kNone) {
    Frames::set(frame, node.slot, text_slot(raw.bytes(), Slot::Type::string, raw.escaped));
  }
  out_.repairs[static_cast<std::size_t>(Repair::lone_surrogate)] += lone_surrogates;
  std::fill_n(room + meaning->size(), kRecordPaddingBytes, '\0');
  const std::size_t before = frames_.count(node.items);
  *usable = depth_ < inner_.size() && parse(node, *meaning);
  if (!*usable) {
    while (frames_.count(node.items) != before) frames_.pop(node.items);
    repaired(Repair::dropped_value);
  }
  return token + 1;
}

bool Capture::parse(const PlanNode& node, std::string_view json) {
  std::unique_ptr<JsonIndex>& index = inner_[depth_];
  if (index == nullptr) index = std::make_unique<JsonIndex>(simd_);
  if (index->build(json) != JsonIndex::Status::ready) return false;
  JsonTokens tokens(json, index->starts(), index->count());
  if (tokens.fault() != nullptr) return false;
  ++depth_;
  const JsonToken end = elements(&tokens, node, index->starts());
  --depth_;
  return end == tokens.end();
}

}  // namespace vigie::mapping
