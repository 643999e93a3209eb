// A compiled mapping: plain data, made once by mapping_compile.h from YAML and then only read.
// connectors/MAPPINGS.md says what the language means; this is what it becomes:
//
//   pointers  -> tries, one per *scope*; walking a document once (mapping_capture.h) leaves every
//                value that the mapping asks for in a *slot*
//   the rest  -> expressions over slots, evaluated afterwards (mapping_evaluate.h)
//
// A scope is what pointers are relative to: the document, or one element of an array that `items`,
// `each`, `first` or `lookup` go through, or what `parse_json` finds in a string. Each time it is
// met while walking, one more *frame* of its slots is filled.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_convert.h"
#include "engine/base/mention.h"

namespace re2 {
class RE2;
}

namespace vigie::mapping {

using SlotId = std::uint16_t;
using ScopeId = std::uint16_t;
using NodeId = std::uint16_t;
using ExprId = std::uint16_t;
inline constexpr std::uint16_t kNone = 0xffff;

// What a walk found at a pointer.
struct Slot {
  enum class Type : std::uint8_t {
    absent,  // not met
    null,
    string,  // what stands between the quotes
    number,
    boolean,
    object,  // with its brackets
    array,
    items,  // frames of a scope: `scope`, `first_frame` and `size`
  };
  union {
    const char* first = nullptr;
    std::size_t first_frame;
  };
  std::uint32_t size = 0;
  Type type = Type::absent;
  bool escaped = false;  // a string that holds backslashes
  ScopeId scope = 0;     // of items
};
static_assert(sizeof(Slot) == 16);

// One place in the trie of a scope.
struct Node {
  SlotId slot = kNone;    // keeps the value that stands here
  ScopeId items = kNone;  // one frame of this scope for each element of the array here, or one for
                          // anything else that stands here; `items_slot` says which frames
  SlotId items_slot = kNone;
  bool values = false;  // `items` are the values of the object here
  bool parse = false;   // the string here holds JSON, and `items` is read from that
  struct Key {
    std::string name;
    NodeId node = kNone;
  };
  std::vector<Key> keys;  // by name, in the order of the mapping
  struct Element {
    std::uint32_t index = 0;
    NodeId node = kNone;
  };
  std::vector<Element> elements;  // of an array, ascending
};

struct Scope {
  std::vector<Node> nodes;  // nodes[0] is the item itself
  SlotId slots = 0;         // per frame
  ScopeId around = kNone;   // what `^` means; none for the document
};

// A slot of the frame at hand, or of one around it.
struct Ref {
  std::uint8_t up = 0;  // scopes outwards
  SlotId slot = kNone;
  std::uint16_t pointer = kNone;  // as the mapping writes it, in Program::texts; for messages
};

// One test of a value; `words` are compared as text: of strings what they mean, of numbers and
// booleans the bytes.
struct Test {
  enum class Kind : std::uint8_t {
    one_of,
    none_of,
    present,
    absent,
    type,
    starts_with,
    holds,
    same,      // as `other`
    not_same,  // absent, or another
  };
  Kind kind = Kind::present;
  Ref value;
  Ref other;  // same, not_same
  std::vector<std::string> words;  // one_of, none_of, starts_with, holds (an element of the array)
  Slot::Type type = Slot::Type::absent;  // of Kind::type
};
using AllOf = std::vector<Test>;
using Condition = std::vector<AllOf>;  // any of them; empty: always

// An expression. It yields a text (or number...) or nothing; see Value in mapping_convert.h.
struct Expr {
  enum class Kind : std::uint8_t {
    at,        // value
    constant,  // text
    any,       // parts: the first that yields something usable that is not empty
    concat,    // parts, those that yield something, with `text` between them
    fill,      // a template: parts, all of which must yield something
    cases,     // conditions[i] chooses parts[i]
    first,     // value: items; the first frame that condition holds for; parts[0] in its scope
    lookup,    // value: items; the first frame in which `by` equals parts[1]; parts[0] in its scope
    facet,     // of the text parts[0] what lies from parts[1] to parts[2]
  };
  Kind kind = Kind::at;
  Ref value;
  std::uint16_t text = kNone;  // in Program::texts
  std::vector<ExprId> parts;
  std::vector<Condition> conditions;  // cases: one for each part; first: one
  SlotId by = kNone;                  // lookup: in the frames looked through
  bool code_points = false;           // facet: what its numbers count; else bytes
  // Applied to what the expression yields, in this order.
  std::vector<std::string> unless;  // these words mean nothing
  std::vector<Ref> unless_equal;    // so does the value of these
  std::vector<Conversion> convert;
};

// A list: what each source yields, one after the other, or only that of the first with any.
struct ListExpr {
  struct Source {
    // Items within items: the frames of the last are gone through.
    std::vector<Ref> path;  // empty: one element, evaluated in the scope at hand
    Condition when;
    std::array<ExprId, 3> take{kNone, kNone, kNone};  // text; or id, handle; or type, url, alt
  };
  std::vector<Source> sources;
  bool first_only = false;  // any
};

// What a field of a mention is made of. The numbers are places in Program::fields of each rule.
enum class Target : std::uint8_t {
  id,
  platform,
  kind,
  text,
  title,
  created_at,
  edited_at,
  observed_at,
  lang,
  url,
  author_id,
  author_handle,
  author_name,
  author_country,
  author_followers,
  author_following,
  author_verified,
  author_bot,
  author_created_at,
  parent_id,
  root_id,
  shared_id,
  quoted_id,
  parent_author_id,
  replaces_id,
  shared_text,
  metrics_likes,
  metrics_shares,
  metrics_comments,
  metrics_quotes,
  metrics_views,
  metrics_clicks,
  metrics_saves,
  metrics_reach,
  metrics_as_of,
  rating_value,
  rating_max,
  geo_country,
  geo_region,
  geo_city,
  geo_lat,
  geo_lon,
  sentiment_label,
  sentiment_score,
  sentiment_source,
  channel_id,
  channel_name,
  visibility,
  sensitive,
  ext,
};
inline constexpr std::size_t kTargets = 50;
enum class ListTarget : std::uint8_t { hashtags, mentions, urls, media };
inline constexpr std::size_t kListTargets = 4;
// "author.followers"; the words of YAML and of messages.
[[nodiscard]] std::string_view to_text(Target target);
[[nodiscard]] std::string_view to_text(ListTarget target);

struct Field {
  Target target = Target::id;
  ExprId expr = kNone;
};
struct ListField {
  ListTarget target = ListTarget::hashtags;
  ListExpr list;
};

// What becomes of an item. The first rule whose condition holds is taken.
struct Rule {
  Condition when;
  std::optional<std::string> drop;  // no post: dropped, and why
  Op op = Op::upsert;
  std::vector<Field> fields;  // each target once, ascending: those a post must have come first
  std::vector<ListField> lists;
};

// Where the document's own slots for the keys of envelopes are (unwrap.h); captured with the rest.
struct EnvelopeSlots {
  SlotId specversion = kNone, type = kNone, source = kNone, data = kNone, data_base64 = kNone,
         time = kNone;                                              // CloudEvents
  SlotId schema = kNone, payload = kNone;                           // Kafka Connect
  SlotId op = kNone, before = kNone, after = kNone, ts_ms = kNone;  // Debezium
  SlotId capture_time = kNone, record = kNone;                      // bridges
  SlotId event = kNone;                                             // event + data
};

struct Program {
  std::string name;
  std::string about;
  std::string status;  // "stable", "experimental"
  bool shipped = false;

  std::vector<Scope> scopes;  // scopes[0] is the document
  // Where posts are: slots of type `items`, reached through the frames named by each path. Where
  // none of them is there, the document itself is the item. Empty: it always is.
  std::vector<std::vector<Ref>> items;
  // The scope of an item; of several, one for each path, the deepest. A pointer has the same slot
  // in the scopes of all items, of what lies around them, and of the document: that may itself be
  // the item without a second walk.
  ScopeId item = 0;

  Condition detect;  // over the document; empty: never chosen by `auto`
  EnvelopeSlots envelope;
  std::vector<Rule> rules;  // over an item
  std::vector<Expr> exprs;
  std::vector<std::string> texts;
};

}  // namespace vigie::mapping
