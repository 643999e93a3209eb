#include "connectors/input_stream.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kBufferBytes = 256UL << 10;
// The ratio is not looked at before this much has come out.
constexpr std::uint64_t kRatioSlackBytes = 16UL << 20;

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

}  // namespace

InputStream::InputStream(FileHandle file, std::string name)
    : file_(std::move(file)), name_(std::move(name)), buffer_(kBufferBytes) {}

std::unexpected<Error> InputStream::corrupt(std::string_view what) const {
  return fail(ErrorKind::corrupt,
              cat("the ", decompressor_->format(), " data ", what,
                  "; what came before has been used; restore the file"),
              cat(name_, "@", consumed_));
}

Result<InputStream::Status> InputStream::fill(Deadline deadline) {
  if (ended_) return Status::ended;
  pollfd waited{file_.get(), POLLIN, 0};
  const int ready = ::poll(&waited, 1, milliseconds_until(deadline));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return Status::waiting;
  if (first_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + first_, end_ - first_);
    end_ -= std::exchange(first_, 0);
  }
  const ssize_t count = ::read(file_.get(), buffer_.data() + end_, buffer_.size() - end_);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return Status::waiting;
  if (count < 0) {
    return fail(ErrorKind::unreadable,
                cat("cannot be read: ", std::strerror(errno), "; check the file and its disk"),
                name_);
  }
  ended_ = count == 0;
  end_ += static_cast<std::size_t>(count);
  return ended_ ? Status::ended : Status::data;
}

InputStream::Read InputStream::hand_over(std::span<char> to) {
  const std::size_t count = std::min(to.size(), end_ - first_);
  std::memcpy(to.data(), buffer_.data() + first_, count);
  first_ += count;
  return {count, Status::data};
}

Result<InputStream::Read> InputStream::decompress(std::span<char> to, Deadline deadline) {
  for (;;) {
    const auto step = decompressor_->step(waiting_bytes(), to);
    if (!step) return corrupt("is broken near this byte");
    first_ += step->consumed;
    consumed_ += step->consumed;
    produced_ += step->produced;
    if (produced_ > kRatioSlackBytes && produced_ / kDecompressionRatioMax > consumed_) {
      return corrupt(cat("grows more than ", kDecompressionRatioMax, " times: refused"));
    }
    if (step->produced != 0) return Read{step->produced, Status::data};
    if (step->consumed != 0 && first_ != end_) continue;
    const auto status = fill(deadline);
    if (!status) return std::unexpected(status.error());
    if (*status == Status::waiting) return Read{0, Status::waiting};
    if (*status == Status::data) continue;
    if (first_ != end_) return corrupt("is broken near this byte");
    if (!decompressor_->may_end()) return corrupt("is cut short: it ends at this byte");
    return Read{0, Status::ended};
  }
}

Result<InputStream::Read> InputStream::read(std::span<char> to, Deadline deadline) {
  while (!format_known_) {
    if (end_ - first_ >= kMagicBytes || ended_) {
      format_known_ = true;
      decompressor_ = make_decompressor(waiting_bytes());
      break;
    }
    const auto status = fill(deadline);
    if (!status) return std::unexpected(status.error());
    if (*status == Status::waiting) return Read{0, Status::waiting};
  }
  if (decompressor_ != nullptr) return decompress(to, deadline);
  if (first_ == end_) {
    const auto status = fill(deadline);
    if (!status) return std::unexpected(status.error());
    if (*status != Status::data) return Read{0, *status};
  }
  return hand_over(to);
}

}  // namespace vigie
