// `vigie sentiment`: how each line of a text file sounds.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/json_repair.h"
#include "engine/analysis/sentiment/sentiment.h"
#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/output.h"
#include "engine/app/sentiment_output.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie {
namespace {

using sentiment::Language;

constexpr std::size_t kReadBytes = 256UL << 10;
constexpr std::size_t kReasonsShown = 10;
constexpr std::size_t kFeatureColumns = 32;
constexpr std::size_t kNumberColumns = 10;
constexpr std::size_t kWordsShown = 60;

// The lines of a file, whatever bytes they hold.
class Lines {
 public:
  explicit Lines(int file) : file_(file), buffer_(kReadBytes) {}

  // Calls each(line) for all lines, and pause() before it may have to wait for more. What a line
  // has beyond kRecordBytesMax is left out. Returns errno, or 0.
  template <class Each, class Pause>
  int read(Each each, Pause pause) {
    for (;;) {
      pause();
      const ssize_t count = ::read(file_, buffer_.data(), buffer_.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno;
      if (count == 0) break;
      std::string_view rest(buffer_.data(), static_cast<std::size_t>(count));
      for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
           end = rest.find('\n')) {
        if (begun_.empty()) {
          each(rest.substr(0, end));
        } else {
          add(rest.substr(0, end));
          each(begun_);
          begun_.clear();
        }
        rest.remove_prefix(end + 1);
      }
      add(rest);
    }
    if (!begun_.empty()) each(begun_);
    return 0;
  }

 private:
  void add(std::string_view part) {
    begun_.append(part.substr(0, kRecordBytesMax - std::min(kRecordBytesMax, begun_.size())));
  }

  int file_;
  std::vector<char> buffer_;
  std::string begun_;  // of a line whose end has not come
};

class LineScorer {
 public:
  explicit LineScorer(Language language) : language_(language) {}

  void write(std::string_view line, std::string* out) {
    const sentiment::Text text = read(line);
    const Language language = language_of(text);
    append(scorer_.score(text, language), language, out);
  }

  // The same line, and below it what moved it.
  void explain(std::string_view line, std::string* out) {
    const sentiment::Text text = read(line);
    const Language language = language_of(text);
    const sentiment::Explanation explanation = scorer_.explain(text, language, kReasonsShown);
    append(explanation.score, language, out);
    if (explanation.score.label != Sentiment::unscored) append(text, explanation, out);
  }

 private:
  [[nodiscard]] sentiment::Text read(std::string_view line) {
    std::string_view original = line;
    if (!is_utf8(line)) {
      mended_.resize(repaired_size(line));
      original = repair_utf8(line, mended_.data());
    }
    rules::fold(original, &folded_);
    rules::tokenise(folded_, {}, &tokens_);
    return {original, folded_.view(), tokens_.all()};
  }
  [[nodiscard]] Language language_of(const sentiment::Text& text) {
    return language_ != Language::none ? language_ : scorer_.identify(text);
  }

  static void append(const sentiment::Score& score, Language language, std::string* out) {
    const bool scored = score.label != Sentiment::unscored;
    out->append(to_text(score.label)).push_back('\t');
    append_thousandths(scored ? score.score() : 0, out);
    out->push_back('\t');
    append_thousandths(scored ? score.confidence() : 0, out);
    out->push_back('\t');
    out->append(to_text(scored ? language : Language::none)).push_back('\n');
  }
  static void append(const sentiment::Text& text, const sentiment::Explanation& explanation,
                     std::string* out);

  Language language_;
  sentiment::Scorer scorer_;
  rules::FoldedText folded_;
  rules::Tokens tokens_;
  std::string mended_;
};

// "ce n est pas [bien du tout]": in brackets what a negation reaches.
std::string shown_words(const sentiment::Text& text, const sentiment::Explanation& explanation) {
  std::string out;
  const std::size_t shown = std::min(text.tokens.size(), kWordsShown);
  for (std::uint32_t i = 0; i < shown; ++i) {
    const Token& token = text.tokens[i];
    const auto begins = [&](const auto& scope) { return scope.first == i; };
    const auto ends = [&](const auto& scope) { return scope.last == i + 1; };
    out += i == 0 ? "" : " ";
    out += std::ranges::any_of(explanation.negated, begins) ? "[" : "";
    out += text.folded.substr(token.begin, token.end - token.begin);
    out += std::ranges::any_of(explanation.negated, ends) ? "]" : "";
  }
  if (shown < text.tokens.size()) out += cat(" and ", text.tokens.size() - shown, " more");
  return out;
}

void LineScorer::append(const sentiment::Text& text, const sentiment::Explanation& explanation,
                        std::string* out) {
  append_to(out, "  ", shown_words(text, explanation), "\n  ",
            pad_right("moved by", kFeatureColumns));
  for (const Sentiment label : {Sentiment::negative, Sentiment::neutral, Sentiment::positive}) {
    out->append(pad_left(to_text(label), kNumberColumns));
  }
  out->push_back('\n');
  std::string number;
  for (const sentiment::Reason& reason : explanation.reasons) {
    append_to(out, "  ", pad_right(reason.feature, kFeatureColumns));
    for (const float weight : reason.weights) {
      number = weight >= 0.0005F ? "+" : "";
      append_thousandths(weight, &number);
      out->append(pad_left(number, kNumberColumns));
    }
    out->push_back('\n');
  }
}

// What standard input or the file is; nothing, and a complaint, where it cannot be opened.
std::optional<int> open_file(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) return file;
  complain(cat(path, ": cannot be opened: ", std::strerror(errno)));
  return std::nullopt;
}

}  // namespace

Exit sentiment_command(const SentimentArguments& arguments) {
  Language language = Language::none;
  if (!arguments.lang.empty()) {
    language = sentiment::language_of(arguments.lang);
    if (language == Language::none) {
      complain(cat("--lang '", arguments.lang,
                   "' is no language that the model knows; write en, fr, de, it, pt or es"));
      return Exit::not_started;
    }
  }
  const std::optional<int> file = open_file(arguments.file);
  if (!file) return Exit::not_started;
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  LineScorer scorer(language);
  const auto each = [&](std::string_view line) {
    if (arguments.explain) {
      scorer.explain(line, &output->text());
    } else {
      scorer.write(line, &output->text());
    }
    output->flush_if_large();
  };
  const int error = Lines(*file).read(each, [&] { output->flush(); });
  const Result<void> written = output->close();
  if (*file != STDIN_FILENO) ::close(*file);
  if (error != 0) {
    complain(cat(arguments.file, ": cannot be read: ", std::strerror(error)));
    return Exit::stopped_by_error;
  }
  if (!written) return complain(written.error()), Exit::stopped_by_error;
  return Exit::done;
}

}  // namespace vigie
