#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "connectors/decimal.h"
#include "connectors/html_entities.h"
#include "connectors/mapping_convert.h"

namespace vigie::mapping {
namespace {

// What stands in front of a text that is written when something is: breaks are owed until then, so
// that none stands at either end.
//
// Why the text is never longer than the HTML: a tag has three bytes at least ("<p>") and owes two
// at most; "…" takes three and comes with "</span>", which owes nothing; a reference means no more
// bytes than it has; and all else is copied or left out.
class TextWriter {
 public:
  explicit TextWriter(char* to) : first_(to), end_(to) {}

  // Text of the page; white space at the beginning of a line is left out.
  void text(std::string_view run) {
    if (owed_ > 0 || end_ == first_) {
      while (!run.empty() && is_space(run.front())) run.remove_prefix(1);
    }
    if (!run.empty()) literal(run);
  }
  // The same, as it stands.
  void literal(std::string_view bytes) {
    char* to = open();
    std::memcpy(to, bytes.data(), bytes.size());
    end_ = to + bytes.size();
  }
  void reference(std::string_view text, References where, std::size_t* size) {
    char* to = open();
    const Reference found = decode_reference(text, where, to);
    *size = std::max<std::size_t>(found.size, 1);
    end_ = found.end;
    if (found.size == 0) *end_++ = '&';
  }

  void line_break() { ++owed_; }
  // At least so many line breaks: two leave a line empty.
  void block(std::size_t breaks) { owed_ = std::max(owed_, breaks); }
  void cell() { owes_space_ = true; }

  [[nodiscard]] std::string_view finish() {
    drop_spaces();
    return {first_, static_cast<std::size_t>(end_ - first_)};
  }

 private:
  char* open() {
    if (owed_ > 0) {
      drop_spaces();
      if (end_ != first_) end_ = std::fill_n(end_, owed_, '\n');
    } else if (owes_space_ && end_ != first_ && !is_space(end_[-1])) {
      *end_++ = ' ';
    }
    owed_ = 0;
    owes_space_ = false;
    return end_;
  }
  void drop_spaces() {
    while (end_ != first_ && is_space(end_[-1])) --end_;
  }

  char* first_;
  char* end_;
  std::size_t owed_ = 0;
  bool owes_space_ = false;
};

// What a tag does to the text around it.
enum class Effect : std::uint8_t {
  none,
  span,
  link,
  line_break,
  line,
  paragraph,
  cell,
  image,
  raw
};

struct Element {
  std::string_view name;
  Effect effect;
};
constexpr std::array<Element, 39> kElements{{
    {"a", Effect::link},       {"address", Effect::line},    {"article", Effect::line},
    {"aside", Effect::line},   {"blockquote", Effect::line}, {"br", Effect::line_break},
    {"caption", Effect::line}, {"dd", Effect::line},         {"div", Effect::line},
    {"dl", Effect::line},      {"dt", Effect::line},         {"figcaption", Effect::line},
    {"figure", Effect::line},  {"footer", Effect::line},     {"form", Effect::line},
    {"h1", Effect::line},      {"h2", Effect::line},         {"h3", Effect::line},
    {"h4", Effect::line},      {"h5", Effect::line},         {"h6", Effect::line},
    {"header", Effect::line},  {"hr", Effect::line},         {"img", Effect::image},
    {"li", Effect::line},      {"main", Effect::line},       {"nav", Effect::line},
    {"ol", Effect::line},      {"p", Effect::paragraph},     {"pre", Effect::line},
    {"script", Effect::raw},   {"section", Effect::line},    {"span", Effect::span},
    {"style", Effect::raw},    {"table", Effect::line},      {"td", Effect::cell},
    {"th", Effect::cell},      {"tr", Effect::line},         {"ul", Effect::line},
}};
static_assert(std::ranges::is_sorted(kElements, {}, &Element::name));

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

Effect effect_of(std::string_view name) {
  std::array<char, 16> letters{};  // the longest name has ten
  if (name.size() > letters.size()) return Effect::none;
  std::size_t size = 0;
  for (const char c : name) letters[size++] = lower(c);
  const std::string_view known(letters.data(), size);
  const auto* found = std::ranges::lower_bound(kElements, known, {}, &Element::name);
  return found != kElements.end() && found->name == known ? found->effect : Effect::none;
}

constexpr std::string_view kSpaces = " \t\n\v\f\r";

// The value of an attribute as it stands in the tag, whose name is left out; empty where it is not
// there.
std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = 0;;) {
    at = tag.find_first_not_of(" \t\n\v\f\r/", at);
    if (at == tag.npos) return {};
    const std::size_t name_end = std::min(tag.find_first_of(" \t\n\v\f\r/=", at + 1), tag.size());
    const bool found = same_name(tag.substr(at, name_end - at), name);
    at = tag.find_first_not_of(kSpaces, name_end);
    if (at == tag.npos || tag[at] != '=') {
      if (found) return {};
      continue;
    }
    at = tag.find_first_not_of(kSpaces, at + 1);
    if (at == tag.npos) return {};
    const bool quoted = tag[at] == '"' || tag[at] == '\'';
    const std::size_t first = quoted ? at + 1 : at;
    const std::size_t end =
        std::min(quoted ? tag.find(tag[at], first) : tag.find_first_of(kSpaces, first), tag.size());
    if (found) return tag.substr(first, end - first);
    at = std::min(end + 1, tag.size());
  }
}

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; (at = words.find_first_not_of(kSpaces, at)) != words.npos;) {
    const std::size_t end = std::min(words.find_first_of(kSpaces, at), words.size());
    if (words.substr(at, end - at) == word) return true;
    at = end;
  }
  return false;
}

// Goes over the HTML once. Of open elements it keeps only how many spans are open within one that
// is hidden or shortened, so unclosed and crossing tags do no harm.
class HtmlReader {
 public:
  HtmlReader(std::string_view html, char* to) : html_(html), out_(to) {}

  std::string_view read() {
    while (at_ < html_.size()) {
      std::size_t end = at_;
      while (end < html_.size() && html_[end] != '<' && html_[end] != '&') ++end;
      if (end != at_) text(html_.substr(at_, end - at_));
      at_ = end;
      if (end == html_.size()) break;
      if (html_[end] == '&') {
        reference();
      } else if (!markup()) {
        text(html_.substr(at_++, 1));
      }
    }
    return out_.finish();
  }

 private:
  void text(std::string_view run) {
    if (hidden_spans_ == 0) out_.text(run);
  }
  void reference() {
    std::size_t size = 1;
    if (hidden_spans_ == 0) out_.reference(html_.substr(at_), References::in_text, &size);
    at_ += size;
  }

  // Steps over the tag, comment or declaration at the "<" here; false where it begins none.
  bool markup() {
    const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
    if (next == '!' || next == '?') return declaration();
    const bool closes = next == '/';
    const std::size_t name = at_ + (closes ? 2 : 1);
    if (name >= html_.size() || !is_letter(html_[name])) return false;
    const std::size_t end = tag_end(name);
    if (end == html_.npos) return false;
    const std::string_view tag = html_.substr(name, end - name);
    at_ = end + 1;
    const std::size_t name_size = std::min(tag.find_first_of(" \t\n\v\f\r/"), tag.size());
    const std::string_view called = tag.substr(0, name_size);
    if (closes) {
      close(effect_of(called));
    } else {
      open(called, tag.substr(name_size));
    }
    return true;
  }

  // "<!-- ... -->", "<!DOCTYPE html>", "<?xml ... ?>". A comment that does not end hides the rest.
  bool declaration() {
    const std::string_view rest = html_.substr(at_);
    if (rest.starts_with("<!--")) {
      constexpr std::size_t kDashes = 2;  // "<!-->" is a whole comment
      const std::size_t end = rest.find("-->", kDashes);
      at_ = end == rest.npos ? html_.size() : at_ + end + 3;
      return true;
    }
    const char first = rest.size() > 2 ? rest[2] : ' ';
    if (!is_letter(first) && first != '[') return false;
    const std::size_t end = closing_bracket(at_);
    if (end == html_.npos) return false;
    at_ = end + 1;
    return true;
  }

  // The ">" that ends a tag, whose attributes may hold others within quotes. Where it does not end
  // so, quotes mean nothing from there on: the search fails no more than once with them and once
  // without, so that all searches together are linear.
  std::size_t tag_end(std::size_t at) {
    bool value = false;  // behind "="
    for (std::size_t i = at; quotes_ && i < html_.size(); ++i) {
      const char c = html_[i];
      if (c == '>') return i;
      if (value && (c == '"' || c == '\'')) {
        i = html_.find(c, i + 1);
        if (i == html_.npos) break;
      }
      value = c == '=' || (value && is_space(c));
    }
    quotes_ = false;
    return closing_bracket(at);
  }
  std::size_t closing_bracket(std::size_t at) {
    const std::size_t end = brackets_ ? html_.find('>', at) : html_.npos;
    brackets_ = end != html_.npos;
    return end;
  }

  void open(std::string_view name, std::string_view attributes) {
    const Effect effect = effect_of(name);
    if (effect == Effect::span) {
      open_span(attribute(attributes, "class"));
    } else if (effect == Effect::raw) {
      skip_raw(name);
    } else if (effect == Effect::image) {
      if (hidden_spans_ == 0) alternative(attribute(attributes, "alt"));
    } else if (hidden_spans_ == 0) {
      break_line(effect);
    }
  }

  void close(Effect effect) {
    if (effect == Effect::span) {
      close_span();
    } else if (effect != Effect::none && effect != Effect::image && effect != Effect::line_break) {
      // A span ends with what is around it.
      hidden_spans_ = 0;
      short_spans_ = 0;
      break_line(effect);
    }
  }

  void break_line(Effect effect) {
    if (effect == Effect::line_break) out_.line_break();
    if (effect == Effect::line) out_.block(1);
    if (effect == Effect::paragraph) out_.block(2);
    if (effect == Effect::cell) out_.cell();
  }

  // Mastodon shows a link without its scheme and cut short: both parts that it leaves out are
  // spans that its style sheet hides, and "…" stands behind what it calls ellipsis.
  void open_span(std::string_view classes) {
    if (hidden_spans_ > 0 || has_word(classes, "invisible")) {
      ++hidden_spans_;
    } else if (short_spans_ > 0 || has_word(classes, "ellipsis")) {
      ++short_spans_;
    }
  }
  void close_span() {
    if (hidden_spans_ > 0) {
      --hidden_spans_;
    } else if (short_spans_ > 0) {
      --short_spans_;
      if (short_spans_ == 0) out_.literal("…");
    }
  }

  // The text instead of a picture.
  void alternative(std::string_view alt) {
    while (!alt.empty()) {
      const std::size_t end = std::min(alt.find('&'), alt.size());
      out_.text(alt.substr(0, end));
      alt.remove_prefix(end);
      if (alt.empty()) break;
      std::size_t size = 0;
      out_.reference(alt, References::in_attribute, &size);
      alt.remove_prefix(size);
    }
  }

  // Steps behind the closing tag of a script or style; without one nothing else is text.
  void skip_raw(std::string_view name) {
    for (; (at_ = html_.find("</", at_)) != html_.npos; ++at_) {
      if (same_name(html_.substr(at_ + 2, name.size()), name)) return;
    }
    at_ = html_.size();
  }

  std::string_view html_;
  std::size_t at_ = 0;
  TextWriter out_;
  std::size_t hidden_spans_ = 0;
  std::size_t short_spans_ = 0;
  bool quotes_ = true;    // may hide a ">"
  bool brackets_ = true;  // there may be another ">"
};

}  // namespace

std::string_view html_to_text(std::string_view html, char* to) {
  if (!html.contains('<') && !html.contains('&')) return trimmed(html);
  return HtmlReader(html, to).read();
}

std::string_view decode_entities(std::string_view text, char* to) {
  std::size_t at = text.find('&');
  if (at == text.npos) return text;
  char* end = to;
  for (std::size_t first = 0;;) {
    std::memcpy(end, text.data() + first, at - first);
    end += at - first;
    if (at == text.size()) break;
    const Reference found = decode_reference(text.substr(at), References::in_attribute, end);
    end = found.end;
    if (found.size == 0) *end++ = '&';
    first = at + std::max<std::size_t>(found.size, 1);
    at = std::min(text.find('&', first), text.size());
  }
  return {to, static_cast<std::size_t>(end - to)};
}

}  // namespace vigie::mapping
