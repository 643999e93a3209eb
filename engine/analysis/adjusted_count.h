// Adjusted count: how many posts are negative, neutral and positive once the known errors of the
// model are corrected (Gart and Buck 1966; Forman 2008), and how sure that is.
//
// Of posts of which t are truly so, the model calls C^T t so: C is its confusion matrix. So t is
// the inverse of C^T times what was called, for each language by itself. That holds as long as the
// model errs on these posts as it did on those it was measured on.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "engine/analysis/measures.h"
#include "engine/analysis/sentiment/sentiment.h"

namespace vigie {

// The bounds of a 95 % interval.
struct Interval {
  double lower = 0;
  double upper = 0;
};

// Of negative, neutral and positive posts, in this order.
using Classes = std::array<double, 3>;

struct Adjusted {
  Classes posts{};  // none below zero; together as many as were counted
  // (positive - negative) / (positive + negative) of these; nothing where there are none.
  std::optional<double> net;
  // Of net, in [-1, 1]. It holds what chance leaves open: which posts came, and on which texts the
  // model was measured.
  std::optional<Interval> interval;
};

// The matrix of each language, in the order of Called.
using Confusions = std::array<sentiment::Confusion, kCalledLanguages>;
[[nodiscard]] const Confusions& model_confusions();

// `called`: by the model; `given`: posts whose label somebody else gave, which are taken as they
// are. Where a matrix cannot be inverted its posts are taken as they were called.
[[nodiscard]] Adjusted adjusted_count(const Called& called, const Classes& given,
                                      const Confusions& confusions);

}  // namespace vigie
