// Takes an author out of saved state, so that what is left names nobody and stays countable.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/io.h"
#include "engine/base/post_key.h"
#include "engine/base/result.h"

namespace google::protobuf {
class Message;
}

namespace vigie {

namespace pb {
class Cascades;
class HyperLogLog;
class PostPage;
class TopList;
}  // namespace pb

// What was taken out.
struct EraseCounts {
  std::uint64_t brands = 0;        // that knew the author
  std::uint64_t authors = 0;       // rows, one a brand
  std::uint64_t contributors = 0;  // likewise, one a campaign
  std::uint64_t posts = 0;         // that name nobody now
  std::uint64_t entries = 0;       // of lists: the author's own, and of these posts
  std::uint64_t cascades = 0;      // begun by these posts

  [[nodiscard]] bool any() const {
    return (authors | contributors | posts | entries | cascades) != 0;
  }
};

// Is to be given every record of the store twice: to look(), then to erase(). One thread. Memory:
// the keys of the author's posts.
class AuthorEraser {
 public:
  // `author` is the key under the seed of the state. `fresh` makes what stands in the place of keys
  // that must stay different from each other: a random one, to be forgotten, so that nobody can
  // tell whose they were.
  AuthorEraser(const Key128& author, const KeySeed& fresh) : author_(author), fresh_(fresh) {}

  // Remembers the author's posts. Errors: corrupt.
  [[nodiscard]] Result<void> look(std::string_view key, std::string_view value);
  // Appends the record as it is to be saved, where it changes. Errors: corrupt.
  [[nodiscard]] Result<void> erase(std::string_view key, std::string_view value,
                                   std::vector<StateRecord>* changed);

  [[nodiscard]] const EraseCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] bool erase_within(google::protobuf::Message* message);
  [[nodiscard]] bool erase_from(pb::TopList* list);
  [[nodiscard]] bool erase_from(pb::HyperLogLog* sketch);
  [[nodiscard]] bool erase_from(pb::Cascades* cascades);
  [[nodiscard]] bool erase_from(pb::PostPage* page);
  [[nodiscard]] Key128 nobody(const Key128& key) const;

  Key128 author_;
  KeySeed fresh_;
  std::unordered_set<std::uint64_t> posts_;  // Key128::low, as the lists have them
  EraseCounts counts_;
  bool sound_ = true;  // every message so far was what its writer writes
};

}  // namespace vigie
