#include "tests/envelope_cases.h"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "connectors/mention_json.h"
#include "engine/base/text.h"

namespace vigie::envelope_cases {
namespace {

std::string_view next_line(std::string_view* rest) {
  const std::size_t end = rest->find('\n');
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(line.size() + 1, rest->size()));
  return line;
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  std::string text(digits);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string change(std::string_view how, const std::string& value) {
  if (how == "gzip") return gzip(value);
  if (how == "zstd") return zstd(value);
  if (how == "base64") return base64(value);
  if (how == "bom") return "\xef\xbb\xbf" + value;
  if (how == "hex") return from_hex(value);
  REQUIRE(how == "confluent");
  return std::string("\0\0\0\1\2", 5) + value;
}

// Takes in a line that begins with '!'; appends to *changes what is to be done to the value.
void read_option(std::string_view line, Case* one, std::vector<std::string>* changes) {
  const std::size_t space = std::min(line.find(' '), line.size() - 1);
  const std::string_view name = line.substr(0, space + 1);
  const std::string rest(line.substr(space + 1));
  if (name == "mapping ") {
    one->mapping = rest;
  } else if (name == "key ") {
    one->key = rest;
  } else if (name == "header ") {
    one->headers.emplace_back(rest.substr(0, rest.find(' ')), rest.substr(rest.find(' ') + 1));
  } else if (name == "tombstone") {
    one->tombstone = true;
  } else {
    changes->emplace_back(line);
  }
}

}  // namespace

std::vector<Case> read_cases(std::string_view text) {
  std::vector<Case> cases;
  std::vector<std::string> changes;
  enum class Part { options, value, expected } part = Part::options;
  while (!text.empty()) {
    const std::string_view line = next_line(&text);
    if (line.starts_with("### ")) {
      cases.emplace_back().title = line.substr(4);
      changes.clear();
      part = Part::options;
      continue;
    }
    Case& one = cases.at(cases.size() - 1);
    if (part == Part::expected) {
      if (!line.empty()) one.expected += cat(line, '\n');
      continue;
    }
    if (line == "---") {
      part = Part::expected;
      if (one.value.ends_with('\n')) one.value.pop_back();
      for (const std::string& how : changes) one.value = change(how, one.value);
      continue;
    }
    one.written += cat(line, '\n');
    if (part == Part::options && line.starts_with('!')) {
      read_option(line.substr(1), &one, &changes);
    } else {
      part = Part::value;
      one.value += cat(line, '\n');
    }
  }
  return cases;
}

std::string to_text(const Case& one) {
  return cat("### ", one.title, '\n', one.written, "---\n", one.expected);
}

std::string outcome(const Decoder& decoder, const MentionBatch& decoded) {
  std::string out;
  std::size_t mention = 0;
  std::size_t reject = 0;
  const auto append_mention = [&] {
    out += cat(decoded.mentions[mention].index, ": ");
    append_mention_json(decoded.mentions[mention++], &out);
    out += '\n';
  };
  while (reject < decoded.rejects.size()) {
    const Reject& next = decoded.rejects[reject++];
    while (mention < decoded.mentions.size() && next.index &&
           decoded.mentions[mention].index < *next.index) {
      append_mention();
    }
    out += next.index ? cat(*next.index, ": ") : "record: ";
    out += cat("reject ", to_text(next.reason), ": ", next.detail);
    if (!next.mapping.empty()) out += cat(" (", next.mapping, ')');
    out += '\n';
  }
  while (mention < decoded.mentions.size()) append_mention();
  for (std::size_t i = 0; i < decoder.mappings().size(); ++i) {
    const std::uint32_t dropped = decoded.mappings[i].dropped;
    if (dropped != 0) out += cat("dropped by ", decoder.mappings()[i], ": ", dropped, '\n');
  }
  for (std::size_t i = 0; i < kRepairs; ++i) {
    if (decoded.repairs[i] == 0) continue;
    out += cat("repairs ", vigie::to_text(static_cast<Repair>(i)), ": ", decoded.repairs[i], '\n');
  }
  return out;
}

std::string gzip(std::string_view bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
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
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= count ? kDigits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace vigie::envelope_cases
