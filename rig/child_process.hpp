// A child process that never outlives its owner: started with an exact argument list and
// environment, signalled and reaped by pid, killed by the destructor and, should this process die
// first, by the kernel (PR_SET_PDEATHSIG). Output goes to a file, or stdout into a pipe.
//
// Not done: input.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::rig {

struct ChildOptions {
  std::vector<std::string> arguments;      ///< argv; [0] is looked up in PATH
  std::vector<std::string> environment{};  ///< "NAME=value", added to this process's own
  std::string output_file{};  ///< stdout and stderr are appended here; must not be empty
  bool piped = false;         ///< stdout goes into a pipe instead, for take_pipe()
};

/// Not thread-safe. The thread that calls start() must outlive the child: the kernel kills the
/// child when that *thread* ends. The child has its own process group (a Ctrl-C on the terminal
/// does not reach it) and inherits no descriptor but its output file.
class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  /// Starts a program. Errors, definite: `not_found` (no such program), `io_error` (the output file
  /// or the process cannot be created).
  [[nodiscard]] static Result<ChildProcess> start(const ChildOptions& options);

  /// The reading end of a piped child's stdout, to be closed by the caller; -1: none, or taken.
  /// What the child wrote stays readable after its end.
  [[nodiscard]] int take_pipe();

  /// The process id while not reaped; -1 otherwise.
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// True until the process has ended; reaps it then.
  [[nodiscard]] bool running();
  /// The status of waitpid() of the process that was reaped last.
  [[nodiscard]] int wait_status() const { return wait_status_; }

  /// Sends a signal to a running process; no effect on one that has ended.
  void signal(int number);
  /// Waits until the process has ended; false when `limit` passed before.
  [[nodiscard]] bool wait_for(Nanos limit);
  /// SIGKILL, and waits. No effect when nothing runs.
  void kill_now();

 private:
  void reap_blocking();

  pid_t pid_ = -1;
  int wait_status_ = 0;
  int pipe_ = -1;
};

/// Runs a program to its end. Errors as start(); also `io_error`, with the tail of its output, when
/// it exits with anything but 0 or runs longer than `limit`.
[[nodiscard]] Result<void> run_to_end(const ChildOptions& options, Nanos limit);

/// The last `bytes_max` bytes of a file; empty when it cannot be read.
[[nodiscard]] std::string tail_of(const std::string& file, std::size_t bytes_max);

}  // namespace lockstep::rig
