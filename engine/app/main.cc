// vigie: watches what is said about brands and warns early.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/app/commands.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

const char* const kFilesHelp =
    "Files with one record a line or one JSON document, plain, .gz or .zst; directories; - for "
    "standard input";

void add_mapping(CLI::App* command, std::string* mapping) {
  command
      ->add_option("--mapping", *mapping,
                   "How the posts are written: a name that `vigie mappings` lists, auto, or a file "
                   "with a mapping")
      ->capture_default_str();
}

void add_config(CLI::App* command, std::string* config) {
  command->add_option("--config", *config, "The configuration file (YAML)")->required();
}

void add_files(CLI::App* command, std::vector<std::string>* files) {
  command->add_option("FILE", *files, kFilesHelp)->required();
}

void add_run(CLI::App* app, RunArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand("run", "Consume the configured sources and serve");
  add_config(command, &arguments->config);
  command->callback([=] { *chosen = [=] { return run_command(*arguments); }; });
}

void add_demo(CLI::App* app, DemoArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand(
      "demo", "Show the engine at work on made-up brands: no broker, no configuration");
  command->add_option("--listen", arguments->listen, "HOST:PORT to serve on")
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Seed of the made-up posts")
      ->capture_default_str();
  command->callback([=] { *chosen = [=] { return demo_command(*arguments); }; });
}

void add_check(CLI::App* app, CheckArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand("check", "Validate a configuration");
  command->add_option("--config,CONFIG", arguments->config, "The configuration file (YAML)")
      ->required();
  command->add_flag("--print", arguments->print,
                    "Print the effective configuration, without secrets");
  command->add_flag("--costs", arguments->costs,
                    "Print what each brand is expected to cost, the most expensive first");
  command->add_flag("--memory", arguments->memory,
                    "Print the bounds of the memory that the state of the brands may take");
  command->callback([=] { *chosen = [=] { return check_command(*arguments); }; });
}

void add_test(CLI::App* app, TestArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("test", "Try the examples that the brands must and must not match");
  add_config(command, &arguments->config);
  command->add_option("--junit", arguments->junit, "Write the results as JUnit XML to this file");
  command->callback([=] { *chosen = [=] { return test_command(*arguments); }; });
}

void add_explain(CLI::App* app, ExplainArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("explain", "Say why a post is a mention of a brand, or why it is not");
  add_config(command, &arguments->config);
  command->add_option("--brand", arguments->brand,
                      "Only this one; else every brand that matches or nearly does");
  command->add_flag("--json", arguments->json, "One line of JSON for each post");
  command->add_flag("--sentiment", arguments->sentiment,
                    "Say how the post sounds where it speaks of the brand");
  add_mapping(command, &arguments->mapping);
  CLI::Option* text = command->add_option("--text", arguments->text, "The text of a post");
  CLI::Option* files = command->add_option("FILE", arguments->files,
                                           cat(kFilesHelp, "; without --text the default"));
  text->excludes(files);
  command->callback([=] {
    if (text->empty() && files->empty()) arguments->files = {"-"};
    *chosen = [=] { return explain_command(*arguments); };
  });
}

void add_diff(CLI::App* app, DiffArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("diff", "Say which posts a second version of the rules gains and loses");
  command
      ->add_option("--config", arguments->configs,
                   "The configurations: before, and once more: after")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--samples", arguments->samples, "Posts to show of each gain and loss")
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "Write one JSON object");
  add_files(command, &arguments->files);
  command->callback([=] {
    if (arguments->configs.size() != 2) {
      throw CLI::ValidationError("--config", "is needed twice: before and after");
    }
    *chosen = [=] { return diff_command(*arguments); };
  });
}

void add_mappings(CLI::App* app, MappingsArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("mappings", "List the mappings: whose JSON can be read, and how well");
  command->add_option("--show", arguments->show, "Print this one, to copy and change");
  command->add_option("--config", arguments->config, "List those of this configuration, too");
  command->callback([=] { *chosen = [=] { return mappings_command(*arguments); }; });
}

void add_decode(CLI::App* app, DecodeArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("decode", "Read posts and write them as canonical NDJSON");
  add_mapping(command, &arguments->mapping);
  command->add_option("--config", arguments->config,
                      "Know the mappings of this configuration, too");
  command->add_flag("--explain", arguments->explain,
                    "Say of each record what read it, and which pointer filled which field");
  add_files(command, &arguments->files);
  command->callback([=] { *chosen = [=] { return decode_command(*arguments); }; });
}

void add_match(CLI::App* app, MatchArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command =
      app->add_subcommand("match", "Write one line for each brand that a post mentions");
  add_config(command, &arguments->config);
  command->add_flag("--sentiment", arguments->sentiment,
                    "Say how each post sounds where it speaks of the brand");
  add_mapping(command, &arguments->mapping);
  add_files(command, &arguments->files);
  command->callback([=] { *chosen = [=] { return match_command(*arguments); }; });
}

void add_replay(CLI::App* app, ReplayArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand(
      "replay", "Run the whole pipeline over files, in event time, without a network");
  add_config(command, &arguments->config);
  command->add_option("--mapping", arguments->mapping,
                      "How the posts are written, as for `decode`; without it mention, or what "
                      "each dead letter says");
  command->add_flag("--dead-letters", arguments->dead_letters,
                    "The files hold dead letters: read them again");
  CLI::Option* series =
      command->add_option("--series", arguments->series,
                          "Write per-minute counts as CSV to this file; - for standard output");
  command
      ->add_option("--kpis", arguments->kpis,
                   "Write the KPIs at the end as JSON, one brand a line, to this file; - for "
                   "standard output")
      ->excludes(series);
  add_files(command, &arguments->files);
  command->callback([=] { *chosen = [=] { return replay_command(*arguments); }; });
}

void add_sentiment(CLI::App* app, SentimentArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand(
      "sentiment", "Say of each line how it sounds: label, score, confidence and language");
  command->add_option(
      "--lang", arguments->lang,
      "The language of all lines: en, fr, de, it, pt or es; else each is looked at");
  command->add_flag("--explain", arguments->explain,
                    "Show what moved each, and what a negation reaches");
  command->add_option("FILE", arguments->file, "One text a line; - for standard input")
      ->capture_default_str();
  command->callback([=] { *chosen = [=] { return sentiment_command(*arguments); }; });
}

void add_detect(CLI::App* app, DetectArguments* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand(
      "detect",
      "Say of each count of a series what was expected, and where too much is being said");
  command->add_option("--sensitivity", arguments->sensitivity, "How much it takes to fire")
      ->check(CLI::IsMember({"more", "balanced", "fewer"}))
      ->capture_default_str();
  command
      ->add_option("FILE", arguments->file,
                   "CSV with the columns timestamp and value, a line every minute to every day; - "
                   "for standard input")
      ->capture_default_str();
  command->footer(
      "Writes timestamp,value,expected,lower,upper,anomaly_score,firing for each line: the count "
      "that was\nexpected, the band that 99 of 100 lie in, a score that reaches 0.5 once when an "
      "event begins and\nagain when it gets much worse, and 1 while one is under way.\n\nExample: "
      "vigie detect mentions.csv | awk -F, '$6 >= 0.5'");
  command->callback([=] { *chosen = [=] { return detect_command(*arguments); }; });
}

// Which state: of a configuration or of a directory.
void add_state_options(CLI::App* command, StateArguments* arguments) {
  CLI::Option* config =
      command->add_option("--config", arguments->config, "The configuration that names it (YAML)");
  CLI::Option* path = command->add_option("--path", arguments->path, "Its directory: `state.path`");
  config->excludes(path);
}

void check_state_options(const StateArguments& arguments) {
  if (!arguments.config.empty() || !arguments.path.empty()) return;
  throw CLI::RequiredError("--config or --path");
}

struct StateCommands {
  StateInspectArguments inspect;
  StateArguments exported;
  StateEraseArguments erase;
};

void add_state_erase(CLI::App* state, StateEraseArguments* arguments,
                     std::function<Exit()>* chosen) {
  CLI::App* command = state->add_subcommand(
      "erase", "Take an author out of it, and note in its audit.log that it was done");
  add_state_options(command, &arguments->state);
  command->add_option("--author", arguments->author, "The id of the author; the handle without one")
      ->required();
  command->add_option("--platform", arguments->platform, "The platform of the id, as posts have it")
      ->required();
  command->callback([=] {
    check_state_options(arguments->state);
    *chosen = [=] { return state_erase_command(*arguments); };
  });
}

void add_state(CLI::App* app, StateCommands* arguments, std::function<Exit()>* chosen) {
  CLI::App* command = app->add_subcommand("state", "Look at what is kept of the brands");
  command->require_subcommand(1);
  CLI::App* inspect = command->add_subcommand(
      "inspect", "Say what is in it: its version, its brands, how far the input was read");
  add_state_options(inspect, &arguments->inspect.state);
  inspect->add_flag("--json", arguments->inspect.json, "Write one JSON object");
  inspect->callback([=] {
    check_state_options(arguments->inspect.state);
    *chosen = [=] { return state_inspect_command(arguments->inspect); };
  });
  CLI::App* exported = command->add_subcommand(
      "export", "Write its records as NDJSON, as engine/analysis/state.md describes them");
  add_state_options(exported, &arguments->exported);
  exported->callback([=] {
    check_state_options(arguments->exported);
    *chosen = [=] { return state_export_command(arguments->exported); };
  });
  add_state_erase(command, &arguments->erase, chosen);
}

int unknown_command(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  std::string line = cat("vigie: there is no command '", word, "'");
  const std::string_view meant = closest(word, known.data(), known.size());
  if (!meant.empty()) line += cat("; did you mean '", meant, "'?");
  std::fprintf(stderr, "%s\nvigie: run `vigie --help` for the commands\n", line.c_str());
  return static_cast<int>(Exit::not_started);
}

int run_main(int argc, char** argv) {
  CLI::App app{"vigie watches what is said about brands and warns early.", "vigie"};
  app.set_version_flag("--version", std::string("vigie ") + VIGIE_VERSION);
  app.require_subcommand(1);
  std::function<Exit()> chosen;
  RunArguments run;
  DemoArguments demo;
  CheckArguments check;
  TestArguments test;
  ExplainArguments explain;
  DiffArguments diff;
  MappingsArguments mappings;
  DecodeArguments decode;
  MatchArguments match;
  ReplayArguments replay;
  SentimentArguments sentiment;
  DetectArguments detect;
  StateCommands state;
  add_run(&app, &run, &chosen);
  add_demo(&app, &demo, &chosen);
  add_check(&app, &check, &chosen);
  add_test(&app, &test, &chosen);
  add_explain(&app, &explain, &chosen);
  add_diff(&app, &diff, &chosen);
  add_mappings(&app, &mappings, &chosen);
  add_decode(&app, &decode, &chosen);
  add_match(&app, &match, &chosen);
  add_replay(&app, &replay, &chosen);
  add_sentiment(&app, &sentiment, &chosen);
  add_detect(&app, &detect, &chosen);
  add_state(&app, &state, &chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
        app.get_subcommands().empty()) {
      if (argc > 1) return unknown_command(app, argv[1]);
      std::fputs(app.help().c_str(), stderr);
      return static_cast<int>(Exit::not_started);
    }
    const int code = app.exit(error);  // prints help, version, or what is wrong
    return code == 0 ? 0 : static_cast<int>(Exit::not_started);
  }
  return static_cast<int>(chosen());
}

}  // namespace
}  // namespace vigie

int main(int argc, char** argv) {
  try {
    return vigie::run_main(argc, argv);
  } catch (const std::exception& error) {  // out of memory, or a defect: nothing below throws
    std::fprintf(stderr, "vigie: stopped unexpectedly: %s\n", error.what());
  } catch (...) {
    std::fputs("vigie: stopped unexpectedly\n", stderr);
  }
  return static_cast<int>(vigie::Exit::stopped_by_error);
}
