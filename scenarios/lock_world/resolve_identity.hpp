// Tells which operation a command of a server's log, or an event of a history, belongs to: equal
// texts for both. Internal to resolve.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "checkers/history.hpp"

namespace lockstep::scenarios {

/// The text is reused: thousands are looked at.
class Identity {
 public:
  /// Of the words of a script call: EVALSHA, sha, number of keys, keys, arguments.
  static constexpr std::size_t first_key = 3;

  /// Empty: of none.
  [[nodiscard]] const std::string& text() const { return text_; }

  void of_lock(std::span<const std::string_view> words);
  /// A write to a sink may carry several events: `part` of sink_parts().
  void of_sink(std::span<const std::string_view> words, std::size_t part);
  /// `token`: the text of the event's lease token, empty if it has none.
  void of_event(const checkers::History& history, const checkers::Event& event,
                std::string_view token);

 private:
  void of_store(std::span<const std::string_view> words);
  void of_hash(std::span<const std::string_view> words, std::size_t part);
  void set(std::string_view f, std::string_view key, std::string_view value,
           std::string_view token);

  std::string text_;
};

/// How many operations a command at a sink stands for.
[[nodiscard]] std::size_t sink_parts(std::span<const std::string_view> words);

}  // namespace lockstep::scenarios
