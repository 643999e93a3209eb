#include "connectors/mapping_reader.h"

#include <array>
#include <unordered_map>

#include "connectors/mapping_capture.h"
#include "connectors/mapping_evaluate.h"
#include "connectors/mapping_mention.h"
#include "connectors/mapping_plan.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie::mapping {
namespace {

// What evaluating one document may add to the arena: some times what it is made of itself. Without
// this a page of 10,000 posts which all use one long text of the page would take gigabytes.
constexpr std::size_t kBudgetPerByte = 16;
constexpr std::size_t kBudgetBytes = 1UL << 20;

}  // namespace

struct Reader::Scratch {
  explicit Scratch(DecodeSettings settings) : simd(settings.simd) {}

  // The plan of a program. Programs are few and used for long; the last one is mostly the next.
  Plan* plan_of(const Program& program) {
    if (plan != nullptr && &plan->program == &program) return plan;
    std::unique_ptr<Plan>& found = plans[&program];
    if (found == nullptr) found = std::make_unique<Plan>(program, simd);
    return found.get();
  }

  DecodeSettings::Simd simd;
  std::unordered_map<const Program*, std::unique_ptr<Plan>> plans;
  Plan* plan = nullptr;  // of the document captured last
  Frames frames;
  Capture::Inner inner;
  EvaluateScratch evaluate;
  ItemScratch item;
  MentionBatch* out = nullptr;
};

namespace {

// Walks through the items of one document.
class Items {
 public:
  Items(const Program& program, Frames* frames, Evaluator* evaluator)
      : program_(program), evaluator_(*evaluator), document_{frames->frame(0, 0), nullptr} {}

  // Calls on_item(Frame) -> bool for each item, until it returns false.
  template <class OnItem>
  void each(OnItem on_item) {
    bool found = false;
    bool more = true;
    for (const auto& path : program_.items) {
      found = visit(path, document_, &more, on_item) || found;
      if (!more) return;
    }
    if (!found) around_document(program_.item, on_item);
  }

 private:
  // Whether there are items at the path, be they none.
  template <class OnItem>
  bool visit(std::span<const Ref> path, const Frame& frame, bool* more, OnItem& on_item) {
    const Evaluator::Items found = Evaluator::items(path.front(), frame);
    if (found.slot == nullptr) return false;
    bool there = found.size() == 0 || path.size() == 1;
    for (std::size_t i = 0; i < found.size() && *more; ++i) {
      const Frame element = evaluator_.item(found, i);
      if (path.size() == 1) {
        *more = on_item(element);
      } else {
        there = visit(path.subspan(1), element, more, on_item) || there;
      }
    }
    return there;
  }

  // The document as the item. What is around an item lies within the document, so nothing is known
  // there, but for the document itself.
  template <class OnItem>
  void around_document(ScopeId item, OnItem& on_item) {
    const ScopeId around = program_.scopes[item].around;
    if (item == 0 || around == 0) {
      (void)on_item(Frame{document_.slots, item == 0 ? nullptr : &document_});
      return;
    }
    std::array<Frame, kMappingDepthMax> unknown{};
    std::size_t depth = 0;
    const ScopeId top = 0;
    for (ScopeId scope = around; scope != top && scope != kNone && depth + 1 < unknown.size();
         scope = program_.scopes[scope].around) {
      unknown[depth].around = &unknown[depth + 1];
      ++depth;
    }
    unknown[depth] = document_;
    (void)on_item(Frame{document_.slots, unknown.data()});
  }

  const Program& program_;
  Evaluator& evaluator_;
  Frame document_;
};

}  // namespace

Reader::Reader(DecodeSettings settings) : scratch_(std::make_unique<Scratch>(settings)) {}
Reader::~Reader() = default;

JsonToken Reader::capture(const Program& program, JsonTokens* tokens, JsonToken token,
                          MentionBatch* out) {
  Scratch& s = *scratch_;
  s.plan = s.plan_of(program);
  s.out = out;
  s.frames.start(*s.plan);
  if (s.evaluate.indexes.size() < s.plan->indexes) s.evaluate.indexes.resize(s.plan->indexes);
  ++s.evaluate.document;
  const JsonToken next = Capture(s.plan, &s.frames, &s.inner, s.simd, out).walk(tokens, token);
  if (next == nullptr) return nullptr;
  s.evaluate.budget_bytes = kBudgetPerByte * tokens->trimmed(token, next).size() + kBudgetBytes;
  return next;
}

bool Reader::detected() const {
  Scratch& s = *scratch_;
  CHECK(s.plan != nullptr);
  const Program& program = s.plan->program;
  if (program.detect.empty()) return false;
  Evaluator evaluator(*s.plan, &s.frames, &s.evaluate, s.out);
  return evaluator.holds(program.detect, Frame{s.frames.frame(0, 0), nullptr});
}

std::span<const Slot> Reader::document() const { return scratch_->frames.document(); }

void Reader::evaluate(std::uint32_t record, const Wrapped& wrapped, std::size_t* index,
                      MentionBatch* out, MappingCounts* counts, std::vector<Trace>* traces) {
  Scratch& s = *scratch_;
  CHECK(s.plan != nullptr);
  const Program& program = s.plan->program;
  Evaluator evaluator(*s.plan, &s.frames, &s.evaluate, out);
  ItemMapper mapper(program, wrapped, &evaluator, &s.item, out);
  Items(program, &s.frames, &evaluator).each([&](const Frame& frame) {
    if (*index > kPostsPerRecordMax) return false;  // told before
    const auto place = static_cast<std::uint16_t>((*index)++);
    if (place == kPostsPerRecordMax) {
      ++counts->rejected;
      out->rejects.push_back({record, RejectReason::too_many_posts,
                              "those that follow are left out", place, program.name});
      return false;
    }
    Trace* trace = traces == nullptr ? nullptr : &traces->emplace_back();
    if (trace != nullptr) trace->mapping = program.name;
    mapper.map(frame, record, place, counts, trace);
    return true;
  });
}

void Reader::trim() {
  scratch_->frames.trim();
  for (auto& index : scratch_->inner) {
    if (index != nullptr) index->trim();
  }
  for (LookupIndex& index : scratch_->evaluate.indexes) index.trim();
}

}  // namespace vigie::mapping
