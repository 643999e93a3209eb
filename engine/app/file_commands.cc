// `vigie decode`, `vigie match` and `vigie check`: one pass over files, no engine.
#include <cstdio>

#include <string>
#include <utility>

#include "connectors/mention_json.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/file_input.h"
#include "engine/app/output.h"
#include "engine/base/text.h"
#include "rules/rules.h"

namespace vigie {
namespace {

// Runs `write` for every post of the files and writes what it appends to standard output.
template <class Write>
Exit convert(const std::vector<std::string>& files, Duration future, const Write& write) {
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  InputLog log;
  const Result<void> read = for_each_mention(
      files, future,
      [&](const Mention& mention) {
        write(mention, &output->text());
        output->flush_if_large();
      },
      &log);
  const Result<void> written = output->close();
  log.summarise();
  if (!read) {
    complain(read.error());
    return read.error().kind == ErrorKind::unreadable ? Exit::not_started : Exit::stopped_by_error;
  }
  if (!written) return complain(written.error()), Exit::stopped_by_error;
  return Exit::done;
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

void append_hit(const Mention& mention, const std::string& brand,
                std::span<const rules::Span> spans, std::string* out) {
  out->append("{\"brand\":");
  append_json_string(brand, out);
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
  out->append("}\n");
}

}  // namespace

Exit decode_command(const DecodeArguments& arguments) {
  const Duration future = EventTimeSettings{}.future;
  return convert(arguments.files, future, [](const Mention& mention, std::string* out) {
    append_mention_json(mention, out);
    out->push_back('\n');
  });
}

Exit match_command(const MatchArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  rules::Matcher matcher(configuration->rules);
  rules::Hits hits;
  const auto& names = rules::brand_names(*configuration->rules);
  const Duration future = configuration->settings.event_time.future;
  return convert(arguments.files, future, [&](const Mention& mention, std::string* out) {
    if (mention.op != Op::upsert) return;
    matcher.match(mention, &hits);
    for (const rules::Hit& hit : hits.hits) {
      const std::span all(hits.spans);
      append_hit(mention, names[hit.brand], all.subspan(hit.first_span, hit.span_count), out);
    }
  });
}

Exit check_command(const CheckArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  const auto& settings = configuration->settings;
  if (arguments.print) {
    std::fputs(print_settings(settings).c_str(), stdout);
  } else {
    std::printf("%s: ok: %zu brands, %zu sources, %zu KiB of compiled rules\n",
                arguments.config.c_str(), settings.brands.size(), settings.sources.size(),
                rules::memory_bytes(*configuration->rules) / 1024);
  }
  return Exit::done;
}

}  // namespace vigie
