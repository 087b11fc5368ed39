#include "scenarios/live/worker.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "impl/live/node.hpp"
#include "impl/live/os_clock.hpp"
#include "scenarios/format/files.hpp"
#include "scenarios/live/wire.hpp"
#include "scenarios/live/worker_job.hpp"
#include "scenarios/lock_world/client_job.hpp"

namespace lockstep::scenarios::live {

namespace {

constexpr std::size_t job_bytes_max = 256U << 20U;
constexpr std::uint32_t owners_per_life = 65'536;
constexpr std::int64_t values_per_life = 1'000'000'000;
constexpr int nobody_listens = 74;

static_assert(std::uint64_t{lives_max} * owners_per_life < 0xffffffffU);

/// The host's monotonic clock since the start of the run; no two readings are equal.
class RisingClock {
 public:
  explicit RisingClock(MonoTime start) : start_(start) {}
  Nanos operator()() {
    last_ = std::max(last_ + Nanos(1), lockstep::live::OsClock().now() - start_);
    return last_;
  }

 private:
  MonoTime start_;
  Nanos last_{};
};

/// Where messages go. What anybody else prints goes to stderr from the first call on.
int wire_file() {
  static const int wire = [] {
    const int to = ::dup(STDOUT_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return to;
  }();
  return wire;
}

/// Tells what is new in the log. A worker whose words nobody hears ends.
class Teller {
 public:
  Teller(const checkers::History& history, const RunLog& log) : history_(history), log_(log) {}

  void tell_news() {
    for (; names_ < history_.names.size(); ++names_) {
      const checkers::NameId name{static_cast<std::uint32_t>(names_)};
      tell(NewName{std::string(history_.text(name))});
    }
    const auto& tokens = log_.lease_tokens();
    for (; leases_ < tokens.size(); ++leases_) tell(NewLease{tokens[leases_]});
    for (; events_ < history_.events.size(); ++events_) tell(NewEvent{history_.events[events_]});
  }
  static void tell(const Message& message) {
    if (!write_message(wire_file(), message)) ::_exit(nobody_listens);
  }

 private:
  const checkers::History& history_;
  const RunLog& log_;
  std::size_t names_ = checkers::name::known.size();
  std::size_t leases_ = 0;
  std::size_t events_ = 0;
};

int complain(const InputError& error) {
  const std::string line = "lockstep worker: " + to_text(error) + "\n";
  static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));  // nobody is left to tell
  return exit_code_of(error);
}

Input<redis::Options> server_of(const std::string& url, const std::string& file) {
  const Result<redis::Options> options = redis::parse_url(url);
  if (options) return *options;
  InputError error;
  error.file = file;
  error.found = options.error().detail;
  return std::unexpected(std::move(error));
}

Input<ClientJob> client_job(const WorkerJob& job, const std::string& file) {
  ClientJob out;
  out.plan = &job.plan;
  out.implementation = find_implementation(job.plan.config.implementation);
  out.client = job.client;
  out.queues = job.queues;
  out.drawn = std::uint64_t{job.life} << 32U;
  out.operations.assign(job.plan.operations.begin(), job.plan.operations.end());
  out.on_taken = [](const Operation& operation) { Teller::tell(Taken{operation.n}); };
  out.on_queue_left = [](std::uint32_t queues) { Teller::tell(QueueLeft{queues}); };
  for (const std::string& url : job.lock_urls) {
    Input<redis::Options> server = server_of(url, file);
    if (!server) return std::unexpected(std::move(server.error()));
    out.lock_servers.push_back(std::move(*server));
  }
  if (job.sink_url.empty()) return out;
  Input<redis::Options> sink = server_of(job.sink_url, file);
  if (!sink) return std::unexpected(std::move(sink.error()));
  out.sink = std::move(*sink);
  return out;
}

void run_client(const WorkerJob& job, ClientJob& client_job) {
  static_cast<void>(wire_file());  // before anybody can print
  lockstep::live::Loop loop;
  lockstep::live::Node node(loop, {.root = job.root});
  checkers::History history;
  RunLog log(history, RisingClock(job.start));
  log.number_from(job.life * owners_per_life, std::int64_t{job.life} * values_per_life);
  Teller teller(history, log);
  log.call_after_each([&teller] { teller.tell_news(); });
  client_job.log = &log;
  const ClientNode seat{node.env(), "client/" + std::to_string(job.client),
                        [](std::string_view label, bool present) {
                          Teller::tell(Labelled{std::string(label), present});
                        }};
  const std::unique_ptr<Client> client = make_client(seat, client_job);
  loop.run();  // until the process is killed
}

}  // namespace

int run_worker(const std::string& job_file) {
  const Input<std::string> text = read_file(job_file, job_bytes_max);
  if (!text) return complain(text.error());
  const Input<WorkerJob> job = parse_job(*text, job_file);
  if (!job) return complain(job.error());
  Input<ClientJob> client = client_job(*job, job_file);
  if (!client) return complain(client.error());
  run_client(*job, *client);
  return EXIT_SUCCESS;
}

}  // namespace lockstep::scenarios::live
