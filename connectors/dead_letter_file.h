// Dead letters in a file: one JSON object per line.
#pragma once

#include <memory>
#include <string>

#include "engine/base/io.h"
#include "engine/base/result.h"

namespace vigie {

// Appends to `path`, which is made when absent. Each line holds reason, detail, source_topic,
// partition, offset, indexes (a list of the posts of the record that are meant; without it all
// of it), mapping, engine_version, timestamp, key, cut (true when `raw` lacks its end), headers
// (those of the record that say how it is wrapped) and the record itself: `raw` as text, or
// `raw_base64` where it is not UTF-8; likewise `key_base64`. What is not known is left out.
// connectors/dead_letter_decoder.h reads them. Workers and processes may share one file: lines are
// written whole, by appending writes. Errors: unreadable, when the file cannot be opened; put()
// says refused, when it cannot be written.
[[nodiscard]] Result<std::unique_ptr<DeadLetterSink>> open_dead_letter_file(
    const std::string& path, std::string engine_version);

}  // namespace vigie
