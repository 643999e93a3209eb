#include "connectors/native_program.h"

#include <string_view>
#include <utility>

#include "connectors/decode.h"
#include "connectors/envelope.h"

namespace vigie {
namespace {

using mapping::NodeId;
using mapping::Program;
using mapping::Scope;
using mapping::Slot;
using mapping::SlotId;
using mapping::Test;

// A slot for a key of the document.
SlotId add_key(std::string_view name, Program* program) {
  Scope& document = program->scopes[0];
  const SlotId slot = document.slots++;
  mapping::Node node;
  node.slot = slot;
  document.nodes[0].keys.push_back({std::string(name), static_cast<NodeId>(document.nodes.size())});
  document.nodes.push_back(std::move(node));
  return slot;
}

Test test_of(SlotId slot, Test::Kind kind, Slot::Type type = Slot::Type::absent) {
  Test test;
  test.kind = kind;
  test.value.slot = slot;
  test.type = type;
  return test;
}

}  // namespace

std::shared_ptr<const Program> make_native_program() {
  auto program = std::make_shared<Program>();
  program->name = kNativeMapping;
  program->about = "The native record mention/1";
  program->status = "stable";
  program->shipped = true;
  program->scopes.emplace_back().nodes.emplace_back();
  const SlotId id = add_key("id", program.get());
  const SlotId platform = add_key("platform", program.get());
  const SlotId created_at = add_key("created_at", program.get());
  for (const EnvelopeKey& key : kEnvelopeKeys) {
    program->envelope.*key.slot = add_key(key.name, program.get());
  }
  const Test has_platform = test_of(platform, Test::Kind::type, Slot::Type::string);
  const Test has_op = test_of(program->envelope.op, Test::Kind::type, Slot::Type::string);
  program->detect = {
      {test_of(id, Test::Kind::present), has_platform, test_of(created_at, Test::Kind::present)},
      {has_platform, has_op}};
  return program;
}

}  // namespace vigie
