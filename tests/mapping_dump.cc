#include "tests/mapping_dump.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

class Dump {
 public:
  explicit Dump(const Program& program) : program_(program) {}

  std::string all() {
    out_ = cat("mapping ", program_.name, " (", program_.status, ") ", program_.about, '\n');
    for (std::size_t i = 0; i < program_.scopes.size(); ++i) scope(i);
    for (const auto& path : program_.items) out_ += cat("items ", join(path), '\n');
    if (!program_.detect.empty()) out_ += cat("detect ", condition(program_.detect), '\n');
    for (const Rule& each : program_.rules) rule(each);
    return std::move(out_);
  }

 private:
  void scope(std::size_t id) {
    const Scope& scope = program_.scopes[id];
    out_ += cat("scope ", id, id == program_.item ? " (item)" : "", ": ", scope.slots, " slots");
    out_ += scope.around == kNone ? std::string("\n") : cat(", within ", scope.around, '\n');
    node(scope, 0, "");
  }

  // Without what every document's scope holds, the keys of envelopes.
  void node(const Scope& scope, NodeId id, const std::string& path) {
    const Node& node = scope.nodes[id];
    std::string line;
    if (node.slot != kNone && !(&scope == program_.scopes.data() && is_envelope(node.slot))) {
      line += cat(" slot ", node.slot);
    }
    if (node.items != kNone) {
      line += cat(" items ", node.items_slot, " in scope ", node.items);
      line += node.values ? " (values)" : node.parse ? " (JSON)" : "";
    }
    for (const Node::Element& element : node.elements) line += cat(" [", element.index, ']');
    if (!line.empty()) out_ += cat("  \"", path, "\"", line, '\n');
    for (const Node::Key& key : node.keys) this->node(scope, key.node, cat(path, '/', key.name));
  }

  [[nodiscard]] bool is_envelope(SlotId slot) const {
    const EnvelopeSlots& e = program_.envelope;
    const std::array<SlotId, 15> slots{
        e.specversion, e.type,   e.source, e.data,  e.data_base64,  e.time,   e.schema, e.payload,
        e.op,          e.before, e.after,  e.ts_ms, e.capture_time, e.record, e.event};
    return std::ranges::find(slots, slot) != slots.end();
  }

  void rule(const Rule& rule) {
    out_ += cat("rule ", rule.drop ? cat("drop ", *rule.drop) : std::string(to_text(rule.op)));
    if (!rule.when.empty()) out_ += cat(" when ", condition(rule.when));
    out_ += '\n';
    for (const Field& field : rule.fields) {
      out_ += cat("  ", to_text(field.target), " = ", expr(field.expr), '\n');
    }
    for (const ListField& field : rule.lists) {
      out_ += cat("  ", to_text(field.target), field.list.first_only ? " = first of\n" : " =\n");
      for (const ListExpr::Source& source : field.list.sources) {
        out_ +=
            cat("    ", source.path.empty() ? std::string("one") : cat("each ", join(source.path)));
        if (!source.when.empty()) out_ += cat(" when ", condition(source.when));
        out_ += " take";
        for (const ExprId take : source.take) out_ += take == kNone ? " -" : cat(" ", expr(take));
        out_ += '\n';
      }
    }
  }

  [[nodiscard]] std::string text(std::uint16_t id) const {
    std::string out;
    append_json_string(program_.texts[id], &out);
    return out;
  }

  // "/a#3", and for each scope outwards a '<'.
  [[nodiscard]] std::string ref(const Ref& ref) const {
    return cat(program_.texts[ref.pointer], '#', std::string(ref.up, '<'), ref.slot);
  }

  [[nodiscard]] std::string join(const std::vector<Ref>& refs) const {
    std::string out;
    for (const Ref& each : refs) out += cat(out.empty() ? "" : " > ", ref(each));
    return out;
  }

  [[nodiscard]] std::string test(const Test& test) const {
    constexpr std::array<std::string_view, 9> kKinds{
        "=", "!=", "present", "absent", "of type", "starts with", "holds", "same as", "not same as"};
    std::string out = cat(ref(test.value), ' ', kKinds[static_cast<std::size_t>(test.kind)]);
    if (test.kind == Test::Kind::type) out += cat(' ', static_cast<int>(test.type));
    if (test.other.slot != kNone) out += cat(' ', ref(test.other));
    for (const std::string& word : test.words) {
      out += ' ';
      append_json_string(word, &out);
    }
    return out;
  }

  [[nodiscard]] std::string condition(const Condition& condition) const {
    std::string out;
    for (const AllOf& all : condition) {
      out += out.empty() ? "(" : " or (";
      for (const Test& each : all) out += cat(&each == all.data() ? "" : ", ", test(each));
      out += ')';
    }
    return out;
  }

  [[nodiscard]] std::string head(const Expr& expr) const {
    switch (expr.kind) {
      case Expr::Kind::at: return ref(expr.value);
      case Expr::Kind::constant: return text(expr.text);
      case Expr::Kind::any: return "any";
      case Expr::Kind::concat: return cat("concat with ", text(expr.text));
      case Expr::Kind::fill: return "fill";
      case Expr::Kind::cases: return "cases";
      case Expr::Kind::first: return cat("first ", ref(expr.value));
      case Expr::Kind::lookup: return cat("lookup ", ref(expr.value), " by ", expr.by);
      case Expr::Kind::facet: return expr.code_points ? "facet of code points" : "facet of bytes";
    }
    return {};
  }

  [[nodiscard]] std::string expr(ExprId id) const {
    const Expr& expr = program_.exprs[id];
    std::string out = head(expr);
    if (expr.kind == Expr::Kind::first && !expr.conditions[0].empty()) {
      out += cat(" when ", condition(expr.conditions[0]));
    }
    if (!expr.parts.empty()) out += '(';
    for (std::size_t i = 0; i < expr.parts.size(); ++i) {
      if (i != 0) out += ", ";
      if (expr.kind == Expr::Kind::cases && !expr.conditions[i].empty()) {
        out += cat(condition(expr.conditions[i]), ": ");
      }
      out += this->expr(expr.parts[i]);
    }
    if (!expr.parts.empty()) out += ')';
    for (const std::string& word : expr.unless) out += cat(" unless '", word, '\'');
    for (const Ref& other : expr.unless_equal) out += cat(" unless ", ref(other));
    for (const Conversion& conversion : expr.convert) {
      out += cat(" as ", static_cast<int>(conversion.kind), conversion.argument);
      for (const auto& [from, to] : conversion.words) out += cat(' ', from, ':', to);
      if (conversion.otherwise) out += cat(" *:", *conversion.otherwise);
    }
    return out;
  }

  const Program& program_;
  std::string out_;
};

}  // namespace

std::string dump(const Program& program) { return Dump(program).all(); }

}  // namespace vigie::mapping
