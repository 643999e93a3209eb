// `vigie test`: the examples that each brand must and must not match.
#include <cstdio>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/explain_output.h"
#include "engine/app/junit.h"
#include "engine/app/output.h"
#include "engine/app/post_reader.h"
#include "engine/base/text.h"
#include "rules/rules.h"

namespace vigie {
namespace {

constexpr std::size_t kTextColumns = 60;

std::string no_post(const rules::Example& example, const std::string& reason) {
  const bool type = reason.starts_with(to_text(RejectReason::wrong_type));
  return cat("this is no post: ", reason,
             example.is_record && type
                 ? "; a text that reads as a number, true or null needs quotes"
                 : "");
}

class Tester {
 public:
  Tester(const Configuration& configuration, const SettingsFiles& files)
      : brands_(configuration.settings.brands),
        files_(files),
        matcher_(configuration.rules),
        reader_(configuration.settings.event_time.future) {}

  std::vector<TestResult> run() {
    for (std::uint32_t i = 0; i < brands_.size(); ++i) {
      run_list(i, brands_[i].must_match, "must_match");
      run_list(i, brands_[i].must_not_match, "must_not_match");
    }
    return std::move(results_);
  }

 private:
  void run_list(std::uint32_t brand, const std::vector<rules::Example>& examples,
                std::string_view list) {
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const rules::Example& example = examples[i];
      const std::string record = example.is_record ? example.text : record_of_text(example.text);
      const Result<const Mention*> post = reader_.read(record);
      TestResult& result = results_.emplace_back();
      result.suite = brands_[brand].name;
      result.place = example_place(files_, brand, list, i);
      const std::string_view text = post ? (*post)->text : example.text;
      result.name = cat(list, ' ', i + 1, ": ", one_line(text, kTextColumns));
      result.failure = post ? verdict(**post, brand, list == "must_match")
                            : no_post(example, post.error().message);
    }
  }

  // What went wrong, or nothing.
  std::string verdict(const Mention& post, std::uint32_t brand, bool wanted) {
    matcher_.match(post, &hits_);
    const bool matched =
        std::ranges::any_of(hits_.hits, [&](const rules::Hit& hit) { return hit.brand == brand; });
    if (matched == wanted) return {};
    std::string reason;
    for (const rules::Explanation& one : matcher_.explain(post, brand)) {
      reason = cat(" because ", reason_of(one));
    }
    return cat(wanted ? "must match, but does not: \"" : "must not match, but does: \"",
               one_line(post.text, kTextColumns), '"', reason);
  }

  const std::vector<rules::Brand>& brands_;
  const SettingsFiles& files_;
  rules::Matcher matcher_;
  rules::Hits hits_;
  PostReader reader_;
  std::vector<TestResult> results_;
};

}  // namespace

Exit test_command(const TestArguments& arguments) {
  std::shared_ptr<const SettingsFiles> files;
  const auto configuration = load_configuration(arguments.config, &files);
  if (!configuration) return Exit::not_started;
  std::optional<Output> junit;
  if (!arguments.junit.empty()) {
    Result<Output> opened = Output::open(arguments.junit);
    if (!opened) return complain(opened.error()), Exit::not_started;
    junit = std::move(*opened);
  }
  const std::vector<TestResult> results = Tester(*configuration, *files).run();
  std::size_t failures = 0;
  for (const TestResult& result : results) {
    if (result.failure.empty()) continue;
    ++failures;
    std::printf("%s: brand '%s': %s\n", result.place.c_str(), result.suite.c_str(),
                result.failure.c_str());
  }
  if (results.empty()) {
    std::puts("no brand has tests; give it some under `tests:`, in must_match and must_not_match");
  }
  std::printf("%zu passed, %zu failed\n", results.size() - failures, failures);
  if (junit) {
    junit->text() = junit_xml(results);
    if (auto closed = junit->close(); !closed) {
      return complain(closed.error()), Exit::stopped_by_error;
    }
  }
  return failures == 0 ? Exit::done : Exit::stopped_by_error;
}

}  // namespace vigie
