// `vigie diff`: what changes when the rules do.
#include <cstdio>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/file_input.h"
#include "engine/app/output.h"
#include "engine/app/rules_diff.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kNameColumns = 40;
constexpr std::size_t kIdColumns = 30;
constexpr std::size_t kTextColumns = 60;
constexpr std::size_t kJsonTextColumns = 280;

bool in_both(const BrandDiff& brand) { return brand.in_before && brand.in_after; }
bool changed(const BrandDiff& brand) { return brand.gained + brand.lost > 0; }

void append_samples(char sign, const std::vector<SamplePost>& samples, std::string* out) {
  for (const SamplePost& post : samples) {
    out->append(cat("  ", sign, ' ', one_line(post.id, kIdColumns), "  ", post.platform, "  \"",
                    one_line(post.text, kTextColumns), '"'));
    if (!post.reason.empty()) out->append(cat("  because ", post.reason));
    out->push_back('\n');
  }
}

// A table of what changed, then the posts behind it, then what did not change.
void append_text(const DiffArguments& arguments, const std::vector<BrandDiff>& brands,
                 std::string* out) {
  std::vector<std::vector<std::string>> rows{{"brand", "gained", "lost", "common"}};
  std::string samples;
  std::string alone;
  std::size_t unchanged = 0;
  for (const BrandDiff& brand : brands) {
    if (!in_both(brand)) {
      const std::string& config = arguments.configs[brand.in_before ? 0 : 1];
      alone += cat("only in ", config, ": ", brand.name, ", ",
                   count_of(brand.gained + brand.lost, "post"), '\n');
    } else if (!changed(brand)) {
      ++unchanged;
    } else {
      rows.push_back({one_line(brand.name, kNameColumns), cat('+', brand.gained),
                      cat('-', brand.lost), cat(brand.common)});
    }
    if (!changed(brand) || arguments.samples == 0) continue;
    samples += cat('\n', brand.name, '\n');
    append_samples('+', brand.gained_samples, &samples);
    append_samples('-', brand.lost_samples, &samples);
  }
  if (rows.size() > 1) *out += table(rows, "<>>>");
  if (unchanged > 0) *out += cat(count_of(unchanged, "brand"), " unchanged\n");
  *out += alone + samples;
}

void append_json_samples(std::string_view key, const std::vector<SamplePost>& samples,
                         std::string* out) {
  out->append(cat(",\"", key, "\":["));
  for (const SamplePost& post : samples) {
    out->append(&post == samples.data() ? "{\"id\":" : ",{\"id\":");
    append_json_string(post.id, out);
    out->append(",\"platform\":");
    append_json_string(post.platform, out);
    out->append(",\"text\":");
    append_json_string(one_line(post.text, kJsonTextColumns), out);
    if (!post.reason.empty()) {
      out->append(",\"reason\":");
      append_json_string(post.reason, out);
    }
    out->push_back('}');
  }
  out->push_back(']');
}

void append_json(const DiffArguments& arguments, const std::vector<BrandDiff>& brands,
                 std::uint64_t posts, std::string* out) {
  out->append("{\"before\":");
  append_json_string(arguments.configs[0], out);
  out->append(",\"after\":");
  append_json_string(arguments.configs[1], out);
  out->append(cat(",\"posts\":", posts, ",\"brands\":["));
  for (const BrandDiff& brand : brands) {
    out->append(&brand == brands.data() ? "{\"brand\":" : ",{\"brand\":");
    append_json_string(brand.name, out);
    out->append(cat(",\"in_before\":", brand.in_before ? "true" : "false", ",\"in_after\":",
                    brand.in_after ? "true" : "false", ",\"gained\":", brand.gained,
                    ",\"lost\":", brand.lost, ",\"common\":", brand.common));
    append_json_samples("gained_samples", brand.gained_samples, out);
    append_json_samples("lost_samples", brand.lost_samples, out);
    out->push_back('}');
  }
  out->append("]}\n");
}

}  // namespace

Exit diff_command(const DiffArguments& arguments) {
  const auto before = load_configuration(arguments.configs[0]);
  const auto after = load_configuration(arguments.configs[1]);
  if (!before || !after) return Exit::not_started;
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  RulesDiff diff(before->rules, after->rules, arguments.samples);
  InputLog log;
  const Result<void> read = for_each_mention(
      {.paths = arguments.files, .mapping = {}, .future = after->settings.event_time.future},
      [&](const Mention& post) { diff.add(post); }, &log);
  const std::uint64_t posts = diff.posts();
  const std::vector<BrandDiff> brands = diff.take();
  if (!read) return finish(read, log, &*output);
  if (arguments.json) {
    append_json(arguments, brands, posts, &output->text());
  } else {
    output->text() = cat("read ", count_of(posts, "post"), '\n');
    append_text(arguments, brands, &output->text());
  }
  return finish(read, log, &*output);
}

}  // namespace vigie
