// Posts of the demo as records of the native format. A post is a pure function of the seed and its
// place (theme, minute, number), so that a repost can say again what was said hours before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/demo_plan.h"
#include "connectors/demo_words.h"
#include "engine/base/event_time.h"

namespace vigie {

// Of the post on X with which the crisis begins: the recall, which most of it passes on or answers.
inline constexpr std::string_view kDemoRecallId = "recall-maubrelle";

struct DemoPlace {
  DemoTheme theme = 0;
  DemoMinute minute = 0;  // in which it is seen
  std::uint32_t number = 0;
};

// When the post is seen, in its minute: the order of the stream.
[[nodiscard]] EventTime demo_observed_at(const DemoPlan& plan, const DemoPlace& place);

// Owned by one thread: it holds memory that is used again.
class DemoWriter {
 public:
  explicit DemoWriter(const DemoPlan& plan) : plan_(plan) {}

  // Appends one JSON object, without a line feed.
  // REQUIRES: place.number < plan.count(place.theme, place.minute).
  void append(const DemoPlace& place, std::string* out);

 private:
  struct Post;

  [[nodiscard]] Post sketch(const DemoPlace& place) const;
  [[nodiscard]] bool is_recall(const DemoPlace& place) const;
  [[nodiscard]] bool find_origin(Post* post, Post* origin);
  [[nodiscard]] bool find_complaint(Post* post, Post* origin);
  [[nodiscard]] bool is_origin(const Post& post, Post* origin);
  void compose(Post* post);
  void append_post_id(std::string_view key, const Post& post, std::string* out) const;
  void append_text(Post* post, Post* origin, std::string* out);
  void append_times(Post* post, std::string* out) const;
  void append_author(Post* post, std::string* out) const;
  void append_account(Post* post, std::string* out) const;
  void append_person(Post* post, std::string* out) const;
  void append_relations(Post* post, const Post& origin, std::string* out) const;
  void append_thread(Post* post, const Post& origin, std::string* out) const;
  void append_metrics(Post* post, std::string* out) const;

  DemoPlan plan_;
  DemoWords words_;
};

}  // namespace vigie
