// The progress line of a campaign: one line on a terminal, rewritten in place, with the time that
// is left. On anything but a terminal there is none.
#pragma once

#include <string>

#include "impl/base/time.hpp"
#include "scenarios/campaign/campaign.hpp"

namespace lockstep::cli {

/// "120/500 seeds  24%  61/s  3 failed  0:07 left". Without a known end: what has passed.
[[nodiscard]] std::string progress_text(const campaign::Progress& progress);

/// Calls come one after the other, from any thread.
class ProgressLine {
 public:
  /// Draws on stderr if that is a terminal which can rewrite a line.
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Draws at most ten times a second.
  void update(const campaign::Progress& progress);
  /// Removes the line, so that something else can be printed.
  void clear();

 private:
  bool is_terminal_;
  bool is_drawn_ = false;
  Nanos drawn_at_{};
};

}  // namespace lockstep::cli
