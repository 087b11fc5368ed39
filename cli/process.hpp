// Runs a program as a shell would and waits for it. For tests.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace lockstep::cli {

struct Finished {
  int exit_code = 0;  ///< or 128 + signal
  std::string out;
  std::string err;
};

/// A running program whose output goes to files below `folder`.
class Process {
 public:
  /// `folder` exists; it becomes the program's working directory.
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const std::string& folder);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  /// Kills it after 60 s.
  [[nodiscard]] Finished wait();
  /// What it wrote so far.
  [[nodiscard]] std::string err() const;

 private:
  std::string folder_;
  pid_t id_ = -1;
};

}  // namespace lockstep::cli
