#include "engine/app/sentiment_output.h"

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include "engine/app/columns.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kStretchColumns = 50;

std::span<const rules::Span> scored_by(const PostScorer& scorer, const BrandScore& brand) {
  return brand.clause_count != 0 ? scorer.clauses(brand) : scorer.whole();
}

std::string_view text_of(const Mention& post, rules::Field field) {
  if (field == rules::Field::title) return post.title;
  return field == rules::Field::text ? post.text : post.shared_text;
}

}  // namespace

void append_thousandths(float value, std::string* out) {
  const long whole = std::lround(value * 1000);
  if (whole < 0) out->push_back('-');
  const std::string digits = std::to_string(std::abs(whole) % 1000 + 1000);
  append_to(out, std::abs(whole) / 1000, ".", std::string_view(digits).substr(1));
}

void append_sentiment_json(const PostScorer& scorer, const BrandScore& brand, std::string* out) {
  append_to(out, "\"sentiment\":{\"label\":\"", to_text(brand.score.label), "\"");
  if (brand.score.label != Sentiment::unscored) {
    out->append(",\"score\":");
    append_thousandths(brand.score.score(), out);
    out->append(",\"confidence\":");
    append_thousandths(brand.score.confidence(), out);
    append_to(out, ",\"lang\":\"", to_text(brand.language), "\",\"by\":[");
    for (const rules::Span& span : scored_by(scorer, brand)) {
      append_to(out, out->ends_with('[') ? "" : ",", "{\"field\":\"", to_text(span.field),
                "\",\"span\":[", span.first, ",", span.count, "]}");
    }
    out->push_back(']');
  }
  out->push_back('}');
}

void append_sentiment_text(const Mention& post, const PostScorer& scorer, const BrandScore& brand,
                           std::string* out) {
  out->append(to_text(brand.score.label));
  if (brand.score.label != Sentiment::unscored) {
    out->append(", score ");
    append_thousandths(brand.score.score(), out);
    out->append(", confidence ");
    append_thousandths(brand.score.confidence(), out);
    append_to(out, ", ", to_text(brand.language), ", by");
    std::string_view before = " ";
    for (const rules::Span& span : scored_by(scorer, brand)) {
      const std::string_view text = text_of(post, span.field).substr(span.first, span.count);
      append_to(out, before, to_text(span.field), "[", span.first, ":", span.first + span.count,
                "] \"", one_line(text, kStretchColumns), "\"");
      before = ", ";
    }
  }
  out->push_back('\n');
}

}  // namespace vigie
