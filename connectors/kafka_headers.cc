#include "connectors/kafka_headers.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <string_view>

#include "engine/base/limits.h"

namespace vigie {
namespace {

// REQUIRES: `lower` is lower case.
bool starts_with(std::string_view name, std::string_view lower) {
  return name.size() >= lower.size() &&
         std::ranges::equal(name.substr(0, lower.size()), lower,
                            [](char a, char b) { return header_letter(a) == b; });
}

bool is_wanted(std::string_view name) {
  constexpr std::string_view kType = "content-type";
  return starts_with(name, "ce_") || (name.size() == kType.size() && starts_with(name, kType));
}

}  // namespace

void append_headers(const rd_kafka_message_s& message, std::vector<Header>* to) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const std::size_t most = to->size() + kRecordHeadersMax;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       to->size() < most &&
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    if (value == nullptr || !is_wanted(name)) continue;
    to->push_back({name, {static_cast<const char*>(value), size}});
  }
}

}  // namespace vigie
