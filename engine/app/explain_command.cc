// `vigie explain`: why a post is a mention of a brand, or why it is not.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/explain_output.h"
#include "engine/app/file_input.h"
#include "engine/app/output.h"
#include "engine/app/post_reader.h"
#include "rules/rules.h"

namespace vigie {
namespace {

class Explainer {
 public:
  Explainer(const Configuration& configuration, std::optional<std::uint32_t> brand,
            const ExplainArguments& arguments)
      : matcher_(configuration.rules),
        names_(rules::brand_names(*configuration.rules)),
        brand_(brand),
        arguments_(arguments) {}

  void explain(const Mention& post, std::string* out) {
    if (post.op != Op::upsert) return;
    ExplainedPost explained;
    explained.post = &post;
    explained.alone = arguments_.files.empty();
    explained.names = &names_;
    explained.brands = matcher_.explain(post, brand_);
    explained.tokens = matcher_.seen();
    if (arguments_.sentiment) {
      matcher_.match(post, &hits_);
      scorer_.score(post, &matcher_, hits_);
      explained.hits = &hits_;
      explained.scorer = &scorer_;
    }
    if (!brand_) {
      explained.others = std::erase_if(explained.brands, [](const rules::Explanation& one) {
        return !one.matched && !one.woken && !one.failed;
      });
    }
    if (arguments_.json) return append_explained_json(explained, out);
    append_explained_text(explained, out);
  }

 private:
  rules::Matcher matcher_;
  rules::Hits hits_;
  PostScorer scorer_;
  const std::vector<std::string>& names_;
  std::optional<std::uint32_t> brand_;
  const ExplainArguments& arguments_;
};

}  // namespace

Exit explain_command(const ExplainArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  std::optional<std::uint32_t> brand;
  if (!arguments.brand.empty()) {
    brand = find_brand(*configuration->rules, arguments.brand);
    if (!brand) return Exit::not_started;
  }
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  const Duration future = configuration->settings.event_time.future;
  Explainer explainer(*configuration, brand, arguments);
  if (arguments.files.empty()) {
    PostReader reader(future);
    const Result<const Mention*> post = reader.read(record_of_text(arguments.text));
    if (!post) return complain(post.error()), Exit::not_started;
    explainer.explain(**post, &output->text());
    const Result<void> written = output->close();
    if (!written) return complain(written.error()), Exit::stopped_by_error;
    return Exit::done;
  }
  InputLog log;
  auto mapping = choose_mapping(arguments.mapping, configuration->mappings);
  if (!mapping) return Exit::not_started;
  const Result<void> read = for_each_mention(
      {.paths = arguments.files, .mapping = std::move(*mapping), .future = future},
      [&](const Mention& post) {
        explainer.explain(post, &output->text());
        output->flush_if_large();
      },
      &log);
  return finish(read, log, &*output);
}

}  // namespace vigie
