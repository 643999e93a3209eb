#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/app/columns.h"
#include "engine/app/explain_output.h"
#include "engine/app/sentiment_output.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kClauseColumns = 70;
constexpr std::size_t kSurfaceColumns = 40;
constexpr std::size_t kSpansShown = 3;
constexpr std::size_t kFieldColumns = 12;

// The field that the span lies in; nothing where a list leaves several to choose from.
std::optional<std::string_view> field_text(const Mention& post, rules::Field field) {
  switch (field) {
    case rules::Field::text: return post.text;
    case rules::Field::title: return post.title;
    case rules::Field::shared_text: return post.shared_text;
    case rules::Field::hashtags:
      if (post.hashtags.size() == 1) return post.hashtags[0];
      return std::nullopt;
    case rules::Field::mentions:
      if (post.mentions.size() == 1) return post.mentions[0].handle;
      return std::nullopt;
    case rules::Field::author:
      return post.author.handle.empty() ? post.author.id : post.author.handle;
  }
  return std::nullopt;
}

// `text[7:13] "orange"`
std::string shown(const Mention& post, const rules::Span& span) {
  const std::uint32_t end = span.first + span.count;
  std::string out = cat(to_text(span.field), '[', span.first, ':', end, ']');
  const std::optional<std::string_view> text = field_text(post, span.field);
  if (text && end <= text->size()) {
    out += cat(" \"", one_line(text->substr(span.first, span.count), kSurfaceColumns), '"');
  }
  return out;
}

std::string found_in(const Mention& post, const rules::Clause& clause) {
  std::string out;
  for (std::size_t i = 0; i < std::min(clause.spans.size(), kSpansShown); ++i) {
    out += cat(i == 0 ? "" : ", ", shown(post, clause.spans[i]));
  }
  if (clause.spans.size() > kSpansShown)
    out += cat(" and ", clause.spans.size() - kSpansShown, " more");
  return out;
}

bool is_not(const rules::Clause& clause) {
  return clause.parts.size() == 1 && clause.parts[0].negative != clause.negative;
}

// Ticks and crosses say what holds; on the NOT side '!' is what was found there and should not be.
std::string_view mark(const rules::Clause& clause) {
  if (clause.negative) return clause.matched ? "! " : "- ";
  return clause.matched ? "✓ " : "✗ ";
}

// The clause that reads so; null when there is none.
const rules::Clause* find(const rules::Clause& clause, std::string_view text) {
  if (clause.text == text) return &clause;
  for (const rules::Clause& part : clause.parts) {
    if (const rules::Clause* found = find(part, text)) return found;
  }
  return nullptr;
}

// What was called by name, and has no more to show than the name once again.
bool is_called(const rules::Clause& clause) {
  return std::ranges::all_of(clause.parts, [&](const rules::Clause& part) {
    return part.text == clause.text && is_called(part);
  });
}

void append_parts(const Mention& post, const rules::Clause& clause, std::size_t depth,
                  std::string* out);

// One line a clause; what it is made of stands below it, further in.
void append_clause(const Mention& post, const rules::Clause& clause, std::size_t depth,
                   std::string* out) {
  const rules::Clause& inner = is_not(clause) ? clause.parts[0] : clause;
  std::string line = std::string(2 * depth, ' ');
  line += cat(mark(clause), one_line(clause.text, kClauseColumns));
  // The places of a clause are those of its parts.
  if (is_called(inner) && !inner.spans.empty()) line += cat("   ", found_in(post, inner));
  if (!inner.reason.empty()) line += cat("   (", inner.reason, ')');
  out->append(line + '\n');
  if (!is_called(inner)) append_parts(post, inner, depth + 1, out);
}

void append_parts(const Mention& post, const rules::Clause& clause, std::size_t depth,
                  std::string* out) {
  for (const rules::Clause& part : clause.parts) append_clause(post, part, depth, out);
}

// "text         la [box] [orange] est": in brackets what some term begins with.
void append_tokens(const std::vector<rules::SeenToken>& tokens, std::string* out) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const rules::SeenToken& token = tokens[i];
    const bool first = i == 0 || token.at.field != tokens[i - 1].at.field;
    if (first)
      out->append(cat(i == 0 ? "" : "\n", pad_right(to_text(token.at.field), kFieldColumns)));
    out->append(token.known ? cat(" [", token.folded, ']') : cat(' ', token.folded));
  }
  if (!tokens.empty()) out->append("\n\n");
}

void append_names(std::string_view what, const std::vector<std::string>& names, std::string* out) {
  if (names.empty()) return;
  std::string line = cat("  ", what, ": ");
  for (const std::string& name : names) line += cat(&name == &names.front() ? "" : ", ", name);
  out->append(line + '\n');
}

void append_brand(const ExplainedPost& explained, const rules::Explanation& brand,
                  std::string* out) {
  const Mention& post = *explained.post;
  const std::string& name = (*explained.names)[brand.brand];
  std::string_view verdict = brand.matched ? "matched" : "not matched";
  if (brand.failed) verdict = "given up, its query went over its budget";
  out->append(cat(name, ": ", verdict));
  if (brand.decided_by != brand.query.text || brand.matched != brand.query.matched) {
    out->append(cat(", because ", reason_of(brand)));
  }
  out->push_back('\n');
  append_clause(post, brand.query, 1, out);
  if (!brand.guard.empty()) {
    out->append(cat(brand.woken ? "  its query is woken by: " : "  asleep; only this wakes it: ",
                    one_line(brand.guard, kClauseColumns), '\n'));
  }
  append_names("takes part in", brand.campaigns, out);
  append_names("against the guideline of", brand.rejected, out);
  if (brand.matched) {
    out->append(cat("  ", to_text(brand.media), " media",
                    brand.addressed ? ", addressed to the brand" : "", '\n'));
  }
  if (const BrandScore* score = explained.score_of(brand)) {
    out->append("  sounds ");
    append_sentiment_text(post, *explained.scorer, *score, out);
  }
  append_names("belongs to", brand.segments, out);
  append_names("holds words of a crisis", brand.crises, out);
  if (brand.shadow) {
    out->append("  shadow:\n");
    append_clause(post, *brand.shadow, 2, out);
  }
  out->push_back('\n');
}

}  // namespace

const BrandScore* ExplainedPost::score_of(const rules::Explanation& brand) const {
  if (scorer == nullptr) return nullptr;
  const auto hit = std::ranges::find(hits->hits, brand.brand, &rules::Hit::brand);
  if (!brand.matched || hit == hits->hits.end()) return nullptr;
  return &scorer->scores()[static_cast<std::size_t>(hit - hits->hits.begin())];
}

std::string reason_of(const rules::Explanation& brand) {
  if (brand.matched && !brand.query.matched && !brand.campaigns.empty()) {
    return cat("it takes part in ", brand.campaigns.front());
  }
  if (brand.matched && !brand.query.matched) return "it is addressed to the brand";
  const std::string what = one_line(brand.decided_by, kClauseColumns);
  const rules::Clause* clause = find(brand.query, brand.decided_by);
  if (clause == nullptr) return cat("of ", what);
  if (!clause->reason.empty()) return cat(what, " does not hold: ", clause->reason);
  if (!is_called(*clause)) return cat(what, clause->matched ? " holds" : " does not hold");
  return cat(what, clause->matched ? " is found" : " is not found");
}

void append_explained_text(const ExplainedPost& explained, std::string* out) {
  const Mention& post = *explained.post;
  if (!explained.alone) {
    out->append(cat("post ", one_line(post.id, kClauseColumns), " on ", post.platform, '\n'));
  }
  append_tokens(explained.tokens, out);
  for (const rules::Explanation& brand : explained.brands) {
    append_brand(explained, brand, out);
  }
  if (explained.others == 0) return;
  const bool all = explained.brands.empty();
  out->append(cat(explained.others, all ? "" : " other",
                  explained.others == 1 ? " brand" : " brands", ": nothing in this post wakes ",
                  explained.others == 1 ? "it" : "them", "\n\n"));
}

}  // namespace vigie
