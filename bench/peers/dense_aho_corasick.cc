#include "bench/peers/dense_aho_corasick.h"

namespace vigie::bench {

DenseAhoCorasick::DenseAhoCorasick(std::span<const std::string> names) {
  number_classes(names);
  add_state();
  for (std::uint32_t i = 0; i < names.size(); ++i) add_name(names[i], i);
  resolve_failures();
}

void DenseAhoCorasick::number_classes(std::span<const std::string> names) {
  for (const std::string& name : names) {
    for (const char c : name) {
      std::uint8_t& one = class_of_[static_cast<unsigned char>(c)];
      if (one == 0) one = static_cast<std::uint8_t>(class_count_++);
    }
  }
}

DenseAhoCorasick::StateId DenseAhoCorasick::add_state() {
  next_.insert(next_.end(), class_count_, kNone);
  first_output_.push_back(kNone);
  return static_cast<StateId>(first_output_.size() - 1);
}

void DenseAhoCorasick::add_name(std::string_view name, std::uint32_t number) {
  StateId state = 0;
  for (const char c : name) {
    const std::size_t byte_class = class_of_[static_cast<unsigned char>(c)];
    if (entry(state, byte_class) == kNone) {
      const StateId fresh = add_state();
      entry(state, byte_class) = fresh;
    }
    state = entry(state, byte_class);
  }
  outputs_.push_back({number, first_output_[state]});
  first_output_[state] = static_cast<std::uint32_t>(outputs_.size() - 1);
}

// By breadth: the state that a failure leads to is nearer to the root, and done. The outputs of
// that state are joined behind a state's own.
void DenseAhoCorasick::resolve_failures() {
  std::vector<StateId> queue{0};
  std::vector<StateId> failure(first_output_.size(), 0);
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const StateId state = queue[i];
    for (std::size_t c = 0; c < class_count_; ++c) {
      const StateId fallback = state == 0 ? 0 : entry(failure[state], c);
      std::uint32_t& to = entry(state, c);
      if (to == kNone) {
        to = fallback;
        continue;
      }
      failure[to] = fallback;
      std::uint32_t* last = &first_output_[to];
      while (*last != kNone) last = &outputs_[*last].next;
      *last = first_output_[fallback];
      queue.push_back(to);
    }
  }
  for (std::uint32_t& to : next_) to = to << 1 | (first_output_[to] == kNone ? 0 : kEnds);
}

void DenseAhoCorasick::find(std::string_view text, Occurring* names) const {
  names->clear();
  StateId state = 0;
  for (const char c : text) {
    const std::uint32_t to = next_[state * class_count_ + class_of_[static_cast<unsigned char>(c)]];
    state = to >> 1;
    if ((to & kEnds) == 0) [[likely]]
      continue;
    for (std::uint32_t at = first_output_[state]; at != kNone; at = outputs_[at].next) {
      names->push_back(outputs_[at].name);
    }
  }
  keep_each_once(names);
}

std::size_t DenseAhoCorasick::memory_bytes() const {
  return next_.capacity() * sizeof(std::uint32_t) +
         first_output_.capacity() * sizeof(std::uint32_t) + outputs_.capacity() * sizeof(Output);
}

}  // namespace vigie::bench
