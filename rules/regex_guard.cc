#include "rules/regex_guard.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "rules/atom_index.h"
#include "rules/rules.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kAtomsExaminedMax = 64;  // of one regex; more are taken as alternatives
// Required atoms that are shorter are not scanned for, if there are longer ones: a second pass over
// every text costs more than a look at the few that hold the others.
constexpr std::size_t kScannedBytesMin = 4;
constexpr std::uint32_t kAnyBytes = 0xFFFFFFFF;  // of a match that may be as long as the text

RE2::Options options(RegexSet::On on = RegexSet::On::folded) {
  RE2::Options options;
  options.set_case_sensitive(on == RegexSet::On::written);
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytes);
  return options;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Reads a pattern from left to right, knowing where a character stands for itself.
class PatternFolder {
 public:
  explicit PatternFolder(std::string_view pattern) : rest_(pattern) {}

  std::string run() {
    while (!rest_.empty()) {
      if (!is_ascii(rest_[0])) {
        fold_character();
      } else if (quoted_) {
        in_quotes();
      } else if (rest_[0] == '\\') {
        escape();
      } else if (in_class_) {
        in_class();
      } else {
        plain();
      }
    }
    return std::move(out_);
  }

 private:
  void take(std::size_t count) {
    count = std::min(count, rest_.size());
    out_.append(rest_.substr(0, count));
    rest_.remove_prefix(count);
  }

  void in_quotes() {
    quoted_ = !rest_.starts_with("\\E");
    take(quoted_ ? 1 : 2);
  }

  void escape() {
    quoted_ = rest_.starts_with("\\Q");
    take(1);
    if (!rest_.empty()) take(character_bytes(rest_));
  }

  void in_class() {
    const std::size_t end = rest_.starts_with("[:") ? rest_.find(":]") : std::string_view::npos;
    if (end != std::string_view::npos) {
      take(end + 2);
      return;
    }
    in_class_ = rest_[0] != ']';
    take(1);
  }

  void plain() {
    in_class_ = rest_[0] == '[';
    take(1);
    if (!in_class_) return;
    if (rest_.starts_with('^')) take(1);
    if (rest_.starts_with(']')) take(1);  // stands for itself at the beginning
  }

  void fold_character() {
    const std::size_t bytes = character_bytes(rest_);
    FoldedText folded;
    fold_scalar(rest_.substr(0, bytes), &folded);
    rest_.remove_prefix(bytes);
    if (folded.size() == 0) return;
    if (quoted_) out_.append("\\E");
    append_literal(folded.view());
    if (quoted_) out_.append("\\Q");
  }

  void append_literal(std::string_view text) {
    const bool solo = text.size() > 1 && text.ends_with(' ');
    if (solo) text.remove_suffix(1);
    const bool group = !in_class_ && (solo || character_bytes(text) < text.size());
    if (group) out_.append(solo ? "(?: *" : "(?:");
    for (const char c : text) {
      if (c == ' ' && solo) {
        if (!in_class_) out_.append(" *");
      } else {
        out_.append(is_ascii(c) ? RE2::QuoteMeta(std::string_view(&c, 1)) : std::string(1, c));
      }
    }
    if (group) out_.append(solo ? " *)" : ")");
  }

  std::string_view rest_;
  std::string out_;
  bool quoted_ = false;    // between \Q and \E
  bool in_class_ = false;  // between [ and ]
};

// The number of times that a repetition like {2,5} allows at most; kAnyBytes where it sets no limit
// or is none.
std::uint64_t most_repeats(std::string_view braces) {
  braces = braces.substr(0, braces.find('}'));
  const std::string_view most = braces.substr(braces.rfind(',') + 1);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(most.data(), most.data() + most.size(), count);
  const bool is_number = error == std::errc() && end == most.data() + most.size();
  return is_number ? std::max(count, 1U) : kAnyBytes;
}

// A bound on the bytes of a match in folded text, which need not be tight: one character for each
// byte of the pattern, and of that four bytes unless it is an ASCII literal.
std::uint32_t longest_match(std::string_view pattern) {
  if (pattern.find_first_of("*+") != std::string_view::npos) return kAnyBytes;
  std::uint64_t bytes = 0;
  std::uint64_t repeats = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool literal = is_ascii(pattern[i]) && !std::string_view(".[\\").contains(pattern[i]);
    bytes += literal ? 1 : 4;
    if (pattern[i] == '{') repeats *= most_repeats(pattern.substr(i + 1));
    if (repeats >= kAnyBytes) return kAnyBytes;
  }
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes * repeats, kAnyBytes));
}

std::string error_text(const RE2& regex) {
  return regex.error().empty() ? "RE2 refuses it" : regex.error();
}

// The literals a pattern needs. `required`: every one of them; else at least one.
struct Literals {
  std::vector<std::string> atoms;  // longer ones first
  bool required = false;

  // Those that every text is scanned for.
  [[nodiscard]] std::span<const std::string> scanned() const {
    if (!required || atoms.front().size() < kScannedBytesMin) return atoms;
    const auto end = std::ranges::find_if(
        atoms, [](const std::string& atom) { return atom.size() < kScannedBytesMin; });
    return {atoms.begin(), end};
  }
};

Literals literals_of(const std::string& pattern, RegexSet::On on) {
  re2::FilteredRE2 filter(static_cast<int>(kAtomBytesMin));
  int id = 0;
  Literals literals;
  if (filter.Add(pattern, options(on), &id) != RE2::NoError) return literals;
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  std::vector<int> possible;
  filter.AllPotentials({}, &possible);
  if (!possible.empty()) return literals;  // it may match without any of them
  std::vector<int> present(atoms.size());
  std::iota(present.begin(), present.end(), 0);
  for (std::size_t i = 0; i < std::min(atoms.size(), kAtomsExaminedMax); ++i) {
    std::vector<int> others = present;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    filter.AllPotentials(others, &possible);
    if (possible.empty()) literals.atoms.push_back(atoms[i]);
  }
  literals.required = !literals.atoms.empty();
  if (!literals.required) literals.atoms = std::move(atoms);
  std::ranges::stable_sort(literals.atoms, std::ranges::greater{}, &std::string::size);
  return literals;
}

// The literals of a pattern for the text as it is written, as they are found in folded text: a part
// of each between spaces, which folding may add.
Literals folded_literals(const Literals& literals) {
  std::vector<std::string> atoms;
  for (const std::string& atom : literals.atoms) {
    FoldedText folded;
    fold_scalar(atom, &folded);
    std::string_view longest;
    for (std::string_view rest = folded.view(); !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find(' '));
      if (part.size() > longest.size()) longest = part;
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    if (longest.size() >= kAtomBytesMin) {
      atoms.emplace_back(longest);
    } else if (!literals.required) {
      return {};  // one of the alternatives cannot be looked for
    }
  }
  if (atoms.empty()) return {};
  std::ranges::sort(atoms);
  const auto repeated = std::ranges::unique(atoms);
  atoms.erase(repeated.begin(), repeated.end());
  std::ranges::stable_sort(atoms, std::ranges::greater{}, &std::string::size);
  return {std::move(atoms), literals.required};
}

}  // namespace

std::string fold_pattern(std::string_view pattern) { return PatternFolder(pattern).run(); }

std::optional<std::string> regex_error(std::string_view pattern) {
  if (pattern.size() > kRegexBytesMax) {
    return cat("it is longer than ", kRegexBytesMax, " bytes");
  }
  const RE2 given(pattern, options());
  if (!given.ok()) return error_text(given);
  const RE2 folded(fold_pattern(pattern), options());
  if (!folded.ok()) return error_text(folded);
  return std::nullopt;
}

struct RegexSet::State {
  struct Regex {
    std::unique_ptr<const RE2> regex;
    RegexSet::On on = RegexSet::On::folded;
    bool looked_for = false;
    std::uint32_t atoms_needed = 0;       // of those that are scanned for; 0: tried on every text
    std::uint32_t bytes_max = kAnyBytes;  // of a match
    Literals literals;                    // as they are found in folded text

    [[nodiscard]] bool holds_unscanned(std::string_view folded) const;
    [[nodiscard]] bool may_match(std::string_view folded) const;
  };
  struct Atom {
    std::string text;  // until finish()
    std::uint32_t bytes = 0;
    std::vector<std::uint32_t> regexes;
  };

  std::vector<Regex> regexes;
  std::vector<std::uint32_t> always;  // regexes without a guard
  std::vector<Atom> atoms;
  AtomIndex index;  // of the atoms

  void add_atoms(std::uint32_t regex);
  void merge_atoms();
  void fill_index();
  void see(AtomIndex::Found found, Scratch* scratch) const;
};

namespace {

// As contains() of a view, which stops at every byte that is the literal's first one.
bool holds(std::string_view text, std::string_view literal) {
  return memmem(text.data(), text.size(), literal.data(), literal.size()) != nullptr;
}

}  // namespace

// Whether the text, in which the scan has found what it looks for, holds the other literals too.
bool RegexSet::State::Regex::holds_unscanned(std::string_view text) const {
  if (!literals.required) return true;
  const auto others = std::span(literals.atoms).subspan(atoms_needed);
  return std::ranges::all_of(others, [&](const std::string& atom) { return holds(text, atom); });
}

// Whether the text, in which nothing has been looked for, holds the literals that a match would.
bool RegexSet::State::Regex::may_match(std::string_view text) const {
  constexpr std::size_t kLookedFor = 4;  // by hand; with more of them trying is as cheap
  if (literals.atoms.empty() || literals.atoms.size() > kLookedFor) return true;
  const auto is_there = [&](const std::string& atom) { return holds(text, atom); };
  return literals.required ? std::ranges::all_of(literals.atoms, is_there)
                           : std::ranges::any_of(literals.atoms, is_there);
}

RegexSet::RegexSet() : state_(std::make_unique<State>()) {}
RegexSet::~RegexSet() = default;
RegexSet::RegexSet(RegexSet&&) noexcept = default;
RegexSet& RegexSet::operator=(RegexSet&&) noexcept = default;

Result<RegexSet::Added> RegexSet::add(std::string_view pattern, On on) {
  if (const auto error = regex_error(pattern)) return fail(ErrorKind::config, *error);
  const std::string tried = on == On::folded ? fold_pattern(pattern) : std::string(pattern);
  State::Regex regex;
  regex.literals = literals_of(tried, on);
  if (on == On::written) regex.literals = folded_literals(regex.literals);
  regex.regex = std::make_unique<const RE2>(tried, options(on));
  const Literals& literals = regex.literals;
  regex.on = on;
  regex.bytes_max = longest_match(tried);
  const std::size_t scanned = literals.scanned().size();
  regex.atoms_needed =
      static_cast<std::uint32_t>(literals.required ? scanned : std::min<std::size_t>(scanned, 1));
  const Added added{static_cast<std::uint32_t>(size()), regex.atoms_needed == 0,
                    RE2::FullMatch("", *regex.regex)};
  state_->regexes.push_back(std::move(regex));
  return added;
}

void RegexSet::look_for(std::uint32_t regex) { state_->regexes[regex].looked_for = true; }

void RegexSet::State::add_atoms(std::uint32_t regex) {
  if (!regexes[regex].looked_for) return;
  for (const std::string& atom : regexes[regex].literals.scanned()) {
    atoms.push_back({atom, static_cast<std::uint32_t>(atom.size()), {regex}});
  }
  if (regexes[regex].atoms_needed == 0) always.push_back(regex);
}

// Equal atoms become one, with the regexes of both.
void RegexSet::State::merge_atoms() {
  std::sort(atoms.begin(), atoms.end(), [](const Atom& a, const Atom& b) {
    return std::tie(a.text, a.regexes) < std::tie(b.text, b.regexes);
  });
  std::vector<Atom> merged;
  for (Atom& atom : atoms) {
    if (!merged.empty() && merged.back().text == atom.text) {
      merged.back().regexes.push_back(atom.regexes.front());
    } else {
      merged.push_back(std::move(atom));
    }
  }
  atoms = std::move(merged);
}

void RegexSet::State::fill_index() {
  std::vector<std::string> texts;
  texts.reserve(atoms.size());
  for (Atom& atom : atoms) texts.push_back(std::exchange(atom.text, {}));
  index = AtomIndex::build(texts);
}

void RegexSet::finish() {
  for (std::uint32_t i = 0; i < state_->regexes.size(); ++i) state_->add_atoms(i);
  state_->merge_atoms();
  state_->fill_index();
}

bool RegexSet::empty() const { return state_->regexes.empty(); }
std::size_t RegexSet::size() const { return state_->regexes.size(); }
std::string_view RegexSet::pattern(std::uint32_t regex) const {
  return state_->regexes[regex].regex->pattern();
}

std::size_t RegexSet::memory_bytes() const {
  std::size_t bytes = state_->index.memory_bytes();
  for (const State::Atom& atom : state_->atoms) {
    bytes += sizeof atom + atom.regexes.capacity() * sizeof(std::uint32_t);
  }
  for (const State::Regex& regex : state_->regexes) {
    bytes += sizeof regex;
    for (const std::string& atom : regex.literals.atoms)
      bytes += sizeof(std::string) + atom.capacity();
  }
  return bytes;
}

// Counts an atom once a round, for every regex that needs it.
void RegexSet::State::see(AtomIndex::Found found, Scratch* scratch) const {
  const Atom& atom = atoms[found.atom];
  const std::uint32_t end = found.begin + atom.bytes;
  const std::uint32_t round = scratch->round;
  const bool again = std::exchange(scratch->atom_seen[found.atom], round) == round;
  for (const std::uint32_t regex : atom.regexes) {
    Scratch::Seen& seen = scratch->regex_seen[regex];
    if (seen.round != round) seen = {round, 0, {end, found.begin}};
    const std::uint32_t first = end - std::min(end, regexes[regex].bytes_max);
    seen.within.first = std::min(seen.within.first, first);
    seen.within.last = std::max(seen.within.last, found.begin);
    if (again) continue;
    if (++seen.count == regexes[regex].atoms_needed) scratch->candidates.push_back(regex);
  }
}

namespace {

void start_round(std::size_t atoms, std::size_t regexes, RegexSet::Scratch* scratch) {
  const bool fresh = ++scratch->round == 0 || scratch->atom_seen.size() != atoms;
  if (fresh) {
    scratch->round = 1;
    scratch->atom_seen.assign(atoms, 0);
    scratch->regex_seen.assign(regexes, {});
  }
  scratch->candidates.clear();
}

}  // namespace

void RegexSet::find_candidates(std::string_view folded, Scratch* scratch) const {
  const State& state = *state_;
  start_round(state.atoms.size(), state.regexes.size(), scratch);
  scratch->candidates = state.always;
  state.index.find(folded, &scratch->atoms_found);
  for (const AtomIndex::Found found : scratch->atoms_found) state.see(found, scratch);
  std::erase_if(scratch->candidates,
                [&](std::uint32_t regex) { return !state.regexes[regex].holds_unscanned(folded); });
}

std::size_t RegexSet::find_matches(std::uint32_t regex, std::string_view text, Most most,
                                   Within within, std::vector<Stretch>* matches) const {
  matches->clear();
  const State::Regex& one = state_->regexes[regex];
  const bool folded = one.on == On::folded;
  bool again = false;
  std::size_t empty = 0;
  std::size_t bytes = 0;
  for (std::size_t at = folded ? within.first : 0;
       at <= text.size() && matches->size() < most.matches;) {
    re2::StringPiece match;
    if (again) bytes += text.size() - at;
    if (bytes > most.bytes) return bytes;
    if (again && folded && (at > within.last || !one.may_match(text.substr(at)))) return bytes;
    again = true;
    if (!one.regex->Match(text, at, text.size(), RE2::UNANCHORED, &match, 1)) return bytes;
    std::string_view found(match.data(), match.size());
    const auto begin = static_cast<std::size_t>(found.data() - text.data());
    if (found.empty()) {
      if (++empty > kEmptyMatchesMax || begin == text.size()) return bytes;
      at = begin + character_bytes(text.substr(begin));
      continue;
    }
    at = begin + found.size();
    const std::size_t spaces = found.find_first_not_of(' ');
    if (spaces != std::string_view::npos) {
      found.remove_prefix(spaces);
      found = found.substr(0, found.find_last_not_of(' ') + 1);
    }
    matches->push_back({static_cast<std::uint32_t>(found.data() - text.data()),
                        static_cast<std::uint32_t>(found.size())});
  }
  return bytes;
}

}  // namespace vigie::rules
