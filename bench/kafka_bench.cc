// From a real broker: posts per second of the whole engine (consume, decode, match, aggregate) as a
// part of what a bare librdkafka consumer gets of the same topic in the same run.
//
//   kafka_bench --brokers HOST:PORT [--posts N] [--rounds N] [--codec none|lz4|zstd]
//
// Wall time from the first record to the last, in rounds that take turns; medians. The answer is
// checked first: the engine counts as many posts as were produced, and the same hits in each round.
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "bench/corpus.h"
#include "bench/measure.h"
#include "connectors/decode.h"
#include "connectors/kafka_source.h"
#include "connectors/local_link.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "engine/runtime/engine.h"

namespace vigie::bench {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr std::size_t kBatch = 4096;

struct Options {
  std::string brokers;
  std::string topic = cat("vigie-bench-", getpid());
  std::size_t posts = 500'000;
  int rounds = 5;
  int partitions = 4;
  std::string codec = "none";
};

using Conf = std::vector<std::pair<std::string, std::string>>;

rd_kafka_t* make_client(rd_kafka_type_t type, const Conf& settings) {
  std::array<char, 512> error{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : settings) {
    CHECK(rd_kafka_conf_set(conf, key.c_str(), value.c_str(), error.data(), error.size()) ==
          RD_KAFKA_CONF_OK);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, error.data(), error.size());
  CHECK(client != nullptr);
  return client;
}

void create_topic(rd_kafka_t* client, const Options& options) {
  std::array<char, 512> error{};
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(options.topic.c_str(), options.partitions, 1,
                                                     error.data(), error.size());
  CHECK(topic != nullptr);
  rd_kafka_NewTopic_set_config(topic, "retention.ms", "-1");
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30'000);
  CHECK(event != nullptr && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(topic);
}

// The client does not change a payload that it copies.
void produce(const Options& options, std::string corpus) {
  rd_kafka_t* client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", options.brokers},
                                                       {"compression.type", options.codec},
                                                       {"linger.ms", "50"},
                                                       {"batch.num.messages", "10000"}});
  create_topic(client, options);
  std::int32_t partition = 0;
  for (std::size_t at = 0; at < corpus.size();) {
    const std::size_t end = corpus.find('\n', at);
    char* payload = corpus.data() + at;
    while (rd_kafka_producev(client, RD_KAFKA_V_TOPIC(options.topic.c_str()),
                             RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_VALUE(payload, end - at),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(client, 100);
    }
    partition = (partition + 1) % options.partitions;
    at = end + 1;
  }
  CHECK(rd_kafka_flush(client, 120'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_destroy(client);
}

// A consumer that does nothing but look at every payload.
double bare_seconds(const Options& options, int round) {
  rd_kafka_t* client =
      make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", options.brokers},
                                      {"group.id", cat(options.topic, "-bare-", round)},
                                      {"auto.offset.reset", "earliest"},
                                      {"enable.auto.commit", "false"},
                                      {"queued.min.messages", "1000000"},
                                      {"queued.max.messages.kbytes", "65536"}});
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, options.topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::vector<rd_kafka_message_t*> messages(kBatch);
  std::size_t seen = 0;
  std::uint64_t touched = 0;
  Clock::time_point start{};
  while (seen < options.posts) {
    const ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages.data(), kBatch);
    CHECK(count >= 0);
    if (seen == 0 && count > 0) start = Clock::now();
    for (rd_kafka_message_t* message : std::span(messages).first(static_cast<std::size_t>(count))) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const std::span payload(static_cast<const char*>(message->payload), message->len);
        for (std::size_t i = 0; i < payload.size(); i += 64) touched += payload[i];
        ++seen;
      }
      rd_kafka_message_destroy(message);
    }
  }
  CHECK(touched > 0);
  const Seconds seconds = Clock::now() - start;
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return seconds.count();
}

double engine_seconds(const Options& options, int round,
                      const std::shared_ptr<const rules::RuleSet>& rules, std::uint64_t* hits) {
  Counters counters;
  KafkaOptions kafka;
  kafka.brokers = options.brokers;
  kafka.topics = {options.topic};
  kafka.group = cat(options.topic, "-engine-", round);
  kafka.counters = &counters;
  auto source = open_kafka(kafka);
  CHECK(source.has_value());
  Parts parts;
  parts.inputs.push_back({std::move(*source), make_native_decoder({})});
  parts.link = std::make_unique<LocalLink>(1, 1);
  parts.rules = rules;
  Engine engine(std::move(parts), {}, &counters);
  Clock::time_point start{};
  Clock::time_point end{};
  const auto finished = [&](Deadline) {
    if (start == Clock::time_point{} && counters.records > 0) start = Clock::now();
    const bool done = counters.records >= options.posts &&
                      counters.facts_applied + counters.facts_late >= counters.hits;
    if (done) end = Clock::now();
    if (!done) std::this_thread::sleep_for(std::chrono::microseconds{500});
    return done;
  };
  CHECK(engine.run(finished, true).has_value());
  CHECK(counters.mentions == options.posts);
  CHECK(*hits == 0 || *hits == counters.hits);
  *hits = counters.hits;
  return Seconds{end - start}.count();
}

void run(const Options& options) {
  const std::vector<std::string> names = make_names(1'000, 2);
  std::vector<rules::Brand> brands(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) brands[i].name = names[i];
  const auto rules = rules::compile(brands, {.seed = 3}, nullptr);
  CHECK(rules.has_value());
  produce(options, make_corpus({.posts = options.posts, .texts = {}, .names = names}));
  std::vector<double> bare;
  std::vector<double> engine;
  std::uint64_t hits = 0;
  for (int round = 0; round < options.rounds; ++round) {
    bare.push_back(bare_seconds(options, round));
    engine.push_back(engine_seconds(options, round, *rules, &hits));
  }
  const double posts = static_cast<double>(options.posts);
  std::printf("%zu posts, %d partitions, codec %s, 1,000 names, %llu hits\n", options.posts,
              options.partitions, options.codec.c_str(), static_cast<unsigned long long>(hits));
  std::printf("bare librdkafka consumer  %9.0f posts/s\n", posts / median(bare));
  std::printf("vigie, 1 worker, 1 shard  %9.0f posts/s   %.2f of the bare consumer\n",
              posts / median(engine), median(bare) / median(engine));
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app{"The engine against a bare librdkafka consumer."};
  vigie::bench::Options options;
  app.add_option("--brokers", options.brokers)->required();
  app.add_option("--posts", options.posts);
  app.add_option("--rounds", options.rounds);
  app.add_option("--codec", options.codec);
  CLI11_PARSE(app, argc, argv);
  vigie::bench::run(options);
}
