#include "scenarios/lock_world/resolve.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

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

/// Which operation, independent of who saw it: server or client.
using Stories = std::map<std::string, Story>;

std::string identity(std::string_view f, std::string_view which) {
  return std::string(f) + ' ' + std::string(which);
}

// The scripts of impl/lock are told apart by their number of keys and words
// (redis_lock_scripts.hpp, fenced_store.cpp): EVALSHA, sha, number of keys, keys, arguments.
constexpr std::size_t first_key = 3;

std::optional<std::string> lock_identity(const std::vector<std::string>& words) {
  if (words[2] == "2" && words.size() == first_key + 7) {
    return identity("acquire", words[first_key + 2] + ":" + words[first_key + 3] + ":");
  }
  if (words[2] != "1") return std::nullopt;
  if (words.size() == first_key + 2) return identity("release", words[first_key + 1]);
  if (words.size() == first_key + 3) return identity("renew", words[first_key + 1]);
  return std::nullopt;
}

std::optional<std::string> sink_identity(const std::vector<std::string>& words) {
  if (words.size() != first_key + 6) return std::nullopt;
  const std::string& f = words[first_key + 2];
  if (f == "write") return identity(f, words[first_key + 5]);
  const std::string& state_key = words[first_key + 1];
  return identity(f, state_key.substr(state_key.rfind(':') + 1) + " " + words[first_key + 3]);
}

bool succeeded(const resp::Reply& reply) {
  if (reply.is_integer()) return reply.integer() > 0;
  return reply.is_array() && !reply.items().empty() && reply.items()[0].is_integer() &&
         reply.items()[0].integer() > 0;
}

template <class IdentityOf>
void add_executions(Stories& stories, const sim::redis::CommitLog& log, IdentityOf identity_of) {
  for (const sim::redis::Commit& commit : log.commits) {
    const bool script = commit.words.size() > first_key &&
                        (commit.words[0] == "EVALSHA" || commit.words[0] == "EVAL");
    if (!script || commit.undone || commit.reply.is_error()) continue;
    const auto which = identity_of(commit.words);
    if (which) stories[*which].executions.push_back({commit.at, succeeded(commit.reply)});
  }
}

class Clients {
 public:
  Clients(const RunLog& log, const checkers::History& history) : history_(history) {
    for (const auto& [token, lease] : log.leases()) tokens_[lease] = lock::to_text(token) + ":";
  }

  [[nodiscard]] std::optional<std::string> identity_of(const Event& event) const {
    const std::string f(history_.text(event.f));
    if (event.f == name::acquire || event.f == name::renew || event.f == name::release) {
      const auto token = tokens_.find(event.lease);
      return token == tokens_.end() ? std::nullopt : std::optional(identity(f, token->second));
    }
    if (event.f == name::write) return identity(f, std::to_string(event.value));
    if (event.f != name::read && event.f != name::raise) return std::nullopt;
    return identity(
        f, std::string(history_.text(event.key)) + " " + std::to_string(event.token.value));
  }

  /// nullopt: it never reached the server.
  [[nodiscard]] std::optional<Asked> asked(std::uint32_t index) const {
    const Event& invoked = history_.events[index];
    Asked asked{index, Nanos(invoked.time_ns)};
    if (invoked.pair == checkers::no_event) return asked;
    const Event& completed = history_.events[invoked.pair.value];
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

 private:
  const checkers::History& history_;
  std::map<checkers::LeaseId, std::string> tokens_;
};

void add_operations(Stories& stories, const RunLog& log, const checkers::History& history) {
  const Clients clients(log, history);
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    if (history.events[i].type != EventType::invoke) continue;
    const auto which = clients.identity_of(history.events[i]);
    const auto asked = clients.asked(i);
    if (which && asked) stories[*which].asked.push_back(*asked);
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
  if (!world.is_reference()) return;
  Stories stories;
  add_executions(stories, world.redis().log(), lock_identity);
  add_executions(stories, world.sink().log(), sink_identity);
  add_operations(stories, world.log(), history);
  for (auto& [which, story] : stories) resolve(story, world.log().recorder());
}

}  // namespace lockstep::scenarios
