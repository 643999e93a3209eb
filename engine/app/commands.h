// The subcommands of `vigie`. Each returns the exit code of the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace vigie {

// What the exit code says.
enum class Exit : std::uint8_t {
  done = 0,              // finished, or drained after being asked to stop
  stopped_by_error = 1,  // was running and could not go on; a test of a brand failed
  not_started = 2,       // wrong command line or configuration, or something it needs is missing
};

struct RunArguments {
  std::string config;
};
[[nodiscard]] Exit run_command(const RunArguments& arguments);

struct DemoArguments {
  std::string listen = "127.0.0.1:9464";
  std::uint64_t seed = 1;
};
[[nodiscard]] Exit demo_command(const DemoArguments& arguments);

struct CheckArguments {
  std::string config;
  bool print = false;
  bool costs = false;
  bool memory = false;
};
[[nodiscard]] Exit check_command(const CheckArguments& arguments);

struct MappingsArguments {
  std::string show;    // print this one; empty: list them
  std::string config;  // those that it names too; may be empty
};
[[nodiscard]] Exit mappings_command(const MappingsArguments& arguments);

struct DecodeArguments {
  std::string mapping = "mention";  // a name, auto, or the path of a file
  std::string config;               // whose mappings are known, too; may be empty
  bool explain = false;
  std::vector<std::string> files;
};
[[nodiscard]] Exit decode_command(const DecodeArguments& arguments);

struct MatchArguments {
  std::string config;
  std::string mapping = "mention";  // as for decode
  std::vector<std::string> files;
  bool sentiment = false;  // of each brand, too
};
[[nodiscard]] Exit match_command(const MatchArguments& arguments);

struct ExplainArguments {
  std::string config;
  std::string brand;                // empty: all of them
  std::string text;                 // of a post that is made of it; else the files
  std::string mapping = "mention";  // as for decode
  std::vector<std::string> files;
  bool json = false;
  bool sentiment = false;  // how it sounds, too
};
[[nodiscard]] Exit explain_command(const ExplainArguments& arguments);

struct TestArguments {
  std::string config;
  std::string junit;  // where to write the results as JUnit XML; empty: nowhere
};
[[nodiscard]] Exit test_command(const TestArguments& arguments);

struct DiffArguments {
  std::vector<std::string> configs;  // two of them
  std::vector<std::string> files;
  std::size_t samples = 3;  // posts shown of each brand's gains and losses
  bool json = false;
};
[[nodiscard]] Exit diff_command(const DiffArguments& arguments);

struct ReplayArguments {
  std::string config;
  std::string mapping;  // as for decode; empty: mention, or what each dead letter says
  bool dead_letters = false;
  std::vector<std::string> files;
  std::string series;  // where to write the per-minute counts; "-" is standard output
  std::string kpis;    // where to write the KPIs, likewise; not both
};
[[nodiscard]] Exit replay_command(const ReplayArguments& arguments);

struct SentimentArguments {
  std::string lang;        // of all lines; empty: of each what it seems to be
  std::string file = "-";  // one text a line
  bool explain = false;
};
[[nodiscard]] Exit sentiment_command(const SentimentArguments& arguments);

struct DetectArguments {
  std::string file = "-";                // a series as CSV
  std::string sensitivity = "balanced";  // or more, or fewer
};
[[nodiscard]] Exit detect_command(const DetectArguments& arguments);

// Which state is meant: that of a configuration, or a directory. Exactly one of them is given.
struct StateArguments {
  std::string config;
  std::string path;
};
struct StateInspectArguments {
  StateArguments state;
  bool json = false;
};
[[nodiscard]] Exit state_inspect_command(const StateInspectArguments& arguments);
[[nodiscard]] Exit state_export_command(const StateArguments& arguments);

struct StateEraseArguments {
  StateArguments state;
  std::string author;  // the id, or the handle where the platform gives none
  std::string platform;
};
[[nodiscard]] Exit state_erase_command(const StateEraseArguments& arguments);

}  // namespace vigie
