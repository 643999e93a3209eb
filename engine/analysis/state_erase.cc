#include "engine/analysis/state_erase.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/analysis/authors.h"
#include "engine/analysis/campaigns.h"
#include "engine/analysis/key_bytes.h"
#include "engine/analysis/near_duplicates.h"
#include "engine/analysis/post_state.h"
#include "engine/analysis/slices.h"
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

// Sets of authors that hold no keys any more, and cannot tell who is in them.
std::uint64_t dense_sets_of(const pb::Brand& brand) {
  std::uint64_t sets = 0;
  for (const pb::Brand::Day& day : brand.day()) sets += day.authors().registers().empty() ? 0U : 1U;
  for (const pb::HyperLogLog& set : brand.authors_in_hour())
    sets += set.registers().empty() ? 0 : 1;
  return sets;
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

constexpr std::size_t kNameBytesMin = 4;
constexpr std::size_t kNumberBytesMin = 7;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes that are not ASCII are parts of words.
bool is_of_word(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
         static_cast<unsigned char>(c) >= 128;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool is_telling(std::string_view name) {
  return name.size() >= (std::ranges::all_of(name, is_digit) ? kNumberBytesMin : kNameBytesMin);
}

// As a word of its own.
bool stands_in(std::string_view name, std::string_view text) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    if (begins && (end == text.size() || !is_of_word(text[end]))) return true;
  }
  return false;
}

}  // namespace

AuthorEraser::AuthorEraser(ErasedAuthor author, const KeySeed& fresh)
    : author_([](ErasedAuthor given) {
        std::ranges::transform(given.names, given.names.begin(), lowered);
        std::erase(given.names, std::string());
        return given;
      }(std::move(author))),
      fresh_(fresh) {
  for (const Key128& post : author_.posts) posts_.insert(post.low);
}

bool AuthorEraser::names_author(std::string_view text) const {
  if (author_.names.empty() || text.empty()) return false;
  const std::string low = lowered(text);
  return std::ranges::any_of(author_.names, [&low](const std::string& name) {
    return low == name || (is_telling(name) && stands_in(name, low));
  });
}

// Different keys stay different, and none comes out as no key.
Key128 AuthorEraser::nobody(const Key128& key) const {
  std::string bytes;
  append_key(key, &bytes);
  return siphash128(fresh_, bytes);
}

Result<void> AuthorEraser::look(std::string_view key, std::string_view value) {
  const std::optional<std::string> brand = brand_of_key(key);
  if (!brand || !is_post_page(key)) return {};
  pb::PostPage page;
  if (!parse(value, &page)) return damaged(key);
  const auto rows = rows_of(page);
  if (!rows) return damaged(key);
  for (const PostState& row : *rows) {
    if (row.author != author_.key) continue;
    if (row.key.is_set()) posts_.insert(row.key.low);
    Traces& traces = traces_[*brand];
    if (row.signature != 0) traces.signatures.push_back(row.signature);
    if (row.cascade != kNoCascade && row.depth == 0) traces.roots[row.cascade] = row.event_time;
  }
  return {};
}

Result<void> AuthorEraser::erase(std::string_view key, std::string_view value,
                                 std::vector<StateRecord>* changed) {
  const std::optional<std::string> name = brand_of_key(key);
  if (!name) return {};
  const auto traces = traces_.find(*name);
  of_brand_ = traces == traces_.end() ? nullptr : &traces->second;
  pb::PostPage page;
  pb::Brand brand;
  google::protobuf::Message* message = &brand;
  if (is_post_page(key)) message = &page;
  if (!parse(value, message)) return damaged(key);
  const bool changes = erase_within(message);
  if (!sound_) return damaged(key);
  if (!changes) return {};
  if (message == &brand) {
    ++counts_.brands;
    counts_.dense_sets += dense_sets_of(brand);
  }
  changed->push_back({std::string(key), message->SerializeAsString()});
  return {};
}

// Wherever in the message such tables stand.
bool AuthorEraser::erase_within(google::protobuf::Message* message) {
  if (auto* list = dynamic_cast<pb::TopList*>(message)) return erase_from(list);
  if (auto* sketch = dynamic_cast<pb::HyperLogLog*>(message)) return erase_from(sketch);
  if (auto* cascades = dynamic_cast<pb::Cascades*>(message)) return erase_from(cascades);
  if (auto* groups = dynamic_cast<pb::NearDuplicates*>(message)) return erase_from(groups);
  if (auto* page = dynamic_cast<pb::PostPage*>(message)) return erase_from(page);
  if (auto* replies = dynamic_cast<pb::Brand::Replies*>(message)) {
    return erase_replies(replies->mutable_key(), replies->mutable_parent());
  }
  bool erased = false;
  if (auto* slices = dynamic_cast<pb::Slices*>(message)) return erase_from(slices);
  if (auto* authors = dynamic_cast<pb::Authors*>(message)) {
    sound_ = erase_row<Authors>(author_.key, authors, &erased) && sound_;
    counts_.authors += erased ? 1U : 0U;
    return erased;
  }
  if (auto* campaigns = dynamic_cast<pb::Campaigns*>(message)) {
    const std::uint64_t rows = contributors_of(*campaigns, author_.key);
    sound_ = erase_row<Campaigns>(author_.key, campaigns, &erased) && sound_;
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

// Lists have the author's entry, and those of posts, by the low half of the key; addresses, and
// words, may name the author.
bool AuthorEraser::erase_from(pb::TopList* list) {
  if (list->text_size() != list->hash_size() || list->count_size() != list->hash_size()) {
    sound_ = false;
    return false;
  }
  int kept = 0;
  for (int i = 0; i < list->hash_size(); ++i) {
    if (list->hash(i) == author_.key.low || posts_.contains(list->hash(i)) ||
        names_author(list->text(i))) {
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
  const auto found = std::ranges::find(hashes, author_.key.low);
  if (found == hashes.end()) return false;
  *sketch->mutable_hash()->Mutable(static_cast<int>(found - hashes.begin())) =
      nobody(author_.key).low;
  std::ranges::sort(*sketch->mutable_hash());
  return true;
}

// Where the root was edited under another key, its row still tells where its cascade is.
bool AuthorEraser::is_begun_by_author(std::uint32_t place, EventTime began) const {
  if (of_brand_ == nullptr) return false;
  const auto root = of_brand_->roots.find(place);
  return root != of_brand_->roots.end() && root->second == began;
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
    const bool begun = is_begun_by_author(cascade.place(), EventTime(Duration(cascade.began())));
    if (!begun && !posts_.contains(root.low) && !names_author(cascade.id())) continue;
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

// Of a group with the author's posts alone nothing is left; a text that others wrote, too, is not
// the author's any more.
bool AuthorEraser::erase_from(pb::NearDuplicates* groups) {
  if (groups->last_size() != groups->signature_size() ||
      groups->posts_size() != groups->signature_size()) {
    sound_ = false;
    return false;
  }
  if (of_brand_ == nullptr || of_brand_->signatures.empty()) return false;
  pb::NearDuplicates left;
  const std::unordered_set<std::uint32_t> vacant(groups->vacant().begin(), groups->vacant().end());
  for (int i = 0; i < groups->signature_size(); ++i) {
    const std::uint64_t signature = groups->signature(i);
    const auto theirs = std::ranges::count_if(of_brand_->signatures, [signature](auto one) {
      return NearDuplicates::are_near(signature, one);
    });
    if (theirs > 0 && static_cast<std::uint64_t>(theirs) >= groups->posts(i)) {
      ++counts_.groups;
      continue;
    }
    if (std::ranges::find(of_brand_->signatures, signature) != of_brand_->signatures.end()) {
      ++counts_.shared_groups;
    }
    if (vacant.contains(static_cast<std::uint32_t>(i))) {
      left.add_vacant(static_cast<std::uint32_t>(left.signature_size()));
    }
    left.add_signature(signature);
    left.add_last(groups->last(i));
    left.add_posts(groups->posts(i));
  }
  if (left.signature_size() == groups->signature_size()) return false;
  if (groups->has_newest()) left.set_newest(groups->newest());
  groups->Swap(&left);
  return true;
}

// Of the values only a channel can be a person's.
bool AuthorEraser::erase_from(pb::Slices* slices) {
  bool erased = false;
  for (pb::Slices::Slice& slice : *slices->mutable_slice()) {
    if (slice.dimension() != static_cast<std::uint32_t>(Dimension::channel)) continue;
    if (!names_author(slice.value())) continue;
    slice.set_value(cat("erased ", slice.id()));
    ++counts_.channels;
    erased = true;
  }
  return erased;
}

// `erased` grows to one a key.
bool AuthorEraser::erase_keys(std::string* keys, std::vector<bool>* erased) const {
  if (keys->size() % kKeyBytes != 0) return false;
  erased->resize(std::max(erased->size(), keys->size() / kKeyBytes));
  for (std::size_t i = 0; i < keys->size() / kKeyBytes; ++i) {
    const Key128 key = read_key(std::string_view(*keys).substr(i * kKeyBytes, kKeyBytes));
    if (!key.is_set() || !posts_.contains(key.low)) continue;
    std::string other;
    append_key(nobody(key), &other);
    keys->replace(i * kKeyBytes, kKeyBytes, other);
    (*erased)[i] = true;
  }
  return true;
}

// Replies stay with the rows of posts, which have the same new keys.
bool AuthorEraser::erase_replies(std::string* keys, std::string* parents) {
  std::vector<bool> erased;
  if (!erase_keys(keys, &erased) || !erase_keys(parents, &erased)) {
    sound_ = false;
    return false;
  }
  const auto count = std::ranges::count(erased, true);
  counts_.replies += static_cast<std::uint64_t>(count);
  return count != 0;
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
    if (row.author != author_.key) {
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
