#include "scenarios/live/live_worker.hpp"

#include <sys/wait.h>

#include <utility>

#include "scenarios/format/files.hpp"

namespace lockstep::scenarios::live {

namespace {

/// "ended with exit code 70", "was killed by signal 11".
std::string ending_of(int status) {
  if (WIFSIGNALED(status)) return "was killed by signal " + std::to_string(WTERMSIG(status));
  return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

LiveWorker::LiveWorker(WorkerParts& parts, WorkerJob job, std::optional<rig::SteeredClock> clock)
    : parts_(parts), job_(std::move(job)), clock_(std::move(clock)) {}

LiveWorker::~LiveWorker() = default;

std::string LiveWorker::log_file() const {
  return parts_.folder + "/client-" + std::to_string(job_.client) + ".log";
}

Result<std::string> LiveWorker::write_job_file() {
  job_.life = parts_.lives++;
  if (job_.life >= lives_max) return fail(definite(Errc::limit, "too many restarts of clients"));
  std::erase_if(job_.plan.operations,
                [this](const Operation& one) { return taken_.contains(one.n); });
  const std::string file = parts_.folder + "/client-" + std::to_string(job_.client) + ".job";
  const Input<void> written = write_file(file, write_job(job_));
  if (!written) return fail(definite(Errc::io_error, to_text(written.error())));
  return file;
}

Result<void> LiveWorker::start() {
  const Result<std::string> file = write_job_file();
  if (!file) return fail(file.error());
  rig::ChildOptions options;
  options.arguments = {parts_.program, "worker", *file};
  options.output_file = log_file();
  options.piped = true;
  if (clock_) options.environment = clock_->environment();
  auto started = rig::ChildProcess::start(options);
  if (!started) return fail(started.error());
  process_ = std::move(*started);
  life_ = parts_.merge.begin_life();
  messages_ = {};
  reader_.emplace(
      parts_.loop, process_.take_pipe(), [this](std::span<const std::byte> bytes) { hear(bytes); },
      [this] { on_end(); });
  return {};
}

void LiveWorker::kill() {
  process_.kill_now();
  if (reader_) reader_->finish();
}

void LiveWorker::hear(std::span<const std::byte> bytes) {
  messages_.feed(bytes);
  while (true) {
    const auto message = messages_.next();
    if (!message) return trouble(message.error());
    if (!*message) return;
    obey(**message);
  }
}

void LiveWorker::obey(const Message& message) {
  if (const auto* taken = std::get_if<Taken>(&message)) taken_.insert(taken->n);
  if (const auto* left = std::get_if<QueueLeft>(&message)) job_.queues = left->queues;
  if (const auto* label = std::get_if<Labelled>(&message); label != nullptr && on_label) {
    on_label(*label);
  }
  const Result<void> merged = parts_.merge.take(life_, message);
  if (!merged) trouble(merged.error());
}

void LiveWorker::on_end() {
  static_cast<void>(process_.wait_for(seconds(1)));
  const bool runs = process_.running();
  const std::string how = runs ? "closed its output" : ending_of(process_.wait_status());
  trouble(definite(Errc::io_error, how + ": " + rig::tail_of(log_file(), 2000)));
}

void LiveWorker::trouble(Error error) {
  error.detail = "the worker of " + name() + " " + error.detail;
  parts_.on_trouble(std::move(error));
}

Result<std::uint64_t> LiveWorker::serve(std::string_view verb, std::string_view) {
  return fail(definite(Errc::invalid_argument, "no client can " + std::string(verb)));
}

}  // namespace lockstep::scenarios::live
