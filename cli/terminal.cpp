#include "cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "cli/suggest.hpp"
#include "impl/live/os_clock.hpp"
#include "scenarios/campaign/exit_code.hpp"

namespace lockstep::cli {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void on_interrupt(int) { interrupted.store(true); }

void install_interrupt_handler() {
  struct sigaction action{};
  action.sa_handler = &on_interrupt;
  // a second signal finds the default action again; reads of files go on
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool write_all(int file, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void complain(std::string_view message) {
  std::string line = "lockstep: ";
  line += message;
  line += '\n';
  complain_raw(line);
}

void complain_raw(std::string_view text) noexcept {
  static_cast<void>(write_all(STDERR_FILENO, text));  // if it fails nobody is left to tell
}

int complain(const scenarios::InputError& error) {
  std::string message = scenarios::to_text(error);
  if (error.kind == scenarios::InputError::Kind::missing) message += hint_for_missing(error.file);
  complain(message);
  return scenarios::exit_code_of(error);
}

bool print(std::string_view text) { return write_all(STDOUT_FILENO, text); }

int complain_about_stdout() {
  complain("cannot write to the standard output");
  return static_cast<int>(campaign::Exit::cannot_write);
}

Nanos wall_now() { return live::OsClock().now().time_since_epoch(); }

const std::atomic<bool>& interruption() {
  static const bool installed = (install_interrupt_handler(), true);
  static_cast<void>(installed);
  return interrupted;
}

}  // namespace lockstep::cli
