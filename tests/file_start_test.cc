// Files that were read before, and are read on from where the saved state ends.
#include <doctest/doctest.h>
#include <zlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/ndjson_source.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

struct ReadOn {
  std::vector<std::string> values;
  std::optional<Error> error;
};

// Reads the file from this byte on, in a process that keeps state.
ReadOn read_on(const std::string& path, std::int64_t first) {
  StartPositions positions;
  positions.add(0, first);
  const std::vector<std::string> paths{path};
  const auto source = open_files(paths, {});
  REQUIRE(source);
  CHECK((*source)->id_of({path, 0}) == PartitionId{0});
  CHECK_FALSE((*source)->id_of({"-", 0}));
  (*source)->start_from(&positions);
  ReadOn out;
  for (Batch batch; !batch.ended;) {
    if (const auto read = (*source)->read(&batch, after(std::chrono::seconds{5})); !read) {
      out.error = read.error();
      return out;
    }
    for (const Record& record : batch.records) out.values.emplace_back(record.value);
  }
  CHECK_FALSE(positions.take(0));  // the source took it
  return out;
}

using Values = std::vector<std::string>;

TEST_CASE("a file is read on from the saved byte, plain or compressed, and may have grown") {
  std::string name = (fs::temp_directory_path() / "vigie-start-XXXXXX").native();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  const std::string plain = name + "/posts";
  std::ofstream(plain) << "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n";
  const std::string packed = name + "/posts.gz";
  gzFile file = gzopen(packed.c_str(), "wb");
  gzputs(file, "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
  gzclose(file);
  for (const std::string& path : {plain, packed}) {
    CAPTURE(path);
    CHECK(read_on(path, 0).values == Values{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"});
    CHECK(read_on(path, 8).values == Values{"{\"b\":2}", "{\"c\":3}"});
    CHECK(read_on(path, 24).values == Values{});
    const ReadOn beyond = read_on(path, 99);
    REQUIRE(beyond.error);
    CHECK(beyond.error->kind == ErrorKind::unreadable);
    CHECK(beyond.error->text() ==
          path +
              ": holds 24 bytes, but the state has read 99 of it: it is another file under the "
              "same name. Give it another name, or the engine a new state.path");
  }
  std::ofstream(plain, std::ios::app) << "{\"d\":4}\n";
  CHECK(read_on(plain, 24).values == Values{"{\"d\":4}"});
  fs::remove_all(name);
}

TEST_CASE("a position is for the first source that asks, and a new state is told once") {
  StartPositions positions;
  CHECK(positions.tell_new(1));
  CHECK_FALSE(positions.tell_new(1));
  CHECK(positions.tell_new(2));
  positions.hold_brands();
  CHECK_FALSE(positions.tell_new(3));
  positions.add(3, 70);
  CHECK_FALSE(positions.take(2));
  CHECK(positions.take(3) == 70);
  CHECK_FALSE(positions.take(3));
}

}  // namespace
}  // namespace vigie
