#include "scenarios/campaign/run_slot.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

#include "impl/base/assert.hpp"
#include "impl/base/version.hpp"
#include "scenarios/campaign/failure_folder.hpp"
#include "sim/guard/in_world.hpp"

namespace lockstep::campaign {
namespace {

constexpr std::array fatal_signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
std::array<struct sigaction, fatal_signals.size()> actions_before;

// What this thread's handlers read; written by RunningSeed on the same thread only.
constinit thread_local const RunIdentity* running_here = nullptr;
constinit thread_local const scenarios::RunProgress* progress_here = nullptr;

/// Text in a fixed buffer: nothing here may allocate.
class SignalText {
 public:
  void add(std::string_view text) {
    const std::size_t size = std::min(text.size(), buffer_.size() - size_);
    std::memcpy(buffer_.data() + size_, text.data(), size);
    size_ += size;
  }
  void add(std::uint64_t number) {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    add(std::string_view(digits.data() + first, digits.size() - first));
  }
  void write_to_stderr() const {
    const ssize_t written = ::write(STDERR_FILENO, buffer_.data(), size_);
    static_cast<void>(written);  // nothing is left to do about it
  }

 private:
  std::array<char, 2048> buffer_{};
  std::size_t size_ = 0;
};

void add_where(SignalText& text) {
  text.add("scenario ");
  text.add(running_here->scenario);
  text.add(", seed ");
  text.add(running_here->plan->config.seed.value);
  text.add(", event ");
  text.add(progress_here->events.load(std::memory_order_relaxed));
  text.add("\n  ");
  text.add(running_here->rerun);
  text.add("\n");
}

std::string_view name_of_signal(int number) {
  switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    default: return "SIGABRT";
  }
}

// Says where, restores the handler before this one and lets the signal happen again: a fault of
// the processor repeats by itself on return, one that was sent is sent again.
void on_fatal_signal(int number, siginfo_t* info, void*) {
  if (running_here != nullptr) {
    SignalText text;
    text.add("lockstep: ");
    text.add(name_of_signal(number));
    text.add(" in ");
    add_where(text);
    text.write_to_stderr();
  }
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    if (fatal_signals[i] == number) ::sigaction(number, &actions_before[i], nullptr);
  }
  if (info->si_code <= 0) ::raise(number);
}

std::string in_event() {
  return ", in event " + std::to_string(progress_here->events.load(std::memory_order_relaxed));
}

void on_failed_assert(const char* condition, const char* file, int line) noexcept {
  if (running_here == nullptr) return;
  const sim::OutOfWorld dying("the run ends here; its failure file is written");
  SignalText text;
  text.add("lockstep: in ");
  add_where(text);
  text.write_to_stderr();
  if (running_here->folder.empty()) return;
  try {
    const std::string sentence = "ASSERT(" + std::string(condition) + ") failed at " + file + ":" +
                                 std::to_string(line) + in_event();
    const auto written =
        write_failure_file(running_here->folder, broken_off(*running_here, "sim/assert", sentence));
    const std::string words = written ? "lockstep: wrote " + *written + "\n"
                                      : "lockstep: " + to_text(written.error()) + "\n";
    std::fputs(words.c_str(), stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lockstep: no failure file: %s\n", error.what());
  }
}

}  // namespace

scenarios::Failure broken_off(const RunIdentity& identity, const std::string& id,
                              const std::string& sentence) {
  scenarios::Failure failure;
  failure.scenario = identity.scenario;
  failure.plan = *identity.plan;
  failure.expect = identity.expect;
  failure.require = identity.require;
  failure.commit = commit();
  failure.compiler = compiler();
  failure.verdict = "unknown";
  failure.anomalies = {id};
  failure.findings.push_back({id, sentence, {}});
  failure.trace_hash = RollingHash().hex();
  return failure;
}

RunningSeed::RunningSeed(RunSlot& slot, const RunIdentity& identity, Nanos now) : slot_(slot) {
  ASSERT(running_here == nullptr && identity.plan != nullptr);
  slot_.progress.events = 0;
  slot_.progress.virtual_ns = 0;
  {
    const std::scoped_lock lock(slot_.mutex);
    slot_.running = &identity;
    slot_.since = now;
  }
  progress_here = &slot_.progress;
  running_here = &identity;
  set_assert_hook(&on_failed_assert);
}

RunningSeed::~RunningSeed() {
  set_assert_hook(nullptr);
  running_here = nullptr;
  const std::scoped_lock lock(slot_.mutex);
  slot_.running = nullptr;
}

void report_fatal_signals() {
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    struct sigaction action{};
    action.sa_sigaction = &on_fatal_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(fatal_signals[i], &action, &actions_before[i]);
  }
}

SignalStack::SignalStack() {
  constexpr std::size_t bytes = 64 * 1024;  // room for a sanitizer's handler behind ours
  stack_t before{};
  ::sigaltstack(nullptr, &before);
  if ((before.ss_flags & SS_DISABLE) == 0) return;  // somebody (a sanitizer) set one up already
  memory_ = std::make_unique<char[]>(bytes);
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = bytes;
  ::sigaltstack(&stack, nullptr);
}

SignalStack::~SignalStack() {
  if (!memory_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
}

}  // namespace lockstep::campaign
