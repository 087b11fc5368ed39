#include "scenarios/lock_world/resolve.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/lock_world/resolve_identity.hpp"

namespace lockstep::scenarios {

namespace {

namespace name = checkers::name;
using checkers::Event;
using checkers::EventType;

/// What a command did when the server ran it.
struct Execution {
  Nanos at{};
  bool happened = false;  ///< granted, renewed, released, accepted
  bool taken = false;     ///< by an operation
};

struct Asked {
  std::uint32_t index = 0;
  Nanos from{};
  Nanos to = Nanos::max();  ///< when it was answered
  std::optional<bool> answer;
};

struct Story {
  std::vector<Execution> executions;
  std::vector<Asked> asked;
};

/// By which operation, independent of who saw it: server or client. Holds only those of which some
/// client learned no end; most runs have few.
using Stories = std::map<std::string, Story, std::less<>>;

bool succeeded(const resp::Reply& reply) {
  if (reply.is_integer()) return reply.integer() > 0;
  return reply.is_array() && !reply.items().empty() && reply.items()[0].is_integer() &&
         reply.items()[0].integer() > 0;
}

void add_execution(Stories& stories, const Identity& which, const sim::redis::Commit& commit) {
  const auto story = stories.find(which.text());
  if (story == stories.end()) return;
  story->second.executions.push_back({commit.at, succeeded(commit.reply)});
}

void add_executions(Stories& stories, const sim::redis::CommitLog& log, bool is_sink) {
  std::vector<std::string_view> words;
  Identity which;
  for (const sim::redis::Commit& commit : log.commits()) {
    if (commit.undone || commit.reply.is_error() || commit.word_count <= Identity::first_key)
      continue;
    log.words(commit, words);
    if (words[0] != "EVALSHA" && words[0] != "EVAL") continue;
    const std::size_t parts = is_sink ? sink_parts(words) : 1;
    for (std::size_t part = 0; part < parts; ++part) {
      is_sink ? which.of_sink(words, part) : which.of_lock(words);
      add_execution(stories, which, commit);
    }
  }
}

/// nullopt: it never reached the server.
std::optional<Asked> asked(const checkers::History& history, std::uint32_t index) {
  const Event& invoked = history.events[index];
  Asked asked{index, Nanos(invoked.time_ns)};
  if (invoked.pair == checkers::no_event) return asked;
  const Event& completed = history.events[invoked.pair.value];
  if (completed.type == EventType::info) return asked;
  asked.to = Nanos(completed.time_ns);
  if (completed.type == EventType::ok) {
    asked.answer = true;
    return asked;
  }
  const auto said_no = {name::contended, name::lost, name::not_owned, name::stale};
  if (std::find(said_no.begin(), said_no.end(), completed.error) == said_no.end()) return {};
  asked.answer = false;
  return asked;
}

/// The texts of lease tokens, by their numbers in the history: dense from 1.
std::vector<std::string> token_texts(const RunLog& log) {
  std::vector<std::string> texts(1);
  for (const lock::LeaseToken token : log.lease_tokens()) texts.push_back(lock::to_text(token));
  return texts;
}

/// Two passes: which operations have an unknown end, then everything asked under their names.
void add_operations(Stories& stories, const RunLog& log, const checkers::History& history) {
  const std::vector<std::string> tokens = token_texts(log);
  Identity which;
  for (const bool unknown_only : {true, false}) {
    for (std::uint32_t i = 0; i < history.events.size(); ++i) {
      const Event& event = history.events[i];
      if (event.type != EventType::invoke) continue;
      const std::optional<Asked> question = asked(history, i);
      if (!question || (unknown_only && question->answer)) continue;
      which.of_event(history, event, tokens[event.lease.value]);
      if (which.text().empty()) continue;
      if (unknown_only) {
        stories[which.text()];
      } else if (const auto story = stories.find(which.text()); story != stories.end()) {
        story->second.asked.push_back(*question);
      }
    }
  }
}

Execution* execution_for(Story& story, const Asked& asked) {
  for (Execution& execution : story.executions) {
    if (execution.taken || execution.at < asked.from || execution.at > asked.to) continue;
    if (asked.answer && execution.happened != *asked.answer) continue;
    execution.taken = true;
    return &execution;
  }
  return nullptr;
}

void resolve(Story& story, checkers::Recorder& recorder) {
  for (const Asked& asked : story.asked) {
    if (asked.answer) execution_for(story, asked);
  }
  for (const Asked& asked : story.asked) {
    if (asked.answer) continue;
    const Execution* found = execution_for(story, asked);
    const bool happened = found != nullptr && found->happened;
    recorder.resolve(checkers::EventIndex{asked.index}, happened, happened ? found->at : Nanos(0));
  }
}

}  // namespace

void resolve_unknowns(LockWorld& world, const checkers::History& history) {
  if (!world.is_reference() || world.redis().hosts().size() > 1) return;
  Stories stories;
  add_operations(stories, world.log(), history);
  if (stories.empty()) return;
  add_executions(stories, world.redis().log(), false);
  add_executions(stories, world.sink().log(), true);
  for (auto& [which, story] : stories) resolve(story, world.log().recorder());
}

}  // namespace lockstep::scenarios
