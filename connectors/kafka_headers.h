// The headers of Kafka records that say how the value is wrapped.
#pragma once

#include <vector>

#include "engine/base/io.h"

struct rd_kafka_message_s;  // NOLINT(readability-identifier-naming): as librdkafka calls it

namespace vigie {

// Appends the headers `ce_*` and `content-type`, their names as they are written, kRecordHeadersMax
// of one record at most. They live as long as the message. Allocates nothing for a message without
// headers.
void append_headers(const rd_kafka_message_s& message, std::vector<Header>* to);

// Of ASCII.
[[nodiscard]] constexpr char header_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace vigie
