// `vigie state`: what is kept of the brands, for people: look at it, write it out, take an author
// out of it.
#include <cstdio>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/state_erase.h"
#include "engine/analysis/state_meta.h"
#include "engine/analysis/state_report.h"
#include "engine/app/audit_log.h"
#include "engine/app/columns.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/output.h"
#include "engine/app/wire.h"
#include "engine/base/post_key.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kNameColumns = 40;

// The directory that is asked for; nothing, and a complaint, where there is none.
std::optional<std::string> path_of(const StateArguments& arguments) {
  if (!arguments.path.empty()) return arguments.path;
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return std::nullopt;
  if (!configuration->settings.state.path.empty()) return configuration->settings.state.path;
  complain(Error{ErrorKind::config,
                 "there is no state: its `state:` has no path, so that it is kept in memory only",
                 arguments.config});
  return std::nullopt;
}

std::string text_of(const std::optional<EventTime>& time) {
  return time ? to_rfc3339(*time) : "none";
}

std::string name_of(const StateReport::Position& position) {
  if (position.topic.empty()) return cat("partition ", position.partition);
  return cat(one_line(position.topic, kNameColumns), '/', position.number);
}

void print_report(const std::string& path, std::uint64_t file_bytes, const StateReport& report) {
  if (report.records() == 0) {
    std::printf("%s: an empty state, %llu bytes\n", path.c_str(),
                static_cast<unsigned long long>(file_bytes));
    return;
  }
  std::string head =
      cat(path, ": version ", report.meta().version, ", written by vigie ",
          report.meta().written_by, "\n", count_of(report.records(), "record"), " of ",
          report.bytes(), " bytes in a file of ", file_bytes, "; ",
          count_of(report.shards(), "shard"), "; watermark ", text_of(report.watermark()), "\n");
  std::vector<std::vector<std::string>> rows{{"partition", "read up to", "latest post"}};
  for (const StateReport::Position& position : report.positions()) {
    rows.push_back({name_of(position), cat(position.next_offset), text_of(position.event_time)});
  }
  if (rows.size() > 1) head += '\n' + table(rows, "<><");
  rows = {{"brand", "mentions", "posts kept", "authors kept", "bytes"}};
  for (const auto& [name, brand] : report.brands()) {
    rows.push_back({one_line(name, kNameColumns), cat(brand.mentions), cat(brand.posts),
                    cat(brand.authors), cat(brand.bytes)});
  }
  if (rows.size() > 1) head += '\n' + table(rows, "<>>>>");
  std::fputs(head.c_str(), stdout);
}

void append_time(const std::optional<EventTime>& time, std::string* out) {
  out->append(time ? cat('"', to_rfc3339(*time), '"') : "null");
}

std::string json_report(std::uint64_t file_bytes, const StateReport& report) {
  std::string out = cat("{\"version\":", report.meta().version, ",\"written_by\":");
  append_json_string(report.meta().written_by, &out);
  append_to(&out, ",\"file_bytes\":", file_bytes, ",\"records\":", report.records(),
            ",\"record_bytes\":", report.bytes(), ",\"shards\":", report.shards(),
            ",\"watermark\":");
  append_time(report.watermark(), &out);
  out += ",\"partitions\":[";
  for (const StateReport::Position& position : report.positions()) {
    append_to(&out, out.back() == '[' ? "" : ",", "{\"id\":", position.partition, ",\"topic\":");
    append_json_string(position.topic, &out);
    append_to(&out, ",\"number\":", position.number, ",\"next_offset\":", position.next_offset,
              ",\"event_time\":");
    append_time(position.event_time, &out);
    out += '}';
  }
  out += "],\"brands\":[";
  for (const auto& [name, brand] : report.brands()) {
    out += out.back() == '[' ? "{\"name\":" : ",{\"name\":";
    append_json_string(name, &out);
    append_to(&out, ",\"mentions\":", brand.mentions, ",\"posts\":", brand.posts,
              ",\"authors\":", brand.authors, ",\"records\":", brand.records,
              ",\"bytes\":", brand.bytes, '}');
  }
  return out + "]}\n";
}

// --- Erasing an author ---------------------------------------------------------------------------

constexpr std::string_view kAuditLog = "audit.log";

// Of the keys in the store. Errors: config, where it is empty; those of the store.
Result<KeySeed> seed_of(StateStore* store) {
  std::optional<StateMeta> meta;
  Result<void> loaded = store->load([&meta](std::string_view key, std::string_view value) {
    if (key != kMetaKey) return Result<void>{};
    Result<StateMeta> read = load_meta(value);
    if (!read) return Result<void>(std::unexpected(std::move(read.error())));
    meta = std::move(*read);
    return Result<void>{};
  });
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (!meta) return fail(ErrorKind::config, "there is nothing in this state");
  return meta->key_seed;
}

// Saves the state without the author.
Result<EraseCounts> erase_author(StateStore* store, const StateEraseArguments& arguments) {
  const Result<KeySeed> seed = seed_of(store);
  if (!seed) return std::unexpected(seed.error());
  std::string platform = arguments.platform;  // in lower case, as decoders have it
  for (char& c : platform) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  ErasedAuthor author{.key = author_key(*seed, platform, arguments.author),
                      .posts = {},
                      .names = arguments.handles};
  author.names.push_back(arguments.author);
  for (const std::string& id : arguments.posts) {
    author.posts.push_back(post_key(*seed, platform, id));
  }
  AuthorEraser eraser(std::move(author), fresh_key_seed());
  std::vector<StateRecord> changed;
  Result<void> done = store->load(
      [&eraser](std::string_view key, std::string_view value) { return eraser.look(key, value); });
  if (done) {
    done = store->load([&](std::string_view key, std::string_view value) {
      return eraser.erase(key, value, &changed);
    });
  }
  if (done && !changed.empty()) done = store->save(changed);
  if (!done) return std::unexpected(std::move(done.error()));
  return eraser.counts();
}

std::string counts_text(const EraseCounts& counts) {
  return cat("brands=", counts.brands, " authors=", counts.authors,
             " contributors=", counts.contributors, " posts=", counts.posts,
             " entries=", counts.entries, " cascades=", counts.cascades,
             " replies=", counts.replies, " groups=", counts.groups, " channels=", counts.channels);
}

// What an erasure cannot reach: state.md tells more.
std::string stays_text(const EraseCounts& counts) {
  std::string out = "what stays: the numbers that these posts add to";
  if (counts.dense_sets != 0) {
    append_to(&out, "; ", count_of(counts.dense_sets, "set"),
              " of authors too large to hold keys: they count one more, and cannot tell whom");
  }
  if (counts.shared_groups != 0) {
    append_to(&out, "; the fingerprint of ", count_of(counts.shared_groups, "text"),
              " that others wrote, too");
  }
  return out +
         "; what others wrote about the author under other names than those given (--handle); "
         "posts "
         "that the state had forgotten, where they began a cascade or were answered (--post)\n";
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return to_rfc3339(EventTime(std::chrono::duration_cast<std::chrono::seconds>(now)));
}

Exit write_audit(const std::string& path, AuditLog* audit, const EraseCounts& counts) {
  const Result<void> written =
      audit->append(cat(now_text(), " erase ", counts_text(counts), " vigie ", VIGIE_VERSION));
  if (!written) {
    complain(Error{ErrorKind::refused,
                   cat("the author was erased (", counts_text(counts),
                       "), but that could not be noted: ", written.error().message),
                   path});
    return Exit::stopped_by_error;
  }
  return Exit::done;
}

}  // namespace

Exit state_inspect_command(const StateInspectArguments& arguments) {
  const auto path = path_of(arguments.state);
  if (!path) return Exit::not_started;
  const auto store = open_store(*path, StoreAccess::read);
  if (!store) return complain(store.error()), Exit::not_started;
  StateReport report;
  Result<void> loaded = (*store)->load(
      [&report](std::string_view key, std::string_view value) { return report.add(key, value); });
  if (loaded) loaded = report.complete();
  if (!loaded) return complain(loaded.error()), Exit::stopped_by_error;
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(cat(*path, '/', kStoreFile), unknown);
  const std::uint64_t file_bytes = unknown ? 0 : bytes;
  if (arguments.json) {
    std::fputs(json_report(file_bytes, report).c_str(), stdout);
  } else {
    print_report(*path, file_bytes, report);
  }
  return Exit::done;
}

Exit state_export_command(const StateArguments& arguments) {
  const auto path = path_of(arguments);
  if (!path) return Exit::not_started;
  const auto store = open_store(*path, StoreAccess::read);
  if (!store) return complain(store.error()), Exit::not_started;
  Result<Output> output = Output::open("-");
  if (!output) return complain(output.error()), Exit::not_started;
  Result<void> done = (*store)->load([&output](std::string_view key, std::string_view value) {
    Result<void> appended = append_state_json(key, value, &output->text());
    output->flush_if_large();
    return appended;
  });
  const Result<void> closed = output->close();
  if (done && !closed) done = std::unexpected(closed.error());
  if (!done) return complain(done.error()), Exit::stopped_by_error;
  return Exit::done;
}

Exit state_erase_command(const StateEraseArguments& arguments) {
  const auto path = path_of(arguments.state);
  if (!path) return Exit::not_started;
  // An engine would make what is not there.
  if (const auto there = open_store(*path, StoreAccess::read); !there) {
    return complain(there.error()), Exit::not_started;
  }
  auto store = open_store(*path, StoreAccess::engine);
  if (!store) return complain(store.error()), Exit::not_started;
  Result<AuditLog> audit = AuditLog::open(cat(*path, '/', kAuditLog));
  if (!audit) return complain(audit.error()), Exit::not_started;
  const Result<EraseCounts> counts = erase_author(store->get(), arguments);
  if (!counts) return complain(counts.error()), Exit::stopped_by_error;
  store->reset();
  const Exit noted = write_audit(*path, &*audit, *counts);
  // Also where it could not be noted: the author is to be gone from the free parts of the file.
  if (const Result<void> rewritten = rewrite_store(*path); !rewritten) {
    complain(Error{rewritten.error().kind,
                   cat("the author was erased (", counts_text(*counts),
                       "), but the free parts of the file may still hold what was removed; mend "
                       "this and run the command again: ",
                       rewritten.error().text()),
                   *path});
    return Exit::stopped_by_error;
  }
  if (noted != Exit::done) return noted;
  std::printf("%s: %s: %s\n%s", path->c_str(),
              counts->any() ? "erased" : "nothing is kept of this author",
              counts_text(*counts).c_str(), counts->any() ? stays_text(*counts).c_str() : "");
  return Exit::done;
}

}  // namespace vigie
