#include "engine/app/decode_notes.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode_explain.h"
#include "engine/app/columns.h"
#include "engine/app/configuration.h"
#include "engine/app/output.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kPointerColumns = 44;
constexpr std::size_t kValueColumns = 60;

class DecodeNotes {
 public:
  explicit DecodeNotes(std::string_view choice) : choice_(choice) {}

  // Of one document.
  void append(const DocumentTrace& document, const std::string& file, const Record& record,
              std::string* out) {
    if (&record != record_ || record.offset != offset_ || file != file_) {
      record_ = &record;
      offset_ = record.offset;
      file_ = file;
      post_ = 0;
      many_ = false;
    }
    for (const mapping::Trace& post : document.posts) {
      append_heading(document, post, out);
      append_fields(post, out);
      out->push_back('\n');
      ++post_;
    }
  }

 private:
  void append_heading(const DocumentTrace& document, const mapping::Trace& post, std::string* out) {
    const bool mapped = post.outcome == "mapped";
    const bool dropped = post.outcome.starts_with("dropped");
    out->append(cat(mapped ? "✓ " : dropped ? "- " : "✗ ", file_, ": byte ", offset_));
    many_ = many_ || document.posts.size() > 1;
    if (many_ || post_ > 0) out->append(cat(", post ", post_));
    out->append(cat(": ", post.outcome, '\n'));
    std::string how;
    if (!post.mapping.empty()) {
      how = cat("by ", post.mapping, " (", reason_of(post.mapping), ")");
      if (!post.lines.empty() || dropped) how += cat(", rule ", post.rule + 1);
      last_[file_] = post.mapping;
    }
    if (!document.envelopes.empty()) {
      how += how.empty() ? "inside " : ", inside ";
      for (const std::string& envelope : document.envelopes) {
        if (&envelope != &document.envelopes.front()) how += " > ";
        how += envelope;
      }
    }
    if (!how.empty()) out->append(cat("  ", how, '\n'));
  }

  // Why this mapping was taken: it was named, or, by auto, because it knew the document before, or
  // because it was the first to know this one.
  std::string_view reason_of(const std::string& mapping) {
    if (choice_ != kAutoMapping) return "named";
    const auto last = last_.find(file_);
    return last != last_.end() && last->second == mapping ? "remembered" : "detected";
  }

  static void append_fields(const mapping::Trace& post, std::string* out) {
    if (post.lines.empty()) return;
    std::vector<std::vector<std::string>> rows{{"   ", "field", "from", "value"}};
    for (const mapping::TraceLine& line : post.lines) {
      const bool is_used = line.fault.empty();
      std::string value = one_line(line.value, kValueColumns);
      if (!is_used) append_to(&value, " (", line.fault, ')');
      rows.push_back({is_used ? "" : "  ✗", line.field,
                      line.from.empty() ? "(const)" : one_line(line.from, kPointerColumns), value});
    }
    out->append(table(rows, "<<<<"));
  }

  const std::string choice_;
  std::map<std::string, std::string> last_;  // mapping, by file
  // The record at hand, and the place of the next post in it.
  const Record* record_ = nullptr;
  std::string file_;
  std::int64_t offset_ = 0;
  std::size_t post_ = 0;
  bool many_ = false;
};

}  // namespace

Exit explain_decoding(const PostFiles& files) {
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  const auto decoder =
      make_explaining_decoder({.future = files.future}, files.mapping.mappings, files.mapping.name);
  DecodeNotes notes(files.mapping.name);
  InputLog log;
  const Result<void> read = for_each_slice(
      files, decoder.get(),
      [&](const DecodedSlice& slice) {
        for (const Reject& reject : slice.mentions->rejects) log.count(reject);
        for (const DocumentTrace& document : decoder->traces()) {
          const Record& record = slice.batch->records[document.record];
          notes.append(document, slice.source->name(record.partition).topic, record,
                       &output->text());
          output->flush_if_large();
        }
      },
      &log);
  return finish(read, log, &*output);
}

}  // namespace vigie
