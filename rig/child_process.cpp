#include "rig/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>

#include "impl/base/assert.hpp"

namespace lockstep::rig {

namespace {

constexpr Nanos poll_every = milliseconds(1);
constexpr int pipe_bytes = 1 << 20;  // so that a child rarely waits for who reads; unprivileged

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;  // first: the first entry of a name wins in getenv()
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

/// Where a child's words go.
struct Outputs {
  int out = -1;
  int err = -1;
};

/// Runs in the child between fork and exec: calls that are safe there, and nothing else.
[[noreturn]] void become(char* const* argv, char* const* environment, Outputs outputs, int report,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // the parent died before the line above
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(outputs.out, STDOUT_FILENO);
  dup2(outputs.err, STDERR_FILENO);
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  execvpe(argv[0], argv, environment);
  const int reason = errno;
  const ssize_t written = write(report, &reason, sizeof reason);
  _exit(written == sizeof reason ? 127 : 126);
}

/// 0 when the exec succeeded (the pipe closed without a word), its errno otherwise.
int exec_errno(int report) {
  int reason = 0;
  ssize_t n = 0;
  do {
    n = read(report, &reason, sizeof reason);
  } while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sizeof reason) ? reason : 0;
}

Error failed(const char* what, int reason) {
  return definite(reason == ENOENT ? Errc::not_found : Errc::io_error,
                  std::string(what) + ": " + std::strerror(reason));
}

/// Returns the child's pid, or a negative errno.
pid_t fork_and_exec(const ChildOptions& options, Outputs outputs) {
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = environment_with(options.environment);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) become(argv.data(), envp.data(), outputs, report[1], parent);
  const int fork_errno = errno;
  close(report[1]);
  const int reason = child < 0 ? fork_errno : exec_errno(report[0]);
  close(report[0]);
  if (reason == 0) return child;
  if (child > 0) waitpid(child, nullptr, 0);
  return -reason;
}

}  // namespace

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      wait_status_(other.wait_status_),
      pipe_(std::exchange(other.pipe_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  kill_now();
  pid_ = std::exchange(other.pid_, -1);
  wait_status_ = other.wait_status_;
  std::swap(pipe_, other.pipe_);
  return *this;
}

ChildProcess::~ChildProcess() {
  kill_now();
  if (pipe_ >= 0) close(pipe_);
}

int ChildProcess::take_pipe() { return std::exchange(pipe_, -1); }

Result<ChildProcess> ChildProcess::start(const ChildOptions& options) {
  ASSERT(!options.arguments.empty());
  ASSERT(!options.output_file.empty());
  const int output =
      open(options.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) return fail(failed(options.output_file.c_str(), errno));
  int ends[2] = {-1, -1};
  if (options.piped && pipe2(ends, O_CLOEXEC) != 0) {
    const int reason = errno;
    close(output);
    return fail(failed("pipe", reason));
  }
  if (options.piped) fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes);  // smaller: it waits sooner
  const pid_t child = fork_and_exec(options, {options.piped ? ends[1] : output, output});
  close(output);
  if (options.piped) close(ends[1]);
  ChildProcess process;
  process.pipe_ = ends[0];
  if (child < 0) return fail(failed(options.arguments.front().c_str(), -child));
  process.pid_ = child;
  return process;
}

bool ChildProcess::running() {
  if (pid_ < 0) return false;
  if (waitpid(pid_, &wait_status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void ChildProcess::signal(int number) {
  if (running()) kill(pid_, number);
}

bool ChildProcess::wait_for(Nanos limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (running()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(poll_every);
  }
  return true;
}

void ChildProcess::kill_now() {
  if (!running()) return;
  kill(pid_, SIGKILL);
  reap_blocking();
}

void ChildProcess::reap_blocking() {
  while (waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

Result<void> run_to_end(const ChildOptions& options, Nanos limit) {
  auto process = ChildProcess::start(options);
  if (!process) return fail(process.error());
  const bool ended = process->wait_for(limit);
  const int status = process->wait_status();
  if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(definite(Errc::io_error, options.arguments.front() +
                                           (ended ? " failed: " : " took too long: ") +
                                           tail_of(options.output_file, 1000)));
}

std::string tail_of(const std::string& file, std::size_t bytes_max) {
  std::ifstream in(file, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(in), {});
  return all.size() <= bytes_max ? all : all.substr(all.size() - bytes_max);
}

}  // namespace lockstep::rig
