// The progress line of long work: one line on a terminal, rewritten in place, with the time that
// is left. On anything but a terminal there is none.
#pragma once

#include <functional>
#include <string>

#include "impl/base/time.hpp"
#include "scenarios/campaign/campaign.hpp"
#include "scenarios/shrink/shrinker.hpp"

namespace lockstep::cli {

/// "120/500 seeds  24%  61/s  3 failed  0:07 left". Without a known end: what has passed.
[[nodiscard]] std::string progress_text(const campaign::Progress& progress);

/// "shrinking operations: 120 runs; 2 faults, 5 operations, 2 clients, 4 nodes, 12.5s".
[[nodiscard]] std::string progress_text(const shrink::Progress& progress);

/// Calls come one after the other, from any thread.
class StatusLine {
 public:
  /// Draws on stderr if that is a terminal which can rewrite a line.
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  /// Draws at most ten times a second; `text` is asked for only then.
  void update(const std::function<std::string()>& text);
  /// Removes the line, so that something else can be printed.
  void clear();

 private:
  bool is_terminal_;
  bool is_drawn_ = false;
  Nanos drawn_at_{};
};

}  // namespace lockstep::cli
