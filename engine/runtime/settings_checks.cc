// What single texts of the configuration must look like.
#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "engine/base/limits.h"
#include "engine/base/short_name.h"
#include "engine/base/text.h"
#include "engine/runtime/settings_fields.h"

namespace vigie {
namespace {

constexpr std::string_view kWhitespace = " \t\r\n";

// The port, or nothing when the text is not a number from 0 to 65535.
bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, port);
  return !text.empty() && read.ec == std::errc{} && read.ptr == end;
}

}  // namespace

std::optional<std::string> check_any(std::string_view /*text*/) { return std::nullopt; }

std::optional<std::string> check_not_empty(std::string_view text) {
  if (text.find_first_not_of(kWhitespace) != std::string_view::npos) return std::nullopt;
  return "is empty; write a text";
}

std::optional<std::string> check_domain(std::string_view text) {
  if (auto empty = check_not_empty(text)) return empty;
  const bool name = text.find_first_of(kWhitespace) == std::string_view::npos &&
                    text.find('.') != std::string_view::npos &&
                    text.find('*', 1) == std::string_view::npos;
  if (name) return std::nullopt;
  return "is not the name of a site; write for example acme.com";
}

std::optional<std::string> check_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool host = colon != std::string_view::npos && colon > 0 &&
                    text.find_first_of(kWhitespace) == std::string_view::npos &&
                    text.find('/') == std::string_view::npos;
  if (host && is_port(text.substr(colon + 1))) return std::nullopt;
  return "is not host:port; write 127.0.0.1:9464 for this machine only, or 0.0.0.0:9464 for every "
         "interface";
}

std::optional<std::string> check_broker(std::string_view text) {
  if (auto empty = check_not_empty(text)) return empty;
  for (std::size_t from = 0; from <= text.size();) {  // librdkafka takes a list with commas
    const std::size_t end = std::min(text.find(',', from), text.size());
    const std::string_view broker = text.substr(from, end - from);
    const std::size_t colon = broker.rfind(':');
    const bool port = colon != std::string_view::npos && is_port(broker.substr(colon + 1));
    if (!port || colon == 0 || broker.find_first_of(kWhitespace) != std::string_view::npos) {
      return "is not host:port; write for example kafka-1:9092";
    }
    from = end + 1;
  }
  return std::nullopt;
}

std::optional<std::string> check_topic(std::string_view text) {
  constexpr std::size_t kTopicBytesMax = 249;  // a bound of Kafka
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (text.starts_with('^')) return "is a pattern; write the names of the topics";
  if (text.empty() || text.size() > kTopicBytesMax || !std::ranges::all_of(text, allowed)) {
    return "is not a topic name; write 1 to 249 of the characters a-z A-Z 0-9 . _ -";
  }
  return std::nullopt;
}

std::optional<std::string> check_optional_topic(std::string_view text) {
  return text.empty() ? std::nullopt : check_topic(text);
}

std::optional<std::string> check_term(std::string_view text) {
  if (auto empty = check_not_empty(text)) return empty;
  if (text.size() <= kTermBytesMax) return std::nullopt;
  return cat("is ", text.size(), " bytes long; write at most ", kTermBytesMax);
}

std::optional<std::string> check_regex(std::string_view text) {
  if (auto empty = check_not_empty(text)) return empty;
  if (text.size() > kRegexBytesMax) {
    return cat("is ", text.size(), " bytes long; write at most ", kRegexBytesMax,
               ", or split it into several");
  }
  const std::optional<std::string> wrong = rules::regex_error(text);
  if (!wrong) return std::nullopt;
  return cat("is not a pattern that RE2 takes: ", *wrong,
             "; put patterns in single quotes, where a backslash stands for itself");
}

std::optional<std::string> check_query(std::string_view text) {
  if (text.size() <= kQueryBytesMax) return std::nullopt;
  return cat("is ", text.size(), " bytes long; write at most ", kQueryBytesMax,
             ", or move parts of it to `queries:` and call them with @rule(NAME)");
}

std::optional<std::string> check_library_query(std::string_view text) {
  if (auto empty = check_not_empty(text)) return empty;
  return check_query(text);
}

std::optional<std::string> check_library_name(std::string_view text) {
  constexpr std::size_t kNameBytesMax = 64;
  const auto allowed = [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  if (!text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, allowed)) {
    return std::nullopt;
  }
  return cat("is not a name that queries can call; write 1 to ", kNameBytesMax,
             " letters, digits and . _ -");
}

std::optional<std::string> check_panel(std::string_view text) {
  return text.empty() ? std::nullopt : check_term(text);
}

std::optional<std::string> check_platform(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  if (!text.empty() && text.size() <= ShortName::kBytesMax && std::ranges::all_of(text, allowed)) {
    return std::nullopt;
  }
  return cat("is not the name of a platform; write 1 to ", ShortName::kBytesMax,
             " of a-z 0-9 _ . -");
}

std::optional<std::string> check_mapping(std::string_view text) {
  constexpr std::size_t kNameBytesMax = 32;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  if (!text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, allowed)) {
    return std::nullopt;
  }
  if (text.find('/') != std::string_view::npos || text.find(".y") != std::string_view::npos) {
    return "is a path; list the file under 'mappings:' and write the name that it gives itself";
  }
  return cat("is not the name of a mapping; write 1 to ", kNameBytesMax, " of a-z 0-9 _ . -");
}

std::optional<std::string> check_property(std::string_view name) {
  struct Owned {
    std::string_view property;
    std::string_view field;
  };
  constexpr std::array<Owned, 4> kOwned{{{"bootstrap.servers", "brokers"},
                                         {"metadata.broker.list", "brokers"},
                                         {"group.id", "group"},
                                         {"group.instance.id", "instance"}}};
  for (const Owned& owned : kOwned) {
    if (name == owned.property) return cat("has a field of its own; write '", owned.field, ":'");
  }
  return std::nullopt;
}

bool is_secret_property(std::string_view name) {
  if (name == "sasl.mechanism" || name == "sasl.mechanisms") return false;
  if (name.starts_with("sasl.") || name.starts_with("ssl.key.")) return true;
  constexpr std::array<std::string_view, 4> kWords{"password", "secret", "token", "key"};
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

}  // namespace vigie
