#include "engine/analysis/adjusted_count.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace vigie {
namespace {

constexpr std::size_t kClasses = 3;
constexpr std::size_t kNegative = 0;
constexpr std::size_t kPositive = 2;
using Matrix = std::array<Classes, kClasses>;

// Below it a matrix says next to nothing about what is true: rows that are nearly the same.
constexpr double kDeterminantMin = 0.01;
constexpr double kZ = 1.959963984540054;

// Rows: what is called so; columns: what is truly so.
Matrix transposed(const sentiment::Confusion& confusion) {
  Matrix out{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) out[j][i] = double{confusion.called[i][j]};
  }
  return out;
}

std::optional<Matrix> inverse(const Matrix& m) {
  const auto minor = [&](std::size_t row, std::size_t column) {
    const std::size_t a = (row + 1) % 3;
    const std::size_t b = (row + 2) % 3;
    const std::size_t c = (column + 1) % 3;
    const std::size_t d = (column + 2) % 3;
    return m[a][c] * m[b][d] - m[a][d] * m[b][c];
  };
  const double determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  if (!(std::abs(determinant) >= kDeterminantMin)) return std::nullopt;
  Matrix out{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) out[i][j] = minor(j, i) / determinant;
  }
  return out;
}

Classes product(const Matrix& m, const Classes& v) {
  Classes out{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) out[i] += m[i][j] * v[j];
  }
  return out;
}

// The covariance of counts of `total` draws of which `counts` fell so, times `scale`. One more of
// each than there is: of few posts all may be alike by chance, which makes nothing sure.
Matrix spread(const Classes& counts, double total, double scale) {
  Classes shares{};
  for (std::size_t i = 0; i < kClasses; ++i) shares[i] = (counts[i] + 1) / (total + kClasses);
  Matrix out{};
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) {
      out[i][j] = scale * ((i == j ? shares[i] : 0) - shares[i] * shares[j]);
    }
  }
  return out;
}

void add(const Matrix& what, Matrix* to) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) (*to)[i][j] += what[i][j];
  }
}

// Adds A v A^T.
void add_seen_through(const Matrix& a, const Matrix& v, Matrix* to) {
  for (std::size_t i = 0; i < kClasses; ++i) {
    for (std::size_t j = 0; j < kClasses; ++j) {
      for (std::size_t k = 0; k < kClasses; ++k) {
        for (std::size_t l = 0; l < kClasses; ++l) (*to)[i][j] += a[i][k] * v[k][l] * a[j][l];
      }
    }
  }
}

struct Sum {
  Classes posts{};
  Matrix covariance{};
};

void add_counted(const Classes& counts, Sum* sum) {
  const double total = counts[0] + counts[1] + counts[2];
  if (total <= 0) return;
  for (std::size_t i = 0; i < kClasses; ++i) sum->posts[i] += counts[i];
  add(spread(counts, total, total), &sum->covariance);
}

void add_called(const Classes& counts, const sentiment::Confusion& confusion, Sum* sum) {
  const double total = counts[0] + counts[1] + counts[2];
  if (total <= 0) return;
  const std::optional<Matrix> correct = inverse(transposed(confusion));
  if (!correct) return add_counted(counts, sum);
  const Classes posts = product(*correct, counts);
  for (std::size_t i = 0; i < kClasses; ++i) sum->posts[i] += posts[i];
  Matrix error = spread(counts, total, total);
  for (std::size_t i = 0; i < kClasses; ++i) {
    const double texts = std::max<double>(1, confusion.texts[i]);
    Classes row{};
    for (std::size_t j = 0; j < kClasses; ++j) row[j] = double{confusion.called[i][j]} * texts;
    add(spread(row, texts, posts[i] * posts[i] / texts), &error);
  }
  add_seen_through(*correct, error, &sum->covariance);
}

// Fieller (1954): the r for which difference - r * all may be zero. All of [-1, 1] where it is not
// sure that there are any such posts.
Interval ratio_interval(double difference, double all, double difference_variance,
                        double all_variance, double covariance) {
  const double a = all * all - kZ * kZ * all_variance;
  const double b = difference * all - kZ * kZ * covariance;
  const double c = difference * difference - kZ * kZ * difference_variance;
  const double root = b * b - a * c;
  if (a <= 0 || root < 0) return {-1, 1};
  const double half = std::sqrt(root) / a;
  return {std::clamp(b / a - half, -1.0, 1.0), std::clamp(b / a + half, -1.0, 1.0)};
}

}  // namespace

const Confusions& model_confusions() {
  static const Confusions all = [] {
    Confusions out;
    for (std::size_t i = 0; i < kCalledLanguages; ++i) {
      out[i] = sentiment::confusion(static_cast<sentiment::Language>(i + 1));
    }
    return out;
  }();
  return all;
}

Adjusted adjusted_count(const Called& called, const Classes& given, const Confusions& confusions) {
  Sum sum;
  add_counted(given, &sum);
  for (std::size_t i = 0; i < kCalledLanguages; ++i) {
    Classes counts{};
    for (std::size_t j = 0; j < kClasses; ++j) counts[j] = static_cast<double>(called[3 * i + j]);
    add_called(counts, confusions[i], &sum);
  }
  Adjusted out;
  const double total = sum.posts[0] + sum.posts[1] + sum.posts[2];
  if (total <= 0) return out;
  double kept = 0;
  for (std::size_t i = 0; i < kClasses; ++i) kept += out.posts[i] = std::max(0.0, sum.posts[i]);
  for (double& posts : out.posts) posts *= total / kept;
  const double bearing = out.posts[kPositive] + out.posts[kNegative];
  const Matrix& v = sum.covariance;
  const double both = v[kPositive][kPositive] + v[kNegative][kNegative];
  out.interval = ratio_interval(
      sum.posts[kPositive] - sum.posts[kNegative], sum.posts[kPositive] + sum.posts[kNegative],
      both - 2 * v[kPositive][kNegative], both + 2 * v[kPositive][kNegative],
      v[kPositive][kPositive] - v[kNegative][kNegative]);
  if (bearing <= 0) return out;
  out.net = (out.posts[kPositive] - out.posts[kNegative]) / bearing;
  out.interval->lower = std::min(out.interval->lower, *out.net);
  out.interval->upper = std::max(out.interval->upper, *out.net);
  return out;
}

}  // namespace vigie
