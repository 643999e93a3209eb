// `vigie decode` and `vigie match`: one pass over files, no engine.
#include <cstdio>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/mention_json.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/decode_notes.h"
#include "engine/app/file_input.h"
#include "engine/app/mappings.h"
#include "engine/app/output.h"
#include "engine/app/sentiment_output.h"
#include "engine/base/text.h"
#include "rules/rules.h"

namespace vigie {
namespace {

// Runs `write` for every post of the files and writes what it appends to standard output.
template <class Write>
Exit convert(const PostFiles& files, const Write& write) {
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  InputLog log;
  const Result<void> read = for_each_mention(
      files,
      [&](const Mention& mention) {
        write(mention, &output->text());
        output->flush_if_large();
      },
      &log);
  return finish(read, log, &*output);
}

void append_spans(std::string_view name, rules::Field field, std::span<const rules::Span> spans,
                  std::string* out) {
  const std::size_t start = out->size();
  out->append(cat(",\"", name, "\":["));
  const std::size_t first = out->size();
  for (const rules::Span& span : spans) {
    if (span.field != field) continue;
    out->append(cat(out->size() == first ? "[" : ",[", span.first, ",", span.count, "]"));
  }
  // Only the spans of the text are always there.
  if (out->size() == first && field != rules::Field::text) return out->resize(start);
  out->push_back(']');
}

// The names of the campaigns whose bits are set; nothing where there is none.
void append_campaigns(std::string_view name, const rules::Brand& brand, std::uint32_t bits,
                      std::string* out) {
  if (bits == 0) return;
  out->append(cat(",\"", name, "\":"));
  char before = '[';
  for (std::size_t i = 0; i < brand.campaigns.size(); ++i) {
    if ((bits >> i & 1U) == 0) continue;
    out->push_back(before);
    append_json_string(brand.campaigns[i].name, out);
    before = ',';
  }
  out->push_back(']');
}

// All but its end.
void append_hit(const Mention& mention, const rules::Brand& brand, const rules::Hit& hit,
                std::span<const rules::Span> all, std::string* out) {
  const std::span<const rules::Span> spans = all.subspan(hit.first_span, hit.span_count);
  out->append("{\"brand\":");
  append_json_string(brand.name, out);
  out->append(",\"id\":");
  append_json_string(mention.id, out);
  out->append(",\"platform\":");
  append_json_string(mention.platform, out);
  out->append(",\"created_at\":\"");
  append_rfc3339(mention.created_at, out);
  out->push_back('"');
  append_spans("spans", rules::Field::text, spans, out);
  append_spans("title_spans", rules::Field::title, spans, out);
  append_spans("shared_text_spans", rules::Field::shared_text, spans, out);
  append_spans("author_spans", rules::Field::author, spans, out);
  append_campaigns("campaigns", brand, hit.campaigns, out);
  append_campaigns("rejected", brand, hit.rejected, out);
}

}  // namespace

Exit decode_command(const DecodeArguments& arguments) {
  const auto mappings = mappings_of(arguments.config);
  if (!mappings) return Exit::not_started;
  auto mapping = choose_mapping(arguments.mapping, mappings);
  if (!mapping) return Exit::not_started;
  const PostFiles files{.paths = arguments.files, .mapping = std::move(*mapping)};
  if (arguments.explain) return explain_decoding(files);
  return convert(files, [](const Mention& mention, std::string* out) {
    append_mention_json(mention, out);
    out->push_back('\n');
  });
}

Exit match_command(const MatchArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  auto mapping = choose_mapping(arguments.mapping, configuration->mappings);
  if (!mapping) return Exit::not_started;
  rules::Matcher matcher(configuration->rules);
  rules::Hits hits;
  PostScorer scorer;
  const std::vector<rules::Brand>& brands = configuration->settings.brands;
  const PostFiles files{.paths = arguments.files,
                        .mapping = std::move(*mapping),
                        .future = configuration->settings.event_time.future};
  const Exit exit = convert(files, [&](const Mention& mention, std::string* out) {
    if (mention.op != Op::upsert) return;
    matcher.match(mention, &hits);
    if (arguments.sentiment) scorer.score(mention, &matcher, hits);
    for (std::size_t i = 0; i < hits.hits.size(); ++i) {
      const rules::Hit& hit = hits.hits[i];
      append_hit(mention, brands[hit.brand], hit, hits.spans, out);
      if (arguments.sentiment) {
        out->push_back(',');
        append_sentiment_json(scorer, scorer.scores()[i], out);
      }
      out->append("}\n");
    }
  });
  std::vector<std::uint64_t> given_up;
  for (const rules::RuleCost& cost : matcher.costs()) given_up.push_back(cost.failures);
  print_given_up(rules::brand_names(*configuration->rules), given_up);
  return exit;
}

}  // namespace vigie
