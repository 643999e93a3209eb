// The lists and the query of a brand as one tree, and what is wrong with them. Private to
// compilation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/query.h"
#include "rules/rules.h"

namespace vigie::rules {

// A list of terms in the configuration: its key there, and what its terms are.
struct TermList {
  std::string_view key;
  TextPlace::Part part;
  Sigil sigil;
  std::vector<std::string> Brand::* terms;
  bool excludes = false;
};
[[nodiscard]] std::span<const TermList> term_lists();

// What is found wrong with texts of one brand, and where.
class Findings {
 public:
  // `out` may be null and outlives the object.
  Findings(std::vector<Finding>* out, std::uint32_t brand) : out_(out), brand_(brand) {}

  [[nodiscard]] TextPlace place(TextPlace::Part part, std::uint32_t item = 0) const;
  void error(TextPlace place, std::string term, std::string message);
  void warn(TextPlace place, std::string term, std::string message);
  void add(const QueryFault& fault, TextPlace place, std::string_view text);
  [[nodiscard]] bool has_error() const { return first_error_.has_value(); }
  [[nodiscard]] const std::optional<Finding>& first_error() const { return first_error_; }

 private:
  std::vector<Finding>* out_;
  std::uint32_t brand_;
  std::optional<Finding> first_error_;
};

// The text without the sign that the list has: "#orange" of hashtags is "orange".
[[nodiscard]] std::string_view without_sigil(std::string_view term, Sigil sigil);

// Whether the term may stand in a list; reports what is wrong with it, or doubtful.
bool check_listed(std::string_view term, Sigil sigil, const TextPlace& place, Findings* findings);

// Reports accounts and domains that nothing could be found by. Items: the accounts, then the
// domains.
void check_owned(const Owned& owned, Findings* findings);

// Whether the brand is no more than terms of which one must occur.
[[nodiscard]] bool is_plain(const Brand& brand);

// All that must hold of a post for the brand, with `query` as its query; nothing, and the errors
// reported, where something does not compile. What is wrong with its lists is not told again with
// its shadow.
[[nodiscard]] std::optional<Query> brand_query(const Brand& brand, std::string_view query,
                                               TextPlace::Part part, const Library* library,
                                               Findings* findings);

}  // namespace vigie::rules
