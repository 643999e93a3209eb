#include <string>
#include <string_view>
#include <vector>

#include "engine/app/explain_output.h"
#include "engine/app/sentiment_output.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

void append_key(std::string_view key, std::string* out) {
  const char last = out->back();
  out->append(last == '{' || last == '[' ? "\"" : ",\"");
  out->append(key);
  out->append("\":");
}

void append_text(std::string_view key, std::string_view value, std::string* out) {
  append_key(key, out);
  append_json_string(value, out);
}

void append_flag(std::string_view key, bool value, std::string* out) {
  append_key(key, out);
  out->append(value ? "true" : "false");
}

void append_names(std::string_view key, const std::vector<std::string>& names, std::string* out) {
  if (names.empty()) return;
  append_key(key, out);
  char before = '[';
  for (const std::string& name : names) {
    out->push_back(before);
    append_json_string(name, out);
    before = ',';
  }
  out->push_back(']');
}

void append_span(const rules::Span& span, std::string* out) {
  append_text("field", to_text(span.field), out);
  append_key("span", out);
  out->append(cat('[', span.first, ',', span.count, ']'));
}

void append_clause(const rules::Clause& clause, std::string* out) {
  out->push_back('{');
  append_text("clause", clause.text, out);
  append_flag("matched", clause.matched, out);
  if (clause.negative) append_flag("negative", true, out);
  if (!clause.reason.empty()) append_text("reason", clause.reason, out);
  if (!clause.spans.empty()) {
    append_key("spans", out);
    out->push_back('[');
    for (const rules::Span& span : clause.spans) {
      out->append(out->ends_with('[') ? "{" : ",{");
      append_span(span, out);
      out->push_back('}');
    }
    out->push_back(']');
  }
  if (!clause.parts.empty()) {
    append_key("parts", out);
    out->push_back('[');
    for (const rules::Clause& part : clause.parts) {
      if (!out->ends_with('[')) out->push_back(',');
      append_clause(part, out);
    }
    out->push_back(']');
  }
  out->push_back('}');
}

void append_brand(const ExplainedPost& explained, const rules::Explanation& brand,
                  std::string* out) {
  const std::string& name = (*explained.names)[brand.brand];
  out->push_back('{');
  append_text("brand", name, out);
  append_flag("matched", brand.matched, out);
  append_flag("woken", brand.woken, out);
  if (brand.failed) append_flag("failed", true, out);
  append_text("guard", brand.guard, out);
  append_text("decided_by", brand.decided_by, out);
  append_key("query", out);
  append_clause(brand.query, out);
  if (brand.shadow) {
    append_key("shadow", out);
    append_clause(*brand.shadow, out);
  }
  append_names("campaigns", brand.campaigns, out);
  append_names("rejected", brand.rejected, out);
  if (brand.matched) append_text("media", to_text(brand.media), out);
  if (brand.addressed) append_flag("addressed", true, out);
  if (const BrandScore* score = explained.score_of(brand)) {
    out->push_back(',');
    append_sentiment_json(*explained.scorer, *score, out);
  }
  append_names("segments", brand.segments, out);
  append_names("crises", brand.crises, out);
  out->push_back('}');
}

}  // namespace

void append_explained_json(const ExplainedPost& explained, std::string* out) {
  out->push_back('{');
  append_text("id", explained.post->id, out);
  append_text("platform", explained.post->platform, out);
  append_key("tokens", out);
  out->push_back('[');
  for (const rules::SeenToken& token : explained.tokens) {
    out->append(out->ends_with('[') ? "{" : ",{");
    append_text("token", token.folded, out);
    append_span(token.at, out);
    append_flag("known", token.known, out);
    out->push_back('}');
  }
  out->push_back(']');
  append_key("brands", out);
  out->push_back('[');
  for (const rules::Explanation& brand : explained.brands) {
    if (!out->ends_with('[')) out->push_back(',');
    append_brand(explained, brand, out);
  }
  out->push_back(']');
  append_key("others", out);
  out->append(cat(explained.others, "}\n"));
}

}  // namespace vigie
