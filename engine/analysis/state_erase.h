// Takes an author out of saved state, so that what is left names nobody and stays countable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/event_time.h"
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
class NearDuplicates;
class PostPage;
class Slices;
class TopList;
}  // namespace pb

// Who is to be taken out. Keys are those under the seed of the state.
struct ErasedAuthor {
  Key128 key;
  // Posts of theirs, beside those that the state still holds.
  std::vector<Key128> posts;
  // What texts call them: the id, handles. See AuthorEraser::names_author().
  std::vector<std::string> names;
};

// What was taken out.
struct EraseCounts {
  std::uint64_t brands = 0;        // that knew the author
  std::uint64_t authors = 0;       // rows, one a brand
  std::uint64_t contributors = 0;  // likewise, one a campaign
  std::uint64_t posts = 0;         // that name nobody now
  std::uint64_t entries = 0;       // of lists: the author's own, of these posts, that name them
  std::uint64_t cascades = 0;      // begun by these posts
  std::uint64_t replies = 0;       // by these posts, or to them
  std::uint64_t groups = 0;        // of nearly the same texts, all of them these posts'
  std::uint64_t channels = 0;      // that bear their name
  // What may still hold a bit of them, and cannot give it back.
  std::uint64_t dense_sets = 0;     // of authors, in brands that changed
  std::uint64_t shared_groups = 0;  // that they began, and others joined

  [[nodiscard]] bool any() const {
    return (authors | contributors | posts | entries | cascades | replies | groups | channels) != 0;
  }
};

// Is to be given every record of the store twice: to look(), then to erase(). One thread. Memory:
// the keys of the author's posts, and a little for each of them.
class AuthorEraser {
 public:
  // `fresh` makes what stands in the place of keys that must stay different from each other: a
  // random one, to be forgotten, so that nobody can tell whose they were.
  AuthorEraser(ErasedAuthor author, const KeySeed& fresh);

  // Remembers the author's posts. Errors: corrupt.
  [[nodiscard]] Result<void> look(std::string_view key, std::string_view value);
  // Appends the record as it is to be saved, where it changes. Errors: corrupt.
  [[nodiscard]] Result<void> erase(std::string_view key, std::string_view value,
                                   std::vector<StateRecord>* changed);

  [[nodiscard]] const EraseCounts& counts() const { return counts_; }

  // Whether one of the names stands in the text as a word of its own, small or capital (ASCII).
  // Names of less than 4 bytes, and numbers of less than 7 digits, could be anything, and are found
  // only where they are all of the text.
  [[nodiscard]] bool names_author(std::string_view text) const;

 private:
  // What the author left in one brand.
  struct Traces {
    std::vector<std::uint64_t> signatures;  // one for each post
    // Cascades that a post began, by place: also those whose root has another key by now.
    std::unordered_map<std::uint32_t, EventTime> roots;
  };

  [[nodiscard]] bool erase_within(google::protobuf::Message* message);
  [[nodiscard]] bool erase_from(pb::TopList* list);
  [[nodiscard]] bool erase_from(pb::HyperLogLog* sketch);
  [[nodiscard]] bool erase_from(pb::Cascades* cascades);
  [[nodiscard]] bool erase_from(pb::NearDuplicates* groups);
  [[nodiscard]] bool erase_from(pb::Slices* slices);
  [[nodiscard]] bool erase_from(pb::PostPage* page);
  [[nodiscard]] bool erase_keys(std::string* keys, std::vector<bool>* erased) const;
  [[nodiscard]] bool erase_replies(std::string* keys, std::string* parents);
  [[nodiscard]] bool is_begun_by_author(std::uint32_t place, EventTime began) const;
  [[nodiscard]] Key128 nobody(const Key128& key) const;

  const ErasedAuthor author_;
  KeySeed fresh_;
  std::unordered_set<std::uint64_t> posts_;         // Key128::low, as the lists have them
  std::unordered_map<std::string, Traces> traces_;  // by brand
  const Traces* of_brand_ = nullptr;                // whose record is being erased; or null
  EraseCounts counts_;
  bool sound_ = true;  // every message so far was what its writer writes
};

}  // namespace vigie
