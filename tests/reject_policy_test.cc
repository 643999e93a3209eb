// What becomes of records, and of posts of records, that cannot be used.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/decode.h"
#include "connectors/local_link.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/engine.h"

namespace vigie {
namespace {

// One batch after the other; remembers what was committed.
class Batches final : public Source {
 public:
  Batches(std::vector<std::vector<std::string>> batches, std::int64_t* committed)
      : batches_(std::move(batches)), committed_(committed) {
    for (std::vector<std::string>& batch : batches_) {
      for (std::string& value : batch) value.append(kRecordPaddingBytes, '\0');
    }
  }

  Result<void> read(Batch* batch, Deadline) override {
    batch->clear();
    if (next_ == 0) batch->assignment = FactBatch::Assignment{{{0}}};
    if (next_ < batches_.size()) {
      for (const std::string& value : batches_[next_]) {
        Record& record = batch->records.emplace_back();
        record.key = "key";
        record.value = std::string_view(value).substr(0, value.size() - kRecordPaddingBytes);
        record.offset = offset_++;
        record.headers = kHeaders;
      }
      ++next_;
    }
    batch->news.push_back({.next_offset = offset_, .caught_up = next_ == batches_.size()});
    batch->ended = next_ == batches_.size();
    return {};
  }
  void commit(std::span<const Position> positions) override {
    for (const Position& position : positions) *committed_ = position.next_offset;
  }
  void close(Deadline) override {}
  [[nodiscard]] PartitionName name(PartitionId) const override { return {"posts", 3}; }
  void on_release(Release*) override {}

 private:
  static constexpr std::array<Header, 1> kHeaders{{{"ce_type", "post"}}};
  std::vector<std::vector<std::string>> batches_;
  std::size_t next_ = 0;
  std::int64_t offset_ = 0;
  std::int64_t* committed_;
};

// "ok" is a post, "REASON" a record that is refused, "REASON:N REASON:N" one whose posts N are
// refused beside two that are used.
class Words final : public Decoder {
 public:
  std::size_t decode(const Batch& batch, std::size_t first, std::size_t count,
                     MentionBatch* out) override {
    out->mappings.resize(names_.size());
    for (std::size_t i = first; i < first + count; ++i) {
      const std::string_view value = batch.records[i].value;
      const auto number = static_cast<std::uint32_t>(i);
      const std::size_t colon = value.find(':');
      const bool part = colon != std::string_view::npos;
      if (value == "ok" || part) add(number, 0, out);
      if (part) add(number, 1, out);
      for (std::size_t at = 0; at < value.size(); at = value.find(' ', at) + 1) {
        refuse(number, value.substr(at, value.find(' ', at) - at), out);
        if (value.find(' ', at) == std::string_view::npos) break;
      }
    }
    return count;
  }
  [[nodiscard]] std::span<const std::string> mappings() const override { return names_; }

 private:
  void refuse(std::uint32_t number, std::string_view word, MentionBatch* out) const {
    for (std::size_t r = 0; r < kRejectReasons; ++r) {
      const auto reason = static_cast<RejectReason>(r);
      if (!word.starts_with(to_text(reason))) continue;
      Reject& reject = out->rejects.emplace_back(number, reason, "why");
      const std::size_t colon = word.find(':');
      if (colon == std::string_view::npos) continue;
      reject.index = static_cast<std::uint16_t>(word[colon + 1] - '0');
      reject.mapping = names_[0];
      ++out->mappings[0].rejected;
    }
  }
  static void add(std::uint32_t record, std::uint16_t index, MentionBatch* out) {
    Mention& mention = out->mentions.emplace_back();
    mention.record = record;
    mention.index = index;
    mention.id = "1";
    mention.platform = "x";
    mention.created_at = EventTime(std::chrono::seconds{1'700'000'000});
    ++out->mappings[0].mapped;
  }
  const std::array<std::string, 1> names_{"acme"};
};

// One line for each letter.
class Letters final : public DeadLetterSink {
 public:
  explicit Letters(std::string* text) : text_(text) {}
  Result<void> put(std::span<const DeadLetter> letters) override {
    for (const DeadLetter& letter : letters) {
      *text_ += cat(to_text(letter.reason), ' ', letter.source_topic, '/', letter.partition, ' ',
                    letter.offset, ' ', letter.key);
      for (const std::uint16_t index : letter.indexes) *text_ += cat(" post ", index);
      if (!letter.indexes.empty()) *text_ += cat(" of ", letter.mapping);
      if (letter.cut) *text_ += cat(" cut to ", letter.raw.size());
      *text_ += cat(' ', letter.headers.front().name, '\n');
    }
    return {};
  }

 private:
  std::string* text_;
};

struct Outcome {
  Result<void> ran;
  std::string letters;
  std::int64_t committed = 0;
  std::string actions;
  std::uint64_t mapped = 0;
  std::uint64_t deletes = 0;
  std::uint64_t rejected = 0;
};

Outcome run(std::vector<std::vector<std::string>> batches, const ErrorSettings& errors,
            bool with_letters = true, std::unique_ptr<Decoder> decoder = nullptr) {
  if (decoder == nullptr) decoder = std::make_unique<Words>();
  Outcome outcome;
  Parts parts;
  const std::vector<rules::Brand> brands{{.name = "Acme"}};
  parts.rules = *rules::compile(brands, {}, nullptr);
  parts.inputs.push_back(
      {std::make_unique<Batches>(std::move(batches), &outcome.committed), std::move(decoder)});
  parts.link = std::make_unique<LocalLink>(1, 1);
  if (with_letters) parts.dead_letters = std::make_unique<Letters>(&outcome.letters);
  EngineOptions options;
  options.errors = errors;
  options.replay = true;
  Counters counters;
  {
    Engine engine(std::move(parts), options, &counters);
    outcome.ran = engine.run([](Deadline) { return false; }, false);
  }
  for (std::size_t i = 0; i < kRejectActions; ++i) {
    if (counters.reject_actions[i] == 0) continue;
    outcome.actions +=
        cat(to_text(static_cast<RejectAction>(i)), ' ', counters.reject_actions[i].load(), ' ');
  }
  outcome.deletes = counters.deletes;
  outcome.mapped = counters.mapping("acme")->mapped;
  outcome.rejected = counters.mapping("acme")->rejected;
  return outcome;
}

ErrorSettings policy(OnError otherwise, RejectReason reason, OnError action) {
  ErrorSettings errors;
  errors.otherwise = otherwise;
  errors.by_reason[static_cast<std::size_t>(reason)] = action;
  return errors;
}

TEST_CASE("by default rejects go to the dead letters with all that is needed to read them again") {
  const Outcome outcome = run({{"ok", "not_json"}, {"missing_field:1", "ok"}}, {});
  CHECK(outcome.ran.has_value());
  CHECK(outcome.letters ==
        "not_json posts/3 1 key ce_type\n"
        "missing_field posts/3 2 key post 1 of acme ce_type\n");
  CHECK(outcome.actions == "dead_letter 2 ");
  CHECK(outcome.committed == 4);
  CHECK(outcome.mapped == 4);
  CHECK(outcome.rejected == 1);
}

TEST_CASE("a record has one letter, about those of its posts that go there") {
  const std::string record = "bad_time:2 unmapped:4 missing_field:5 bad_time:7";
  const Outcome all = run({{record, "not_json", record}}, {});
  CHECK(all.letters ==
        "bad_time posts/3 0 key post 2 post 4 post 5 post 7 of acme ce_type\n"
        "not_json posts/3 1 key ce_type\n"
        "bad_time posts/3 2 key post 2 post 4 post 5 post 7 of acme ce_type\n");
  CHECK(all.actions == "dead_letter 9 ");
  const Outcome some =
      run({{record, record}}, policy(OnError::dead_letter, RejectReason::bad_time, OnError::drop));
  CHECK(some.letters ==
        "unmapped posts/3 0 key post 4 post 5 of acme ce_type\n"
        "unmapped posts/3 1 key post 4 post 5 of acme ce_type\n");
  CHECK(some.actions == "dead_letter 4 drop 4 ");
}

TEST_CASE("a record of nothing but posts that are refused makes no flood") {
  std::string record = "[0";
  while (record.size() + 3 <= kRecordBytesMax) record += ",0";
  record += ']';
  const Outcome outcome = run({{record}}, {}, /*with_letters=*/true,
                              make_decoder({}, std::make_shared<MappingSet>(), kNativeMapping));
  CHECK(std::ranges::count(outcome.letters, '\n') == 1);
  CHECK(outcome.letters.starts_with("not_an_object posts/3 0 key post 0 post 1 "));
  CHECK(outcome.letters.find(cat(" post ", kPostsPerRecordMax, " of  cut to ")) !=
        std::string::npos);
  CHECK(outcome.actions == cat("dead_letter ", kPostsPerRecordMax + 1, ' '));
}

TEST_CASE("a batch of very many posts is dealt with in parts, each post once") {
  std::string page = "[0";
  for (int i = 0; i < 9'000; ++i) page += R"(,{"op":"delete","id":"1","platform":"x"})";
  page += ']';
  const Outcome outcome = run({{page, page, page, page, "0"}}, {}, /*with_letters=*/true,
                              make_decoder({}, std::make_shared<MappingSet>(), kNativeMapping));
  CHECK(outcome.ran.has_value());
  CHECK(outcome.deletes == 36'000);
  CHECK(outcome.actions == "dead_letter 5 ");
  CHECK(std::ranges::count(outcome.letters, '\n') == 5);
  CHECK(outcome.committed == 5);
}

TEST_CASE("a record too long for a letter is cut, and the letter says so") {
  std::string huge = "too_large";
  huge.resize(kDeadLetterBytesMax + 1);
  const Outcome outcome = run({{huge}}, {});
  CHECK(outcome.letters ==
        cat("too_large posts/3 0 key cut to ", kDeadLetterBytesMax, " ce_type\n"));
}

TEST_CASE("what is dropped by policy is only counted") {
  const Outcome outcome = run({{"unmapped", "not_json", "unmapped"}},
                              policy(OnError::dead_letter, RejectReason::unmapped, OnError::drop));
  CHECK(outcome.letters == "not_json posts/3 1 key ce_type\n");
  CHECK(outcome.actions == "dead_letter 1 drop 2 ");
  const Outcome other = run({{"unmapped", "not_json", "unmapped"}},
                            policy(OnError::drop, RejectReason::unmapped, OnError::dead_letter));
  CHECK(other.actions == "dead_letter 2 drop 1 ");
}

TEST_CASE("without dead letters rejects are counted as such") {
  const Outcome outcome = run({{"unmapped", "not_json"}},
                              policy(OnError::dead_letter, RejectReason::unmapped, OnError::drop),
                              /*with_letters=*/false);
  CHECK(outcome.actions == "none 1 drop 1 ");
  CHECK(outcome.committed == 2);
}

TEST_CASE("a reject that is to stop the engine stops it, and nothing of its batch is committed") {
  const auto errors = policy(OnError::dead_letter, RejectReason::missing_field, OnError::fail);
  const Outcome outcome = run({{"ok", "ok"}, {"ok", "not_json", "missing_field:1"}}, errors);
  REQUIRE_FALSE(outcome.ran.has_value());
  CHECK(outcome.ran.error().text() ==
        "posts/3, offset 4, post 1: this record cannot be used: missing_field: why; 'errors' says "
        "that "
        "missing_field stops the engine. Mend the mapping or the record, or write 'errors: "
        "{missing_field: dead_letter}'");
  CHECK(outcome.committed == 2);
  CHECK(outcome.letters.empty());
  CHECK(outcome.actions == "fail 1 ");
}

}  // namespace
}  // namespace vigie
