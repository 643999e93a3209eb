#include "connectors/file_shape.h"

#include <string>

#include "connectors/decode_record.h"
#include "connectors/decode_tokens.h"
#include "connectors/event_stream.h"

namespace vigie {
namespace {

std::string_view first_text(std::string_view beginning) {
  if (beginning.starts_with(kByteOrderMark)) beginning.remove_prefix(kByteOrderMark.size());
  while (!beginning.empty() && is_json_space(beginning.front())) beginning.remove_prefix(1);
  return beginning;
}

// The bracket that is open where the line ends, the innermost; NUL where none is, or a string.
char open_bracket(std::string_view line) {
  std::string open;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') open.push_back(c);
    if (c != '}' && c != ']') continue;
    if (!open.empty()) open.pop_back();
    if (open.empty()) return '\0';
  }
  return in_string || open.empty() ? '\0' : open.back();
}

}  // namespace

FileShape shape_of(std::string_view beginning) {
  const std::string_view text = first_text(beginning);
  if (is_event_stream(text)) return FileShape::events;
  if (!text.starts_with('{') && !text.starts_with('[')) return FileShape::lines;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return FileShape::lines;
  const char open = open_bracket(text.substr(0, end));
  if (open == '\0') return FileShape::lines;
  const bool may_go_on = !text.substr(end + 1).starts_with('{') || text[end - 1] == ':';
  return open == '[' || may_go_on ? FileShape::whole : FileShape::lines;
}

bool shows_shape(std::string_view beginning) {
  const std::size_t end = first_text(beginning).find('\n');
  return end != std::string_view::npos;
}

RecordEnd find_record_end(FileShape shape, std::string_view bytes, std::size_t from) {
  if (shape == FileShape::whole) return {};
  std::size_t end = bytes.find('\n', from);
  if (shape == FileShape::lines) {
    return end == std::string_view::npos ? RecordEnd{} : RecordEnd{end, end + 1};
  }
  for (; end != std::string_view::npos; end = bytes.find('\n', end + 1)) {
    const std::string_view behind = bytes.substr(end + 1);
    if (behind.starts_with('\n')) return {end, end + 2};
    if (behind.starts_with("\r\n")) return {end, end + 3};
  }
  return {};
}

}  // namespace vigie
