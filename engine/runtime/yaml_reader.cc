#include "engine/runtime/yaml_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <system_error>
#include <unordered_map>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

YamlPlace place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

// An empty element of a block list has the place of whatever follows it; this finds its dash, in
// one of the lines above, or gives back the place that it was given.
YamlPlace dash_before(std::string_view text, const YAML::Mark& mark) {
  const YamlPlace given = place_of(mark);
  std::size_t end = std::min(text.size(), static_cast<std::size_t>(mark.pos));
  end = text.substr(0, end).rfind('\n');
  for (int line = given.line - 1; end != std::string_view::npos && line > 0; --line) {
    const std::size_t before = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view row = text.substr(start, end - start);
    const std::size_t first = row.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && row[first] != '#') {
      return row[first] == '-' ? YamlPlace{line, static_cast<int>(first) + 1} : given;
    }
    end = before;
  }
  return given;
}

// Builds the tree from the parser's events. The library's own node type is not used: it gives an
// empty value the place of whatever follows, and is slow on the large rule packs.
class Builder : public YAML::EventHandler {
 public:
  // The text is looked at for places only and outlives the builder.
  explicit Builder(std::string_view text) : text_(text) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode* node = make(YamlNode::Kind::null, mark, anchor);
    if (!open_.empty()) {
      const Open& parent = open_.back();
      if (parent.key != nullptr) node->place = parent.key->place;
      if (parent.is_block_list && !starts_null(mark)) node->place = dash_before(text_, mark);
    }
    attach(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* node = make(YamlNode::Kind::scalar, mark, anchor);
    node->text = value;
    node->plain = tag == "?";  // the library's mark of a scalar without quotes and without a tag
    attach(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const YamlNode* target = anchors_.at(anchor);
    for (const Open& open : open_) {
      if (open.node != target) continue;
      if (!fault_) fault_ = {place_of(mark), "this alias stands inside of what it names"};
      target = make(YamlNode::Kind::null, mark, 0);
      break;
    }
    attach(target);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    const bool is_block = style == YAML::EmitterStyle::Block;
    open_.push_back({make(YamlNode::Kind::list, mark, anchor), nullptr, is_block});
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({make(YamlNode::Kind::mapping, mark, anchor), nullptr, false});
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] const std::optional<YamlFault>& fault() const { return fault_; }
  [[nodiscard]] YamlTree take() { return std::move(tree_); }

 private:
  struct Open {
    YamlNode* node;
    const YamlNode* key;  // of a mapping: read, and waiting for its value
    bool is_block_list;
  };

  YamlNode* make(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.place = place_of(mark);
    if (anchor != 0) anchors_[anchor] = &node;
    return &node;
  }

  // Whether a null is written out here.
  [[nodiscard]] bool starts_null(const YAML::Mark& mark) const {
    const auto position = static_cast<std::size_t>(mark.pos);
    return position < text_.size() && (text_[position] == '~' || text_[position] == 'n' ||
                                       text_[position] == 'N' || text_[position] == '!');
  }

  void close() {
    const YamlNode* node = open_.back().node;
    open_.pop_back();
    attach(node);
  }

  void attach(const YamlNode* node) {
    if (open_.empty()) {
      tree_.root = node;
      return;
    }
    Open& parent = open_.back();
    if (parent.node->kind == YamlNode::Kind::list) {
      parent.node->items.push_back(node);
    } else if (parent.key == nullptr) {
      parent.key = node;
    } else {
      parent.node->entries.push_back({parent.key, node});
      parent.key = nullptr;
    }
  }

  std::string_view text_;
  YamlTree tree_;
  std::vector<Open> open_;  // lists and mappings that have not ended, the outermost first
  std::unordered_map<YAML::anchor_t, const YamlNode*> anchors_;
  std::optional<YamlFault> fault_;
};

// The first byte that no text in UTF-8 holds: other encodings have them, and the parser would
// replace them without a word.
std::optional<std::size_t> foreign_byte(std::string_view text) {
  std::size_t expected = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool continues = (byte & 0xC0) == 0x80;
    if (continues != (expected > 0) || byte == 0 || byte == 0xC0 || byte == 0xC1 || byte > 0xF4) {
      return i;
    }
    if (continues) --expected;
    if (byte >= 0xC0) expected = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  }
  if (expected > 0) return text.size() - 1;
  return std::nullopt;
}

YamlPlace place_at(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position);
  const auto line = static_cast<int>(std::ranges::count(before, '\n')) + 1;
  return {line, static_cast<int>(position - (before.rfind('\n') + 1)) + 1};
}

// What people mostly did when the parser gives up at this character.
std::string_view hint(std::string_view text, int position) {
  const std::size_t at = std::min(text.size(), static_cast<std::size_t>(std::max(position, 0)));
  const std::string_view row = text.substr(text.substr(0, at).rfind('\n') + 1);
  if (row.substr(0, row.find_first_not_of(" \t")).find('\t') != std::string_view::npos) {
    return "; indent with spaces, not with tabs";
  }
  constexpr std::string_view kSigns = "@`%*&!";
  if (at < text.size() && kSigns.find(text[at]) != std::string_view::npos) {
    return "; put a text that starts with this character in quotes";
  }
  return "; check the indentation, the brackets and the quotes above this place";
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> unreadable(const std::string& path, int error) {
  return fail(ErrorKind::unreadable,
              cat("cannot read '", path, "': ", std::generic_category().message(error)));
}

}  // namespace

void drop_byte_order_mark(std::string* text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
}

std::expected<YamlTree, YamlFault> parse_yaml(std::string_view text) {
  if (const auto foreign = foreign_byte(text)) {
    return std::unexpected(
        YamlFault{place_at(text, *foreign), "this is not UTF-8; save the file in that encoding"});
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    Builder builder(text);
    parser.HandleNextDocument(builder);
    if (builder.fault()) return std::unexpected(*builder.fault());
    Builder second(text);
    if (parser.HandleNextDocument(second) && second.take().root != nullptr) {
      return std::unexpected(YamlFault{
          {1, 1}, "the file holds several YAML documents; remove the '---' between them"});
    }
    return builder.take();
  } catch (const YAML::Exception& error) {
    return std::unexpected(
        YamlFault{place_of(error.mark), cat("not YAML: ", error.msg, hint(text, error.mark.pos))});
  }
}

Result<std::string> read_text_file(const std::string& path) {
  errno = 0;
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return unreadable(path, errno);
  std::string text;
  char block[64 << 10];
  for (std::size_t count = sizeof block; count == sizeof block;) {
    count = std::fread(block, 1, sizeof block, file.get());
    text.append(block, count);
    if (text.size() > kConfigBytesMax) {
      return fail(ErrorKind::unreadable, cat("'", path, "' is larger than ", kConfigBytesMax >> 20,
                                             " MiB, the most that a configuration file may hold"));
    }
  }
  if (std::ferror(file.get()) != 0) return unreadable(path, errno);
  return text;
}

}  // namespace vigie
