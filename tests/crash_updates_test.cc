// Posts that are edited, renamed, deleted, counted anew and answered, by processes that die at any
// moment: what is saved in the end equals a plain count over the posts as they are in the end.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/measures.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/analysis/track.h"
#include "engine/base/text.h"
#include "tests/crash_life.h"

namespace vigie::test {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 5> kTexts{
    "I switched to Orvelane today", "Beurre Crémoline et fibre Orvelane", "nothing to see",
    "CREMOLINE is back #cremoline", "du Pelvoran, du vrai"};
constexpr int kRecords = 3000;
constexpr std::size_t kAuthors = 40;  // the first one is the brand's

// As it is now. All that is told of it lies in the partition of its author, in order.
struct Post {
  int number = 0;
  std::string id;
  std::size_t author = 0;
  EventTime time;
  std::string_view text;
  bool calls = false;  // the brand's account
  std::optional<int> parent;
  std::optional<std::int64_t> likes;
  std::optional<std::int64_t> views;
  bool gone = false;
  // What others answer keeps its id: which comes first of an answer and a new id, nobody knows.
  [[nodiscard]] bool may_be_renamed() const { return number % 3 == 0; }
};

class Log {
 public:
  Log(std::uint64_t seed, World* world) : random_(seed), world_(world) {
    for (int i = 0; i < kRecords; ++i) write(EventTime{seconds{1'700'000'000 + i * 5}});
  }
  [[nodiscard]] const std::vector<Post>& posts() const { return posts_; }

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return random_() % n; }
  [[nodiscard]] Post* any() {
    if (posts_.empty()) return nullptr;
    // Half of the time of those that came last.
    const std::size_t from = below(2) == 0 && posts_.size() > 200 ? posts_.size() - 200 : 0;
    Post& post = posts_[from + below(posts_.size() - from)];
    return post.gone ? nullptr : &post;
  }
  // As the brand's account is known by its handle, and all by their ids.
  [[nodiscard]] static std::string author(const Post& post) {
    const std::string id = post.author == 0 ? std::string(kOwnAccount) : cat("a", post.author);
    return cat(R"(,"author":{"id":")", id, R"(","handle":")", id, "\"}");
  }
  void append(const Post& post, std::string record) {
    world_->log[post.author % world_->log.size()].push_back(std::move(record));
  }
  void append_upsert(const Post& post, std::string_view more) {
    std::string record = cat(R"({"id":")", post.id, R"(","platform":"x","kind":")",
                             post.parent ? "reply" : "post", R"(","text":)");
    append_json_string(post.text, &record);
    append_to(&record, R"(,"created_at":")", to_rfc3339(post.time), "\"", author(post));
    if (post.parent) append_to(&record, R"(,"parent_id":"p)", *post.parent, "\"");
    if (post.calls) append_to(&record, R"(,"mentions":[{"handle":")", kOwnAccount, "\"}]");
    append_to(&record, metrics(post, {}), more, "}");
    append(post, std::move(record));
  }
  [[nodiscard]] static std::string metrics(const Post& post, std::string_view as_of) {
    if (!post.likes && !post.views) return {};
    std::string out = R"(,"metrics":{)";
    if (post.likes) append_to(&out, R"("likes":)", *post.likes);
    if (post.views) append_to(&out, post.likes ? "," : "", R"("views":)", *post.views);
    if (!as_of.empty()) append_to(&out, R"(,"as_of":")", as_of, "\"");
    return out + "}";
  }

  void write(EventTime now) {
    const std::uint64_t what = below(100);
    if (what < 60) return write_new(now);
    Post* post = any();
    if (post == nullptr) return;
    // An edit that makes an old post a mention is late: which are, depends on who runs ahead.
    const bool recent = post->time > now - std::chrono::minutes{50};
    if (what < 72) {
      if (recent) edit(post, now, {});
    } else if (what < 78) {
      if (recent && post->may_be_renamed()) edit(post, now, cat(post->id, "'"));
    } else if (what < 86) {
      count(post, now);
    } else if (what < 90) {
      if (!post->may_be_renamed()) append_upsert(*post, {});  // it comes again
    } else if (what < 98) {
      append(*post, cat(R"({"op":"delete","platform":"x","id":")", post->id, "\"}"));
      post->gone = true;
    } else if (below(post->author != 0 ? 3 : 40) == 0) {
      end_account(*post);
    }
  }
  void write_new(EventTime now) {
    Post& post = posts_.emplace_back();
    post.number = static_cast<int>(posts_.size()) - 1;
    post.id = cat("p", post.number);
    post.author = below(4) == 0 ? 0 : below(kAuthors);
    post.time = now - seconds{below(1800)};
    post.text = kTexts[below(kTexts.size())];
    post.calls = below(6) == 0;
    const auto parent = static_cast<int>(below(posts_.size()));
    const bool answers = below(post.author == 0 ? 2 : 5) != 0 && parent != post.number;
    if (answers && !posts_[static_cast<std::size_t>(parent)].may_be_renamed()) post.parent = parent;
    if (below(2) == 0) post.likes = static_cast<std::int64_t>(below(50));
    append_upsert(post, {});
  }
  void edit(Post* post, EventTime now, const std::string& id) {
    const std::string replaces =
        id.empty() ? std::string() : cat(R"(,"replaces_id":")", post->id, "\"");
    if (!id.empty()) post->id = id;
    post->text = kTexts[below(kTexts.size())];
    append_upsert(*post, cat(R"(,"edited_at":")", to_rfc3339(now), "\"", replaces));
  }
  void count(Post* post, EventTime now) {
    post->likes = static_cast<std::int64_t>(below(90));
    if (below(2) == 0) post->views = static_cast<std::int64_t>(below(5000));
    append(*post, cat(R"({"op":"metrics","platform":"x","id":")", post->id, "\"",
                      metrics(*post, to_rfc3339(now)), "}"));
  }
  void end_account(const Post& of) {
    append(of, cat(R"({"op":"delete_author","platform":"x")", author(of), "}"));
    for (Post& post : posts_) post.gone = post.gone || post.author == of.author;
  }

  Random random_;
  World* world_;
  std::vector<Post> posts_;
};

// --- What is to be, and what is saved ------------------------------------------------------------

using Sums = std::map<Period, Measures>;
constexpr std::array kCompared{
    Measure::mentions, Measure::originals, Measure::likes,    Measure::views,
    Measure::replies,  Measure::addressed, Measure::answered, Measure::answer_seconds,
};

Sums expected(const std::vector<Post>& posts, std::string_view brand) {
  const bool has_account = brand == kBrands[0];
  Sums out;
  for (const Post& post : posts) {
    const bool calls = has_account && post.calls && post.author != 0;  // it does not call itself
    if (post.gone || (!mentions(post.text, brand) && !calls)) continue;
    const auto hour = static_cast<Period>(
        std::chrono::floor<std::chrono::hours>(post.time.time_since_epoch()).count());
    Measures& sums = out[hour];
    ++at(sums, Measure::mentions);
    ++at(sums, Measure::originals);
    at(sums, Measure::likes) += post.likes.value_or(0);
    at(sums, Measure::views) += post.views.value_or(0);
    if (post.parent) ++at(sums, Measure::replies);
    if (!calls) continue;
    ++at(sums, Measure::addressed);
    std::optional<std::int64_t> first;
    for (const Post& reply : posts) {
      if (reply.gone || reply.author != 0 || reply.parent != post.number) continue;
      const auto after = std::chrono::floor<seconds>(reply.time - post.time).count();
      first = std::min(first.value_or(after), after);
    }
    if (!first) continue;
    ++at(sums, Measure::answered);
    at(sums, Measure::answer_seconds) += std::max<std::int64_t>(0, *first);
  }
  return out;
}

Sums saved(World* world, std::string_view brand) {
  Sums out;
  pb::Brand record;
  const std::map<std::string, std::string> disk = world->disk();
  const auto found = disk.find(brand_key(brand));
  if (found == disk.end() || !record.ParseFromString(found->second)) return out;
  int next = 0;
  for (int i = 0; i < record.hours().period_size(); ++i) {
    for (std::uint32_t n = record.hours().measures_in_period(i); n > 0; --n, ++next) {
      const auto measure = measure_of_number(record.hours().measure(next));
      if (measure) at(out[record.hours().period(i)], *measure) = record.hours().sum(next);
    }
  }
  return out;
}

std::string text(const Sums& sums) {
  std::string out;
  for (const auto& [hour, measures] : sums) {
    append_to(&out, hour, ":");
    for (const Measure measure : kCompared) {
      append_to(&out, " ", measure_specs()[static_cast<std::size_t>(measure)].name, " ",
                at(measures, measure));
    }
    out += '\n';
  }
  return out;
}

void compare(World* world, const std::vector<Post>& posts) {
  for (const std::string_view brand : kBrands) {
    CAPTURE(brand);
    CHECK(text(saved(world, brand)) == text(expected(posts, brand)));
  }
}

void simulate(std::uint64_t seed) {
  CAPTURE(seed);
  Random random(seed);
  World world;
  const Log log(seed, &world);
  for (std::uint64_t crashes = random() % 5; crashes > 0; --crashes) {
    world.crash_after(random() % 60);
    const Life life = live(&world, random(), static_cast<std::uint32_t>(random() % 3));
    const bool at_end = life.ran && !world.crashed();
    world.revive();
    if (at_end) break;
  }
  for (int again = 0; again < 2; ++again) {  // what is at the end stays as it is
    const Life last = live(&world, random(), static_cast<std::uint32_t>(random() % 3));
    REQUIRE_MESSAGE(last.ran.has_value(), (last.ran ? "" : last.ran.error().text()));
    CHECK(last.late == 0);
    compare(&world, log.posts());
    world.revive();
  }
  CHECK(world.complaints() == std::vector<std::string>{});
}

TEST_CASE("processes that die at any moment take back what is edited or deleted, once") {
  const std::uint64_t count = std::getenv("VIGIE_LONG") != nullptr ? 5000 : 50;
  const char* one = std::getenv("VIGIE_SEED");
  if (one != nullptr) return simulate(std::strtoull(one, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= count; ++seed) simulate(seed);
}

}  // namespace
}  // namespace vigie::test
