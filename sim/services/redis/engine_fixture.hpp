// For tests of the engine: one client, a wall clock that the test moves.
#pragma once

#include <string>
#include <vector>

#include "sim/services/redis/engine.hpp"

namespace lockstep::sim::redis {

class EngineFixture {
 protected:
  Reply run(std::vector<std::string> words) { return run_as(session, std::move(words)); }
  Reply run_as(Session& client, std::vector<std::string> words) {
    const std::vector<std::string_view> args(words.begin(), words.end());
    return engine.execute(client, args, now);
  }
  /// What the command answers, as one line.
  std::string say(std::vector<std::string> words) { return to_text(run(std::move(words))); }
  /// A script with its keys and arguments.
  std::string eval(const std::string& body, std::vector<std::string> keys = {},
                   std::vector<std::string> args = {}) {
    std::vector<std::string> words = {"EVAL", body, std::to_string(keys.size())};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), args.begin(), args.end());
    return say(std::move(words));
  }
  void advance(Nanos by) { now += by; }

  WallTime now{seconds(1'700'000'000)};
  Engine engine;
  Session& session = engine.open_session();
};

}  // namespace lockstep::sim::redis
