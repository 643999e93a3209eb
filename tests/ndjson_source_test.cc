// Records from files: lines, compression, directories, sharing between workers, and dead letters.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "connectors/dead_letter_file.h"
#include "connectors/ndjson_source.h"
#include "engine/base/event_time.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

// A new folder, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "vigie-ndjson-XXXXXX").native();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path(std::string_view name = "") const {
    return (path_ / name).native();
  }
  std::string write(std::string_view name, std::string_view bytes) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

 private:
  fs::path path_;
};

std::string gzip(std::string_view bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()) + 64, '\0');
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                        &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size()));
  return out;
}

struct Line {
  PartitionId partition;
  std::int64_t offset;
  std::string value;
  friend bool operator==(const Line&, const Line&) = default;
};

struct Reading {
  std::vector<Line> lines;
  std::vector<PartitionId> assigned;
  std::map<PartitionId, PartitionNews> last_news;
  std::optional<Error> error;

  [[nodiscard]] std::vector<std::string> values() const {
    std::vector<std::string> out;
    for (const Line& line : lines) out.push_back(line.value);
    return out;
  }
};

Deadline soon() { return after(std::chrono::seconds{5}); }

// Adds up the padding behind a record: a sanitizer sees when it cannot be read.
unsigned touch_padding(std::string_view value) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < kRecordPaddingBytes; ++i) {
    sum += static_cast<unsigned char>(value.data()[value.size() + i]);
  }
  return sum;
}

Reading read_all(Source* source) {
  Reading reading;
  Batch batch;
  for (bool first = true; !batch.ended; first = false) {
    if (const auto read = source->read(&batch, soon()); !read) {
      reading.error = read.error();
      return reading;
    }
    CHECK(batch.assignment.has_value() == first);
    if (first) reading.assigned = batch.assignment->partitions.value();
    for (const Record& record : batch.records) {
      CHECK(touch_padding(record.value) < 256 * kRecordPaddingBytes);
      reading.lines.push_back({record.partition, record.offset, std::string(record.value)});
    }
    for (const PartitionNews& news : batch.news) reading.last_news[news.partition] = news;
  }
  CHECK(source->read(&batch, soon()).has_value());
  CHECK((batch.ended && batch.records.empty() && !batch.assignment));
  return reading;
}

Reading read_all(std::vector<std::string> paths, FileSettings settings = {}) {
  auto source = open_files(paths, settings);
  REQUIRE(source.has_value());
  return read_all(source->get());
}

using Values = std::vector<std::string>;

TEST_CASE("lines become records with the byte they begin at, blank ones do not") {
  const Folder folder;
  const std::string text = "\xef\xbb\xbf{\"a\":1}\r\n\n  \t\r\n{}\r\n\r\n last";
  const std::vector<Line> expected{{7, 3, "{\"a\":1}"}, {7, 18, "{}"}, {7, 24, " last"}};
  for (const std::string& bytes : {text, gzip(text), zstd(text)}) {
    const Reading reading = read_all({folder.write("a", bytes)}, {.first_partition = 7});
    CHECK(reading.lines == expected);
    CHECK(reading.assigned == std::vector<PartitionId>{7});
    CHECK(reading.last_news.at(7).caught_up);
    CHECK(reading.last_news.at(7).next_offset == static_cast<std::int64_t>(text.size()));
  }
}

TEST_CASE("files of every size around a page and a batch give all their lines") {
  const Folder folder;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  for (const std::size_t size : {page - 65, page - 64, page - 1, page, page + 1, 2 * page}) {
    for (const std::size_t last : {std::size_t{1}, std::size_t{30}, std::size_t{200}}) {
      std::string text(size - last - 1, 'x');
      text += '\n' + std::string(last, 'y');
      const Values expected{std::string(size - last - 1, 'x'), std::string(last, 'y')};
      CHECK(read_all({folder.write("plain", text)}).values() == expected);
    }
  }
  std::string many;
  for (std::size_t i = 0; i < 3 * kBatchRecordsMax + 5; ++i) many += cat(i, '\n');
  for (const std::string& bytes : {many, gzip(many), zstd(many)}) {
    const Values values = read_all({folder.write("many", bytes)}).values();
    REQUIRE(values.size() == 3 * kBatchRecordsMax + 5);
    for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(values[i] == cat(i));
  }
}

TEST_CASE("an empty file has no lines and is caught up at once") {
  const Folder folder;
  for (const std::string& bytes : {std::string(), std::string("\n\n"), gzip(""), zstd("")}) {
    const Reading reading = read_all({folder.write("empty", bytes)});
    CHECK(reading.lines.empty());
    CHECK(reading.last_news.at(0).caught_up);
  }
}

TEST_CASE("a line above the bound is cut to one byte too many, and the next one is whole") {
  const Folder folder;
  const std::string text = "{}\n" + std::string(kRecordBytesMax + 3'000'000, 'x') + "\nnext\n";
  for (const std::string& bytes : {text, zstd(text)}) {
    const Reading reading = read_all({folder.write("huge", bytes)});
    REQUIRE(reading.lines.size() == 3);
    CHECK(reading.lines[1].value.size() == kRecordBytesMax + 1);
    CHECK(reading.lines[1].offset == 3);
    CHECK(reading.lines[2] ==
          Line{0, static_cast<std::int64_t>(kRecordBytesMax + 3'000'004), "next"});
  }
  // The same as the last line of a file, without its end.
  const std::string last(kRecordBytesMax + 10, 'x');
  for (const std::string& bytes : {last, zstd(last)}) {
    const Reading reading = read_all({folder.write("huge", bytes)});
    REQUIRE(reading.lines.size() == 1);
    CHECK(reading.lines[0].value.size() == kRecordBytesMax + 1);
  }
}

TEST_CASE("a compressed file may hold several members or frames") {
  const Folder folder;
  CHECK(read_all({folder.write("a", gzip("one\ntw") + gzip("o\nthree"))}).values() ==
        Values{"one", "two", "three"});
  CHECK(read_all({folder.write("a", zstd("one\ntw") + zstd("o\nthree"))}).values() ==
        Values{"one", "two", "three"});
}

TEST_CASE("a compressed file cut short gives its whole lines, then an error with the place") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += cat("line ", i * 7919 % 104729, '\n');
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    const std::string bytes = whole.substr(0, whole.size() / 2);
    const std::string path = folder.write("cut", bytes);
    auto source = open_files(std::vector{path}, {});
    REQUIRE(source.has_value());
    const Reading reading = read_all(source->get());
    REQUIRE(reading.error.has_value());
    CHECK(reading.error->kind == ErrorKind::corrupt);
    CHECK(reading.error->place == cat(path, '@', bytes.size()));
    CHECK(reading.error->message.find("cut short") != std::string::npos);
    CHECK(reading.lines.size() > 1000);
    std::string prefix;
    for (const Line& line : reading.lines) prefix += line.value + '\n';
    CHECK(text.starts_with(prefix));
    Batch batch;
    CHECK_FALSE((*source)->read(&batch, soon()).has_value());  // final
  }
}

TEST_CASE("a compressed file with broken bytes, or a bomb, ends with an error") {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += cat("line ", i * 7919 % 104729, '\n');
  for (std::string bytes : {gzip(text), zstd(text)}) {
    for (std::size_t i = 0; i < 50; ++i) bytes[bytes.size() / 2 + i] ^= '\x5a';
    const Reading reading = read_all({folder.write("broken", bytes)});
    REQUIRE(reading.error.has_value());
    CHECK(reading.error->kind == ErrorKind::corrupt);
  }
  CHECK(read_all({folder.write("tail", gzip(text) + "garbage")}).error.has_value());
  const Reading bomb = read_all({folder.write("bomb", zstd(std::string(100UL << 20, 'x')))});
  REQUIRE(bomb.error.has_value());
  CHECK(bomb.error->message.find("grows more than") != std::string::npos);
}

TEST_CASE("a directory is read in the order of its names, without hidden files") {
  const Folder folder;
  folder.write("b.ndjson", "2\n");
  folder.write("a/z.ndjson", "1\n");
  folder.write("c/d/e.ndjson", "3\n");
  folder.write(".hidden", "no\n");
  folder.write(".git/x", "no\n");
  folder.write("A.ndjson", "0\n");
  CHECK(read_all({folder.path()}).values() == Values{"0", "1", "2", "3"});
  // Paths keep the order given.
  CHECK(read_all({folder.path("c"), folder.path("a/z.ndjson")}).values() == Values{"3", "1"});
}

TEST_CASE("two workers read every line exactly once, and both know every name") {
  const Folder folder;
  for (const char* name : {"0", "1", "2", "3", "4"}) {
    folder.write(name, cat("first of ", name, "\nsecond of ", name, '\n'));
  }
  const std::vector paths{folder.path()};
  Values all;
  for (const std::uint32_t worker : {0U, 1U}) {
    auto source = open_files(paths, {.worker = worker, .workers = 2, .first_partition = 10});
    REQUIRE(source.has_value());
    const Reading reading = read_all(source->get());
    CHECK(reading.assigned ==
          (worker == 0 ? std::vector<PartitionId>{10, 12, 14} : std::vector<PartitionId>{11, 13}));
    for (const Line& line : reading.lines) {
      CHECK(line.value.ends_with(cat(line.partition - 10)));
      all.push_back(line.value);
    }
    CHECK((*source)->name(13).topic == folder.path("3"));
    CHECK((*source)->name(10).topic == folder.path("0"));
  }
  CHECK(all.size() == 10);
  std::ranges::sort(all);
  CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("a worker without files has nothing assigned and ends at once") {
  const Folder folder;
  const Reading reading =
      read_all({folder.write("a", "1\n")}, {.worker = 1, .workers = 2, .first_partition = 0});
  CHECK(reading.lines.empty());
  CHECK(reading.assigned.empty());
}

TEST_CASE("what cannot be read is said at once, with its name") {
  const Folder folder;
  for (const std::string& path : {folder.path("absent"), folder.path()}) {  // the folder is empty
    const auto source = open_files(std::vector{path}, {});
    REQUIRE_FALSE(source.has_value());
    CHECK(source.error().kind == ErrorKind::unreadable);
    CHECK(source.error().place == path);
  }
  fs::create_symlink("nowhere", folder.path("dangling"));
  const auto source = open_files(std::vector{folder.path()}, {});
  REQUIRE_FALSE(source.has_value());
  CHECK(source.error().place == folder.path("dangling"));
}

TEST_CASE("a file that vanishes before its turn ends the reading with its name") {
  const Folder folder;
  const std::vector paths{folder.write("a", "1\n"), folder.write("b", "2\n")};
  auto source = open_files(paths, {});
  REQUIRE(source.has_value());
  fs::remove(paths[1]);
  const Reading reading = read_all(source->get());
  CHECK(reading.values() == Values{"1"});
  REQUIRE(reading.error.has_value());
  CHECK(reading.error->kind == ErrorKind::unreadable);
  CHECK(reading.error->place == paths[1]);
}

// Puts another descriptor in the place of standard input for as long as it lives.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : kept_(dup(STDIN_FILENO)) {
    REQUIRE(dup2(descriptor, STDIN_FILENO) == STDIN_FILENO);
  }
  ~StandardInput() {
    dup2(kept_, STDIN_FILENO);
    close(kept_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int kept_;
};

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close(read_end);
    finish();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void put(std::string_view bytes) const {
    REQUIRE(write(write_end, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  void finish() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

TEST_CASE("standard input gives lines as they come, and says when it has none") {
  Pipe pipe;
  const StandardInput input(pipe.read_end);
  auto source = open_files(std::vector<std::string>{"-"}, {});
  REQUIRE(source.has_value());
  Batch batch;
  pipe.put("one\ntwo\nthr");
  REQUIRE((*source)->read(&batch, soon()).has_value());
  REQUIRE(batch.records.size() == 2);
  CHECK(batch.records[1].value == "two");
  REQUIRE((*source)->read(&batch, Clock::now()).has_value());
  CHECK(batch.records.empty());
  CHECK_FALSE(batch.ended);
  REQUIRE(batch.news.size() == 1);
  CHECK(batch.news[0].caught_up);
  CHECK(batch.news[0].next_offset == 8);
  pipe.put("ee\n");
  REQUIRE((*source)->read(&batch, soon()).has_value());
  REQUIRE(batch.records.size() == 1);
  CHECK(batch.records[0].value == "three");
  CHECK(batch.records[0].offset == 8);
  pipe.put("rest");
  pipe.finish();
  REQUIRE((*source)->read(&batch, soon()).has_value());
  REQUIRE(batch.records.size() == 1);
  CHECK(batch.records[0].value == "rest");
  CHECK(batch.ended);
}

TEST_CASE("standard input may be compressed") {
  for (const std::string& bytes : {gzip("one\ntwo"), zstd("one\ntwo")}) {
    Pipe pipe;
    const StandardInput input(pipe.read_end);
    pipe.put(bytes);
    pipe.finish();
    CHECK(read_all({"-"}).values() == Values{"one", "two"});
  }
}

DeadLetter letter(std::string_view raw) {
  DeadLetter made;
  made.raw = raw;
  made.source_topic = "posts";
  made.partition = 3;
  made.offset = 42;
  return made;
}

TEST_CASE("dead letters are one line each, as text or in base64") {
  const Folder folder;
  auto sink = open_dead_letter_file(folder.path("dead.ndjson"), "1.2");
  REQUIRE(sink.has_value());
  std::vector<DeadLetter> letters{letter("{\"a\"\n"), letter("\xff\xfe"), letter("\xff"),
                                  letter("abc\x80z!"), letter("")};
  letters[0].reason = RejectReason::missing_field;
  letters[0].detail = "id";
  letters[0].key = "k\"";
  letters[0].timestamp = parse_rfc3339("2026-03-01T10:00:00Z");
  letters[0].indexes = {0, 7, 10'000};
  letters[0].mapping = "acme";
  const std::vector<Header> headers{{"ce_id", "1"}, {"ce_x", "\xff"}};
  letters[1].key = "\x80";
  letters[1].cut = true;
  letters[1].headers = headers;
  REQUIRE((*sink)->put(letters).has_value());
  REQUIRE((*sink)->put({}).has_value());
  REQUIRE((*sink)->put(std::span(letters).last(1)).has_value());
  const std::string where = R"("source_topic":"posts","partition":3,"offset":42,)";
  const std::string version = R"("engine_version":"1.2",)";
  CHECK(read_file(folder.path("dead.ndjson")) ==
        cat(R"({"reason":"missing_field","detail":"id",)", where,
            R"("indexes":[0,7,10000],"mapping":"acme",)", version,
            R"("timestamp":"2026-03-01T10:00:00Z","key":"k\"","raw":"{\"a\"\n"})", '\n',
            R"({"reason":"not_json",)", where, version, R"("key_base64":"gA==","cut":true,)",
            R"("headers":{"ce_id":"1","ce_x_base64":"/w=="},"raw_base64":"//4="})", '\n',
            R"({"reason":"not_json",)", where, version, R"("raw_base64":"/w=="})", '\n',
            R"({"reason":"not_json",)", where, version, R"("raw_base64":"YWJjgHoh"})", '\n',
            R"({"reason":"not_json",)", where, version, R"("raw":""})", '\n',
            R"({"reason":"not_json",)", where, version, R"("raw":""})", '\n'));
}

TEST_CASE("dead letters are appended to what the file holds, and large ones are cut") {
  const Folder folder;
  const std::string path = folder.write("dead.ndjson", "before\n");
  const std::string huge(2UL << 20, 'x');
  for (int i = 0; i < 2; ++i) {
    auto sink = open_dead_letter_file(path, "1.2");
    REQUIRE(sink.has_value());
    const std::vector<DeadLetter> letters(6, letter(huge));  // more than one write
    REQUIRE((*sink)->put(letters).has_value());
  }
  const std::string text = read_file(path);
  CHECK(text.starts_with("before\n{"));
  CHECK(std::ranges::count(text, '\n') == 13);
  CHECK(static_cast<std::size_t>(std::ranges::count(text, 'x')) == 12 * kDeadLetterBytesMax);
}

TEST_CASE("a dead-letter file that cannot be opened or written is an error with its name") {
  const Folder folder;
  const auto absent = open_dead_letter_file(folder.path("no/such/folder"), "1.2");
  REQUIRE_FALSE(absent.has_value());
  CHECK(absent.error().kind == ErrorKind::unreadable);
  CHECK(absent.error().place == folder.path("no/such/folder"));
  auto full = open_dead_letter_file("/dev/full", "1.2");
  REQUIRE(full.has_value());
  const auto put = (*full)->put(std::vector{letter("x")});
  REQUIRE_FALSE(put.has_value());
  CHECK(put.error().kind == ErrorKind::refused);
  CHECK(put.error().place == "/dev/full");
}

// --- Files that are no NDJSON -------------------------------------------------------------------

// What is read of a file with these bytes; mapped, and decompressed, it must be the same.
std::vector<std::string> values_of(std::string_view bytes) {
  const Folder folder;
  const std::string plain = folder.write("plain", bytes);
  const std::string packed = folder.write("packed", gzip(bytes));
  std::vector<std::string> values;
  for (const std::string& path : {plain, packed}) {
    auto source = open_files(std::vector{path}, {});
    REQUIRE(source.has_value());
    Reading reading = read_all(source->get());
    REQUIRE_FALSE(reading.error.has_value());
    CHECK((path == plain || reading.values() == values));
    values = reading.values();
  }
  return values;
}

using Values = std::vector<std::string>;

TEST_CASE("a document over several lines is one record") {
  const std::string array = "[\n  {\"id\": 1},\n  {\"id\": 2}\n]\n";
  const std::string object = "{\n\"a}\": [\n1]\n}";
  CHECK(values_of(array) == Values{array});
  CHECK(values_of("\n\n" + object) == Values{object});
  CHECK(values_of("\xef\xbb\xbf" + object) == Values{object});
  CHECK(values_of(array + array) == Values{array + array});
  const std::string beside = "{\"title\": \"a \\\"b\", \"posts\": [{\"id\": 1},\n{\"id\": 2}]}";
  CHECK(values_of(beside) == Values{beside});
}

TEST_CASE("lines stay lines when the first was cut off") {
  for (const std::string cut :
       {"{\"id\":1,\"te", "{\"id\":1,", "\":2}", "{\"id\":1}}", "{\"a\\\""}) {
    CHECK(values_of(cut + "\n{\"id\":2}\n") == Values{cut, "{\"id\":2}"});
  }
  CHECK(values_of("{\"id\":1}\n{\"id\":\n2}\n") == Values{"{\"id\":1}", "{\"id\":", "2}"});
}

TEST_CASE("each block of server-sent events is a record") {
  CHECK(values_of(":)\n\nevent: update\ndata: {}\n\n\ndata: 1\ndata: 2\n\nid: 7") ==
        Values{":)", "event: update\ndata: {}", "data: 1\ndata: 2", "id: 7"});
  CHECK(values_of("event: a\r\ndata: {}\r\n\r\ndata: 1\r\n\r\n") ==
        Values{"event: a\r\ndata: {}", "data: 1"});
  const std::string large = cat("data: ", std::string(kRecordBytesMax, 'x'), '\n');
  const Values values = values_of(cat("data: 1\n\n", large, "data: 2\n\ndata: 3\n\n"));
  REQUIRE(values.size() == 3);
  CHECK(values[1].size() == kRecordBytesMax + 1);
  CHECK(values[2] == "data: 3");
}

TEST_CASE("a document that is larger than a record says what to do") {
  const Folder folder;
  const std::string bytes = cat("[\n", std::string(kRecordBytesMax, ' '), "1]\n");
  for (const bool packed : {false, true}) {
    const std::string path = folder.write("large", packed ? gzip(bytes) : bytes);
    auto source = open_files(std::vector{path}, {});
    REQUIRE(source.has_value());
    const Reading reading = read_all(source->get());
    REQUIRE(reading.error.has_value());
    CHECK(reading.lines.empty());
    CHECK(reading.error->kind == ErrorKind::unreadable);
    CHECK(reading.error->place == path);
    CHECK(reading.error->message.find("one per line (NDJSON)") != std::string::npos);
  }
}

}  // namespace
}  // namespace vigie
