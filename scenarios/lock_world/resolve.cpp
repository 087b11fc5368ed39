#include "scenarios/lock_world/resolve.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// By which operation, independent of who saw it: server or client. Holds only those of which some
/// client learned no end; most runs have few.
using Stories = std::map<std::string, Story, std::less<>>;

// The scripts of impl/lock are told apart by their number of keys and words
// (redis_lock_scripts.hpp, fenced_store.cpp): EVALSHA, sha, number of keys, keys, arguments.
constexpr std::size_t first_key = 3;

/// Writes which operation something belongs to; the text is reused, thousands are looked at.
class Identity {
 public:
  /// Empty: of none.
  [[nodiscard]] const std::string& text() const { return text_; }

  void of_lock(std::span<const std::string_view> words) {
    text_.clear();
    const bool acquire = words[2] == "2" && words.size() == first_key + 7;
    if (acquire) {
      text_.append("acquire ").append(words[first_key + 2]).append(":");
      text_.append(words[first_key + 3]).append(":");
    } else if (words[2] == "1" && words.size() == first_key + 2) {
      text_.append("release ").append(words[first_key + 1]);
    } else if (words[2] == "1" && words.size() == first_key + 3) {
      text_.append("renew ").append(words[first_key + 1]);
    }
  }

  void of_sink(std::span<const std::string_view> words) {
    text_.clear();
    if (words.size() != first_key + 6) return;
    const std::string_view f = words[first_key + 2];
    text_.append(f).append(" ");
    if (f == "write") {
      text_.append(words[first_key + 5]);
      return;
    }
    const std::string_view state_key = words[first_key + 1];
    text_.append(state_key.substr(state_key.rfind(':') + 1)).append(" ");
    text_.append(words[first_key + 3]);
  }

  /// `token`: the text of the event's lease token, empty if it has none.
  void of_event(const checkers::History& history, const Event& event, std::string_view token) {
    text_.clear();
    const bool locks =
        event.f == name::acquire || event.f == name::renew || event.f == name::release;
    const bool uses = event.f == name::write || event.f == name::read || event.f == name::raise;
    if ((!locks || token.empty()) && !uses) return;
    text_.append(history.text(event.f)).append(" ");
    if (locks) {
      text_.append(token).append(":");
    } else if (event.f == name::write) {
      text_.append(std::to_string(event.value));
    } else {
      text_.append(history.text(event.key)).append(" ");
      text_.append(std::to_string(event.token.value));
    }
  }

 private:
  std::string text_;
};

bool succeeded(const resp::Reply& reply) {
  if (reply.is_integer()) return reply.integer() > 0;
  return reply.is_array() && !reply.items().empty() && reply.items()[0].is_integer() &&
         reply.items()[0].integer() > 0;
}

using IdentityOf = void (Identity::*)(std::span<const std::string_view>);

void add_executions(Stories& stories, const sim::redis::CommitLog& log, IdentityOf identity_of) {
  std::vector<std::string_view> words;
  Identity which;
  for (const sim::redis::Commit& commit : log.commits()) {
    if (commit.undone || commit.reply.is_error() || commit.word_count <= first_key) continue;
    log.words(commit, words);
    if (words[0] != "EVALSHA" && words[0] != "EVAL") continue;
    (which.*identity_of)(words);
    const auto story = stories.find(which.text());
    if (story == stories.end()) continue;
    story->second.executions.push_back({commit.at, succeeded(commit.reply)});
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
  std::vector<std::string> texts(log.leases().size() + 1);
  for (const auto& [token, lease] : log.leases()) texts.at(lease.value) = lock::to_text(token);
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
  add_executions(stories, world.redis().log(), &Identity::of_lock);
  add_executions(stories, world.sink().log(), &Identity::of_sink);
  for (auto& [which, story] : stories) resolve(story, world.log().recorder());
}

}  // namespace lockstep::scenarios
