#include "engine/serve/api.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/base/text.h"

namespace vigie {
namespace {

// Bytes that a brand with a few platforms takes.
constexpr std::size_t kBrandBytes = 768;

void append_count(std::string_view key, std::uint64_t value, std::string* out) {
  out->append(",\"").append(key).append("\":");
  append_number(value, out);
}

void append_growth(std::string_view key, std::optional<double> growth, std::string* out) {
  out->append(",\"").append(key).append("\":");
  if (growth) {
    append_number(*growth, out);
  } else {
    out->append("null");
  }
}

void append_window(std::string_view name, const WindowCounts& counts, std::string* out) {
  out->append("\"").append(name).append("\":{\"current\":");
  append_number(counts.current, out);
  append_count("previous", counts.previous, out);
  append_count("yesterday", counts.yesterday, out);
  append_growth("growth", growth_on_previous(counts), out);
  append_growth("growth_yesterday", growth_on_yesterday(counts), out);
  out->push_back('}');
}

void append_brand(const BrandSnapshot& brand, std::string* out) {
  out->append("{\"brand\":");
  append_json_string(brand.name, out);
  append_count("mentions", brand.mentions, out);
  append_count("late", brand.late, out);
  append_count("backdated", brand.backdated, out);
  out->append(",\"windows\":{");
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    if (w != 0) out->push_back(',');
    append_window(kWindows[w].name, brand.windows[w], out);
  }
  out->append("},\"platforms\":[");
  for (const PlatformSnapshot& platform : brand.platforms) {
    if (&platform != &brand.platforms.front()) out->push_back(',');
    out->append("{\"platform\":");
    append_json_string(platform.platform.view(), out);
    append_count("mentions", platform.mentions, out);
    out->push_back('}');
  }
  out->append("]}");
}

void append_text(std::string_view key, std::string_view value, std::string* out) {
  out->append(",\"").append(key).append("\":");
  append_json_string(value, out);
}

void append_samples(std::string_view change, const std::vector<ShadowSample>& samples,
                    std::string* out) {
  std::vector<const ShadowSample*> sorted;
  sorted.reserve(samples.size());
  for (const ShadowSample& sample : samples) sorted.push_back(&sample);
  std::ranges::sort(sorted, [](const ShadowSample* a, const ShadowSample* b) {
    return std::tie(b->created_at, a->id) < std::tie(a->created_at, b->id);
  });
  for (const ShadowSample* sample : sorted) {
    if (!out->ends_with('[')) out->push_back(',');
    out->append("{\"change\":\"").append(change).append("\"");
    append_text("id", sample->id, out);
    append_text("platform", sample->platform, out);
    append_text("url", sample->url, out);
    append_text("created_at", to_rfc3339(sample->created_at), out);
    append_text("text", sample->text, out);
    out->push_back('}');
  }
}

}  // namespace

std::string shadow_json(const View& view, const MatchTotals& matching) {
  std::string out = "[";
  for (const BrandSnapshot* brand : view.brands()) {
    if (!brand->shadow) continue;
    const ShadowReport& shadow = matching.shadow(brand->id);
    out.append(out.size() == 1 ? "{\"brand\":" : ",\n{\"brand\":");
    append_json_string(brand->name, &out);
    append_count("gained", shadow.gained, &out);
    append_count("lost", shadow.lost, &out);
    out.append(",\"samples\":[");
    append_samples("gained", shadow.gained_samples, &out);
    append_samples("lost", shadow.lost_samples, &out);
    out.append("]}");
  }
  out.append("]\n");
  return out;
}

std::string brands_json(const View& view) {
  std::string out;
  out.reserve(view.brands().size() * kBrandBytes);
  out.push_back('[');
  for (std::size_t i = 0; i < view.brands().size(); ++i) {
    if (i != 0) out.append(",\n");
    append_brand(*view.brands()[i], &out);
  }
  out.append("]\n");
  return out;
}

std::string ready_json(const EngineStatus* status) {
  const EngineStatus known = status != nullptr ? *status : EngineStatus{};
  std::string reasons;
  const auto add = [&reasons](bool wrong, std::string_view reason) {
    if (wrong) reasons += cat(reasons.empty() ? "" : ",", '"', reason, '"');
  };
  add(!known.assigned, "assigned");
  add(!known.restored, "restored");
  add(known.draining, "draining");
  return cat("{\"ready\":", known.ready() ? "true" : "false", ",\"not_ready\":[", reasons, "]}\n");
}

std::string version_json(std::string_view version) {
  std::string out = "{\"name\":\"vigie\",\"version\":";
  append_json_string(version, &out);
  out.append("}\n");
  return out;
}

std::string reloaded_json(std::string_view detail) {
  std::string out = "{\"reloaded\":true";
  append_text("detail", detail, &out);
  out.append("}\n");
  return out;
}

std::string problem_json(int status, std::string_view detail) {
  std::string out = cat("{\"title\":\"", reason_phrase(status), "\",\"status\":", status);
  if (!detail.empty()) {
    out.append(",\"detail\":");
    append_json_string(detail, &out);
  }
  out.append("}\n");
  return out;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Content";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

}  // namespace vigie
