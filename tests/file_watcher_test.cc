#include "engine/runtime/file_watcher.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/text.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

// A fresh folder with two files that are watched. A look is as good as a second.
struct Folder {
  explicit Folder(const std::string& name) : path(fs::path(VIGIE_BINARY_DIR) / "watched" / name) {
    fs::remove_all(path);
    fs::create_directories(path);
    write("main.yaml", "one");
    write("pack.yaml", "one");
    watch();
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return path / name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
  }
  void watch() {
    std::vector<StampedFile> files;
    for (const std::string name : {"main.yaml", "pack.yaml"}) {
      files.push_back({at(name), stamp_of(at(name))});
    }
    watcher.watch(std::move(files));
  }
  // What three looks in a row say.
  std::string looks() {
    std::string out;
    for (int i = 0; i < 3; ++i) out += watcher.changed() ? 'c' : '-';
    return out;
  }

  fs::path path;
  FileWatcher watcher;
};

TEST_CASE("files that stay as they are do not change") {
  Folder folder("still");
  CHECK(folder.looks() == "---");
}

TEST_CASE("a change is told at the second look, and until the files are watched anew") {
  Folder folder("write");
  CHECK(folder.looks() == "---");
  folder.write("pack.yaml", "another");
  CHECK(folder.looks() == "-cc");
  folder.watch();
  CHECK(folder.looks() == "---");
}

TEST_CASE("a file that is still being written is waited for") {
  Folder folder("growing");
  std::string text = "one";
  for (int i = 0; i < 5; ++i) {
    folder.write("main.yaml", text += " more");
    CHECK_FALSE(folder.watcher.changed());
  }
  CHECK(folder.watcher.changed());
}

TEST_CASE("a file that is renamed into place is a change, whatever its times and size") {
  Folder folder("rename");
  folder.write("main.yaml.new", "two");
  fs::last_write_time(folder.at("main.yaml.new"), fs::last_write_time(folder.at("main.yaml")));
  fs::rename(folder.at("main.yaml.new"), folder.at("main.yaml"));
  CHECK(folder.looks() == "-cc");
}

TEST_CASE("a file that is gone is no change before it is back") {
  Folder folder("gone");
  fs::rename(folder.at("main.yaml"), folder.at("main.yaml~"));
  CHECK(folder.looks() == "---");
  folder.write("main.yaml", "two");
  CHECK(folder.looks() == "-cc");
}

TEST_CASE("a change beside a file that is gone is told") {
  Folder folder("beside");
  fs::remove(folder.at("pack.yaml"));
  folder.write("main.yaml", "without the pack");
  CHECK(folder.looks() == "-cc");
}

TEST_CASE("a file that was absent when it was read is a change once it is there") {
  Folder folder("absent");
  folder.watcher.watch({{folder.at("late.yaml"), stamp_of(folder.at("late.yaml"))}});
  CHECK(folder.looks() == "---");
  folder.write("late.yaml", "here");
  CHECK(folder.looks() == "-cc");
}

TEST_CASE("a mounted ConfigMap changes by moving a link to a folder") {
  Folder folder("mounted");
  const auto mount = [&folder](const std::string& version) {
    fs::create_directories(folder.path / version);
    folder.write(version + "/main.yaml", version);
    fs::create_directory_symlink(version, folder.path / "..data_tmp");
    fs::rename(folder.path / "..data_tmp", folder.path / "..data");
  };
  mount("..2026_1");
  fs::remove(folder.at("main.yaml"));
  fs::create_symlink("..data/main.yaml", folder.at("main.yaml"));
  folder.watch();
  CHECK(folder.looks() == "---");
  mount("..2026_2");
  fs::remove_all(folder.path / "..2026_1");
  CHECK(folder.looks() == "-cc");
}

TEST_CASE("a change between the reading of a file and the first look is seen") {
  Folder folder("early");
  FileStamp before = stamp_of(folder.at("main.yaml"));
  --before.modified_ns;
  folder.watcher.watch({{folder.at("main.yaml"), before}});
  CHECK(folder.looks() == "-cc");
}

}  // namespace
}  // namespace vigie
