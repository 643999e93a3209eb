#include "tests/state_stream.h"

#include <array>
#include <chrono>

#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Key128 key(std::uint64_t number, std::uint64_t salt) {
  std::mt19937_64 random(number * 2 + salt);
  return {random(), random()};
}

Label add_text(std::string_view text, Facts* facts) {
  std::mt19937_64 random(std::hash<std::string_view>{}(text));
  const Label label{.hash = random(),
                    .first = static_cast<std::uint32_t>(facts->texts.size()),
                    .count = static_cast<std::uint32_t>(text.size())};
  facts->texts.insert(facts->texts.end(), text.begin(), text.end());
  return label;
}

}  // namespace

Key128 stream_post(std::uint64_t number) { return key(number, 0); }
Key128 stream_author(std::uint64_t number) { return key(number, 1); }

std::vector<StreamOp> StateStream::take(std::size_t count) {
  std::vector<StreamOp> out;
  offsets_.resize(settings_.partitions);
  while (out.size() < count) out.push_back(next());
  return out;
}

StreamOp StateStream::next() {
  StreamOp op;
  now_ += seconds{below(static_cast<std::uint64_t>(settings_.step_seconds) + 1)};
  std::uint64_t number = below(settings_.posts);
  if (const auto renamed = renamed_.find(number); renamed != renamed_.end() && !chance(10)) {
    number = renamed->second;
  }
  const std::uint64_t what = below(100);
  if (what < 62) {
    write_post(&op, number);
    write_facts(&op);
  } else if (what < 76) {
    write_post(&op, number);
    op.post.edited = true;
    write_facts(&op);
    std::uint64_t old = number;
    if (chance(25)) {
      op.post.replaced = stream_post(old);
      const std::uint64_t name = next_name_++;
      times_[name] = time_of(old);
      renamed_[old % 1'000'000] = name;
      op.post.key = stream_post(name);
    }
    write_update(&op, PostUpdate::Kind::edit, old);
    op.update->origin = op.post.origin;
    op.update->metrics.as_of = op.post.told_at;
  } else if (what < 80) {
    write_update(&op, PostUpdate::Kind::remove, number);
  } else if (what < 81) {
    write_update(&op, PostUpdate::Kind::remove_author, number);
    op.update->key = stream_author(below(settings_.authors));
  } else {
    write_update(&op, what < 92 ? PostUpdate::Kind::metrics : PostUpdate::Kind::increment, number);
  }
  if (chance(20)) op.watermark = now_ - seconds{below(300)};
  return op;
}

Origin StateStream::next_origin() {
  const auto partition = static_cast<std::uint32_t>(below(settings_.partitions));
  offsets_[partition] += static_cast<std::int64_t>(below(3)) + 1;
  return {.partition = partition, .offset = offsets_[partition]};
}

EventTime StateStream::time_of(std::uint64_t number) {
  const auto [at, added] = times_.try_emplace(number, now_ - seconds{below(100)});
  if (added && chance(5)) at->second -= hours{1} + minutes{below(100)};
  return at->second;
}

CounterValues StateStream::counters() {
  CounterValues out = unknown_counters();
  for (std::int64_t& count : out) {
    if (chance(40)) count = static_cast<std::int64_t>(below(50));
  }
  return out;
}

void StateStream::write_post(StreamOp* op, std::uint64_t number) {
  static constexpr std::array<std::string_view, 3> kPlatforms{"mastodon", "reddit", "x"};
  FactPost& post = op->post;
  post.origin = next_origin();
  post.key = stream_post(number);
  post.event_time = time_of(number) + (chance(3) ? minutes{1} : minutes{0});
  post.told_at = chance(80) ? now_ : now_ - seconds{below(4000)};
  if (!chance(5)) post.author = stream_author(number % settings_.authors);
  if (chance(35)) post.parent = stream_post(below(settings_.posts));
  if (chance(20)) post.root = stream_post(below(settings_.posts));
  post.counters = counters();
  if (chance(60)) post.followers = static_cast<std::int64_t>(below(4) * 20'000);
  if (chance(30)) post.author_age_days = static_cast<std::int32_t>(below(20));
  if (chance(10)) post.rating = static_cast<float>(below(5) + 1);
  if (chance(60)) post.signature = stream_post(below(8)).high | 1;
  post.platform = ShortName(kPlatforms[number % 3]);
  post.lang = ShortName(chance(50) ? "fr" : "en");
  post.kind = static_cast<Kind>(below(8));
  post.given = static_cast<Sentiment>(below(4));
  post.backdated = chance(2);
  op->id = cat("https://example.org/", number);
  for (std::uint64_t n = below(4); n > 0; --n) op->hashtags.push_back(cat("tag", n));
}

void StateStream::write_facts(StreamOp* op) {
  for (BrandId brand = 0; brand < settings_.brands; ++brand) {
    if (chance(45)) continue;
    Fact& fact = op->facts.emplace_back();
    fact.brand = brand;
    fact.campaigns = static_cast<std::uint32_t>(below(4));
    fact.rejected = static_cast<std::uint32_t>(below(4)) & fact.campaigns;
    fact.media = static_cast<MediaType>(below(4));
    fact.owned = chance(15);
    fact.mention = !fact.owned || !chance(20);
    fact.addressed = chance(40);
    fact.owned_link = chance(10);
    fact.moderated = chance(10);
    fact.recommends = chance(10);
    fact.advises_against = chance(10);
    fact.sentiment = static_cast<Sentiment>(below(4));
    if (fact.sentiment != Sentiment::unscored && !chance(20)) {
      fact.language = static_cast<std::uint8_t>(1 + below(6));
      fact.score = static_cast<float>(below(201)) / 100 - 1;
    }
    fact.crisis = static_cast<std::uint8_t>(chance(20) ? below(4) : 0);
  }
}

void StateStream::write_update(StreamOp* op, PostUpdate::Kind kind, std::uint64_t number) {
  PostUpdate& update = op->update.emplace();
  if (kind != PostUpdate::Kind::edit) update.origin = next_origin();
  update.kind = kind;
  update.key = stream_post(number);
  const CounterValues values = counters();
  const auto count = [&values](Counter counter) -> Count {
    const std::int64_t value = values[static_cast<std::size_t>(counter)];
    return value == kUnknownCount ? Count{} : Count{value};
  };
  if (kind == PostUpdate::Kind::metrics || kind == PostUpdate::Kind::increment) {
    update.metrics.likes = count(Counter::likes);
    update.metrics.shares = count(Counter::shares);
    update.metrics.comments = count(Counter::comments);
    update.metrics.quotes = count(Counter::quotes);
    update.metrics.views = count(Counter::views);
    update.metrics.clicks = count(Counter::clicks);
    update.metrics.saves = count(Counter::saves);
    update.metrics.reach = count(Counter::reach);
  }
  if (chance(90)) update.metrics.as_of = chance(70) ? now_ : now_ - seconds{below(4000)};
}

void StreamBatch::add(const StreamOp& op) {
  const auto place = static_cast<std::uint32_t>(facts.posts.size() + updates.size());
  if (!op.facts.empty()) {
    const auto at = static_cast<std::uint32_t>(facts.posts.size());
    FactPost& post = facts.posts.emplace_back(op.post);
    post.place = place;
    post.id = add_text(op.id, &facts);
    post.hashtags.first = static_cast<std::uint32_t>(facts.labels.size());
    post.hashtags.count = static_cast<std::uint32_t>(op.hashtags.size());
    for (const std::string& tag : op.hashtags) facts.labels.push_back(add_text(tag, &facts));
    for (const Fact& fact : op.facts) facts.facts.emplace_back(fact).post = at;
  }
  if (op.update) updates.emplace_back(*op.update).place = place;
}

}  // namespace vigie
