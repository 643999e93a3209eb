#include "connectors/event_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include "connectors/decode_tokens.h"

namespace vigie {
namespace {

// Cuts a line off, without its end.
std::string_view next_line(std::string_view* rest) {
  const std::size_t end = rest->find('\n');
  std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_blank(std::string_view line) { return std::ranges::all_of(line, is_json_space); }

// What stands behind "name:" and one space; false when the line is another.
bool field(std::string_view line, std::string_view name, std::string_view* value) {
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  if (!line.empty() && line.front() != ':') return false;
  if (!line.empty()) line.remove_prefix(1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  *value = line;
  return true;
}

bool begins_document(std::string_view line) {
  return line.starts_with('{') || line.starts_with('[');
}

}  // namespace

bool is_event_stream(std::string_view text) {
  const auto* const first = std::ranges::find_if_not(text, is_json_space);
  text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
  constexpr std::array<std::string_view, 5> kBeginnings{":", "event:", "data:", "id:", "retry:"};
  return std::ranges::any_of(kBeginnings,
                             [&](std::string_view it) { return text.starts_with(it); });
}

bool next_event(std::string_view* rest, StreamEvent* event) {
  *event = {};
  std::string_view ahead = *rest;
  while (!ahead.empty() && is_blank(next_line(&ahead))) *rest = ahead;
  if (is_blank(*rest)) return false;
  const std::string_view first = *rest;
  while (!rest->empty()) {
    const std::string_view line = next_line(rest);
    if (is_blank(line)) break;
    std::string_view value;
    if (field(line, "event", &value)) event->name = value;
    if (field(line, "data", &value) && event->data_lines++ == 0) event->data = value;
  }
  event->block = first.substr(0, first.size() - rest->size());
  return true;
}

std::string_view StreamEvent::join_data(char* to) const {
  char* end = to;
  for (std::string_view rest = block; !rest.empty();) {
    std::string_view value;
    if (!field(next_line(&rest), "data", &value)) continue;
    if (end != to) *end++ = '\n';
    end = std::ranges::copy(value, end).out;
  }
  return {to, static_cast<std::size_t>(end - to)};
}

std::string_view next_chunk(std::string_view* rest) {
  const auto* const first = std::ranges::find_if_not(*rest, is_json_space);
  rest->remove_prefix(static_cast<std::size_t>(first - rest->begin()));
  std::size_t end = rest->find('\n');
  while (end != std::string_view::npos && !begins_document(rest->substr(end + 1))) {
    end = rest->find('\n', end + 1);
  }
  const std::string_view chunk = rest->substr(0, end);
  rest->remove_prefix(chunk.size());
  return chunk;
}

}  // namespace vigie
