#include "engine/analysis/state_erase.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/analysis/authors.h"
#include "engine/analysis/campaigns.h"
#include "engine/analysis/key_bytes.h"
#include "engine/analysis/post_state.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::unexpected<Error> damaged(std::string_view key) {
  return fail(ErrorKind::corrupt,
              cat("state: the record '", key,
                  "' is damaged; restore the directory from a copy, or move it away to begin anew: "
                  "nothing was changed"));
}

bool is_post_page(std::string_view key) { return key.find("/posts/") != std::string_view::npos; }

bool parse(std::string_view value, google::protobuf::Message* message) {
  return message->ParseFromArray(value.data(), static_cast<int>(value.size()));
}

// The rows of a page; nothing where they are not whole.
std::optional<std::vector<PostState>> rows_of(const pb::PostPage& page) {
  if (page.rows().size() != page.posts() * sizeof(PostState)) return std::nullopt;
  if (page.id_bytes_size() != 0 && static_cast<std::size_t>(page.id_bytes_size()) != page.posts()) {
    return std::nullopt;
  }
  std::vector<PostState> rows(page.posts());
  std::memcpy(rows.data(), page.rows().data(), page.rows().size());
  return rows;
}

// Of a table that knows how to take an author out. False where it is not what it says.
template <class Table, class Saved>
bool erase_row(const Key128& author, Saved* saved, bool* erased) {
  Table table;
  if (!table.load(*saved)) return false;
  *erased = table.erase(author);
  if (*erased) table.save(saved);
  return true;
}

std::uint64_t contributors_of(const pb::Campaigns& campaigns, const Key128& author) {
  std::string bytes;
  append_key(author, &bytes);
  std::uint64_t count = 0;
  for (const pb::Campaigns::Campaign& campaign : campaigns.campaign()) {
    for (std::size_t at = 0; at + kKeyBytes <= campaign.author().size(); at += kKeyBytes) {
      count += campaign.author().compare(at, kKeyBytes, bytes) == 0 ? 1U : 0U;
    }
  }
  return count;
}

}  // namespace

// Different keys stay different, and none comes out as no key.
Key128 AuthorEraser::nobody(const Key128& key) const {
  std::string bytes;
  append_key(key, &bytes);
  return siphash128(fresh_, bytes);
}

Result<void> AuthorEraser::look(std::string_view key, std::string_view value) {
  if (!brand_of_key(key) || !is_post_page(key)) return {};
  pb::PostPage page;
  if (!parse(value, &page)) return damaged(key);
  const auto rows = rows_of(page);
  if (!rows) return damaged(key);
  for (const PostState& row : *rows) {
    if (row.author == author_ && row.key.is_set()) posts_.insert(row.key.low);
  }
  return {};
}

Result<void> AuthorEraser::erase(std::string_view key, std::string_view value,
                                 std::vector<StateRecord>* changed) {
  if (!brand_of_key(key)) return {};
  pb::PostPage page;
  pb::Brand brand;
  google::protobuf::Message* message = &brand;
  if (is_post_page(key)) message = &page;
  if (!parse(value, message)) return damaged(key);
  const bool changes = erase_within(message);
  if (!sound_) return damaged(key);
  if (!changes) return {};
  if (message == &brand) ++counts_.brands;
  changed->push_back({std::string(key), message->SerializeAsString()});
  return {};
}

// Wherever in the message such tables stand.
bool AuthorEraser::erase_within(google::protobuf::Message* message) {
  if (auto* list = dynamic_cast<pb::TopList*>(message)) return erase_from(list);
  if (auto* sketch = dynamic_cast<pb::HyperLogLog*>(message)) return erase_from(sketch);
  if (auto* cascades = dynamic_cast<pb::Cascades*>(message)) return erase_from(cascades);
  if (auto* page = dynamic_cast<pb::PostPage*>(message)) return erase_from(page);
  bool erased = false;
  if (auto* authors = dynamic_cast<pb::Authors*>(message)) {
    sound_ = erase_row<Authors>(author_, authors, &erased) && sound_;
    counts_.authors += erased ? 1U : 0U;
    return erased;
  }
  if (auto* campaigns = dynamic_cast<pb::Campaigns*>(message)) {
    const std::uint64_t rows = contributors_of(*campaigns, author_);
    sound_ = erase_row<Campaigns>(author_, campaigns, &erased) && sound_;
    counts_.contributors += erased ? rows : 0;
    return erased;
  }
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      erased = erase_within(reflection.MutableMessage(message, field)) || erased;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      erased = erase_within(reflection.MutableRepeatedMessage(message, field, i)) || erased;
    }
  }
  return erased;
}

// Lists have the author's entry, and those of posts, by the low half of the key.
bool AuthorEraser::erase_from(pb::TopList* list) {
  if (list->text_size() != list->hash_size() || list->count_size() != list->hash_size()) {
    sound_ = false;
    return false;
  }
  int kept = 0;
  for (int i = 0; i < list->hash_size(); ++i) {
    if (list->hash(i) == author_.low || posts_.contains(list->hash(i))) {
      ++counts_.entries;
      continue;
    }
    list->mutable_hash()->SwapElements(kept, i);
    list->mutable_text()->SwapElements(kept, i);
    list->mutable_count()->SwapElements(kept, i);
    ++kept;
  }
  if (kept == list->hash_size()) return false;
  list->mutable_hash()->Truncate(kept);
  list->mutable_count()->Truncate(kept);
  list->mutable_text()->DeleteSubrange(kept, list->text_size() - kept);
  return true;
}

// The number of authors stays as it is.
bool AuthorEraser::erase_from(pb::HyperLogLog* sketch) {
  const auto& hashes = sketch->hash();
  const auto found = std::ranges::find(hashes, author_.low);
  if (found == hashes.end()) return false;
  *sketch->mutable_hash()->Mutable(static_cast<int>(found - hashes.begin())) = nobody(author_).low;
  std::ranges::sort(*sketch->mutable_hash());
  return true;
}

// The counts stay, and roots stay in order.
bool AuthorEraser::erase_from(pb::Cascades* cascades) {
  bool erased = false;
  for (pb::Cascades::Cascade& cascade : *cascades->mutable_cascade()) {
    if (cascade.root().size() != kKeyBytes) {
      sound_ = false;
      return false;
    }
    const Key128 root = read_key(cascade.root());
    if (!posts_.contains(root.low)) continue;
    cascade.clear_root();
    append_key(nobody(root), cascade.mutable_root());
    cascade.clear_id();
    ++counts_.cascades;
    erased = true;
  }
  if (!erased) return false;
  std::ranges::sort(cascades->mutable_cascade()->pointer_begin(),
                    cascades->mutable_cascade()->pointer_end(), {},
                    [](const pb::Cascades::Cascade* one) { return read_key(one->root()); });
  return true;
}

bool AuthorEraser::erase_from(pb::PostPage* page) {
  std::optional<std::vector<PostState>> rows = rows_of(*page);
  if (!rows) {
    sound_ = false;
    return false;
  }
  bool erased = false;
  std::string ids;
  std::size_t at = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    PostState& row = (*rows)[i];
    const std::size_t bytes = page->id_bytes_size() == 0 ? 0 : page->id_bytes(static_cast<int>(i));
    if (row.author != author_) {
      ids.append(page->ids(), std::min(at, page->ids().size()), bytes);
    } else {
      if (bytes != 0) page->set_id_bytes(static_cast<int>(i), 0);
      if (row.key.is_set()) row.key = nobody(row.key);
      row.author = {};
      row.signature = 0;
      row.same_author = 0;
      ++counts_.posts;
      erased = true;
    }
    at += bytes;
  }
  if (!erased) return false;
  page->set_ids(std::move(ids));
  page->set_rows(rows->data(), rows->size() * sizeof(PostState));
  return true;
}

}  // namespace vigie
