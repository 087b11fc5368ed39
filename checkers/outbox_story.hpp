// Histories of an outbox written by hand, one operation after the other, for tests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "checkers/queue_story.hpp"
#include "checkers/timeline.hpp"

namespace lockstep::checkers {

/// Who does what follows, and under which token.
struct OutboxBy {
  std::string_view node = "r1";
  std::uint64_t token = 0;
  Ending ending = Ending::ok;
};

struct OutboxLeft {
  std::uint64_t id = 0;
  NameId cause = name::ready;
  std::uint16_t attempt = 0;
  std::uint64_t position = 0;
};

/// The surveys of the end, of the store last; none where nothing is to be judged.
struct OutboxRest {
  std::vector<OutboxLeft> store{};
  std::vector<OutboxLeft> broker{};
  bool lists_broker = false;
  std::vector<OutboxLeft> inbox{};
  bool lists_inbox = false;
};

/// One operation after the other, each of one unit. Entry n is value 100 + n, of key "k" unless
/// another was set.
class OutboxStory {
 public:
  explicit OutboxStory(Variant variant) : variant_(variant) {}

  [[nodiscard]] bool is_invalid() const { return variant_ == Variant::invalid; }
  void set(std::string_view param) { timeline_.params().extra.emplace_back(param, true); }
  void key(std::string_view key) { timeline_.key(key); }
  std::int64_t now() const { return now_; }
  void wait(std::int64_t units) { now_ += units; }

  static OutboxWords words(std::uint64_t id, std::string_view sink, std::uint64_t token = 0) {
    return {.value = static_cast<std::int64_t>(100 + id), .id = id, .token = token, .sink = sink};
  }
  std::size_t say(NameId f, const OutboxWords& words, const OutboxBy& by = {}) {
    now_ += 2;
    return timeline_.outbox(f, by.node, {now_ - 2, now_ - 1, by.ending}, words);
  }
  void commit(std::uint64_t id, Ending ending = Ending::ok) {
    OutboxWords said = words(id, "");
    said.error = name::rolled_back;
    say(name::commit, said, {.node = "app", .ending = ending});
  }
  std::size_t publish(std::uint64_t id, const OutboxBy& by = {}) {
    return say(name::publish, words(id, "publisher", by.token), by);
  }
  void publish_at(std::uint64_t id, std::uint64_t position, const OutboxBy& by = {}) {
    const std::size_t operation = publish(id, by);
    timeline_.committed(operation, position, now_ - 1);
  }
  void mark(std::uint64_t id, const OutboxBy& by = {}) {
    say(name::mark, words(id, "store", by.token), by);
  }
  void done(std::uint64_t id, const OutboxBy& by = {}) {
    publish(id, by);
    mark(id, by);
  }
  void raise(std::string_view sink, const OutboxBy& by) {
    say(name::raise, {.token = by.token, .sink = sink}, by);
  }
  void fetch(const OutboxBy& by) { say(name::fetch, {.token = by.token, .sink = "store"}, by); }
  void consume(std::uint64_t id, Ending ending = Ending::ok) {
    OutboxWords said = words(id, "inbox");
    said.error = name::duplicate;
    say(name::consume, said, {.node = "c", .ending = ending});
  }
  void happens(NameId what, std::string_view node) { timeline_.mark(what, now_++, node); }

  void survey(std::string_view sink, const std::vector<OutboxLeft>& left) {
    const std::int64_t began = now_++;
    for (const OutboxLeft& one : left) {
      OutboxWords said = words(one.id, sink);
      said.cause = sink == "store" ? one.cause : name::none;
      said.attempt = one.attempt;
      const std::size_t found = say(name::found, said, {.node = "s"});
      if (one.position != 0) timeline_.committed(found, one.position, now_ - 1);
    }
    timeline_.outbox(name::survey, "s", {began, now_++}, {.sink = sink});
  }
  [[nodiscard]] Timeline end(const OutboxRest& rest = {}) {
    if (variant_ == Variant::unknown) return timeline_;
    if (rest.lists_broker) survey("publisher", rest.broker);
    if (rest.lists_inbox) survey("inbox", rest.inbox);
    survey("store", rest.store);
    timeline_.mark(name::final_mark, now_);
    return timeline_;
  }
  Timeline& timeline() { return timeline_; }

 private:
  Variant variant_;
  Timeline timeline_;
  std::int64_t now_ = 0;
};

}  // namespace lockstep::checkers
