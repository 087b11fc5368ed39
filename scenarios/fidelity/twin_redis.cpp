#include "scenarios/fidelity/twin_redis.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <sstream>

namespace lockstep::scenarios {

namespace {

bool is_command(const TwinStep& step, std::string_view name) {
  return !step.words.empty() &&
         std::ranges::equal(step.words[0], name, [](char a, char b) { return (a | 32) == b; });
}

void sort_keys(resp::Reply& reply) {
  if (!reply.is_array()) return;
  std::ranges::sort(reply.items(), {}, [](const resp::Reply& key) { return to_text(key); });
}

// Takes out what two servers may rightly differ in: the order of keys, a part of
// them, a connection's id.
resp::Reply comparable(resp::Reply reply, const TwinStep& step) {
  if (is_command(step, "keys")) sort_keys(reply);
  if (is_command(step, "scan") && reply.is_array()) {
    const bool shows_all = step.words.size() > 2 && step.words[1] == "0" &&
                           (step.words.back() == "100" || step.words.back() == "1000");
    if (!shows_all) return resp::Reply::array();
    sort_keys(reply.items()[1]);
  }
  if (is_command(step, "hello") && reply.is_array()) reply.items()[7] = resp::Reply::integer(0);
  return reply;
}

// Per client the steps between MULTI and EXEC, whose results EXEC gives.
class QueuedSteps {
 public:
  [[nodiscard]] resp::Reply comparable_reply(resp::Reply reply, const TwinStep& step) const {
    if (!is_command(step, "exec") || !reply.is_array()) return comparable(std::move(reply), step);
    const auto& steps = queued_[step.client];
    for (std::size_t n = 0; n < reply.items().size() && n < steps.size(); ++n) {
      reply.items()[n] = comparable(std::move(reply.items()[n]), steps[n]);
    }
    return reply;
  }
  void note(const TwinStep& step, const resp::Reply& reply) {
    auto& steps = queued_[step.client];
    if (reply.is_status("QUEUED")) {
      steps.push_back(step);
    } else if (reply.is_status("OK") && is_command(step, "multi")) {
      steps.clear();
    }
  }

 private:
  std::array<std::vector<TwinStep>, RealRedis::clients> queued_;
};

// The simulated one, with the effects that its append-only file would hold.
class SimulatedRedis {
 public:
  SimulatedRedis() {
    for (auto& session : sessions_) session = &engine_.open_session();
    engine_.record_effects(true);
  }

  resp::Reply run(const TwinStep& step, WallTime now) {
    if (step.words.front() == reload_word) return reload(now);
    const std::vector<std::string_view> words(step.words.begin(), step.words.end());
    resp::Reply reply = engine_.execute(*sessions_[step.client], words, now);
    for (sim::redis::Effect& effect : engine_.take_effects()) file_.push_back(std::move(effect));
    return reply;
  }

  // Whether a replica that is fed everything anew has the same.
  [[nodiscard]] bool snapshot_is_whole(WallTime now) const {
    constexpr Nanos later = seconds(3600);  // a delivery in the replica's future would count as now
    const std::vector<sim::redis::Effect> snapshot = engine_.snapshot();
    sim::redis::Engine copy;
    for (const sim::redis::Effect& effect : snapshot) {
      if (!copy.apply(effect, now + later)) return false;
    }
    return copy.snapshot() == snapshot;
  }

 private:
  resp::Reply reload(WallTime now) {
    engine_.clear();
    engine_.record_effects(false);  // they are in the file
    for (const sim::redis::Effect& effect : file_) {
      if (!engine_.apply(effect, now)) return resp::Reply::error("refused " + effect.command[0]);
    }
    engine_.record_effects(true);
    return resp::Reply::status("OK");
  }

  sim::redis::Engine engine_;
  std::array<sim::redis::Session*, RealRedis::clients> sessions_{};
  std::vector<sim::redis::Effect> file_;
};

}  // namespace

Result<std::unique_ptr<RealRedis>> RealRedis::start(bool append_only) {
  std::unique_ptr<RealRedis> real(new RealRedis);
  real->folder_ = (std::filesystem::temp_directory_path() / "lockstep-twin-XXXXXX").string();
  if (::mkdtemp(real->folder_.data()) == nullptr) {
    return fail(definite(Errc::io_error, "cannot make " + real->folder_));
  }
  auto clock = rig::ClockFile::create(real->folder_ + "/clock", rig::ClockMode::absolute);
  if (!clock) return fail(clock.error());
  real->clock_.emplace(std::move(*clock));
  real->set_clock(twin_epoch);
  rig::RedisOptions options;
  options.environment = real->clock_->environment();
  options.append_only = append_only;
  options.append_fsync = "no";
  options.more_arguments = {"--enable-debug-command", "yes", "--auto-aof-rewrite-percentage", "0"};
  auto process = rig::RedisProcess::start(options);
  if (!process) return fail(process.error());
  real->process_ = std::move(*process);
  for (std::size_t n = 0; n < clients; ++n) {
    auto connected = BlockingClient::connect(real->process_->port());
    if (!connected) return fail(connected.error());
    real->connections_.push_back(std::move(*connected));
  }
  // Expired keys go when somebody looks, at a time that the test decides.
  const auto done = real->run(0, {"DEBUG", "SET-ACTIVE-EXPIRE", "0"});
  if (!done) return fail(done.error());
  return real;
}

RealRedis::~RealRedis() {
  connections_.clear();
  process_.reset();
  clock_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Result<resp::Reply> RealRedis::run(std::size_t client, const std::vector<std::string>& words) {
  if (words.front() == reload_word) return connections_[client].run({"DEBUG", "LOADAOF"});
  return connections_[client].run(words);
}

Result<void> RealRedis::forget_everything() {
  set_clock(twin_epoch);
  for (std::size_t client = 0; client < clients; ++client) {
    if (const auto done = run(client, {"RESET"}); !done) return fail(done.error());
  }
  for (const auto& command : {std::vector<std::string>{"FLUSHALL"}, {"SCRIPT", "FLUSH"}}) {
    if (const auto done = run(0, command); !done) return fail(done.error());
  }
  return {};
}

std::ostream& operator<<(std::ostream& out, const TwinStep& step) {
  out << "client " << step.client << " after " << step.later.count() << " ms:";
  for (const std::string& word : step.words) out << ' ' << to_text(resp::Reply::bulk(word));
  return out;
}

std::optional<std::string> first_difference(RealRedis& real, const std::vector<TwinStep>& steps) {
  if (const auto ready = real.forget_everything(); !ready) return to_text(ready.error());
  SimulatedRedis simulated;
  QueuedSteps queued;
  WallTime now = twin_epoch;
  for (std::size_t n = 0; n < steps.size(); ++n) {
    const TwinStep& step = steps[n];
    now += step.later;
    real.set_clock(now);
    auto expected = real.run(step.client, step.words);
    if (!expected) return "step " + std::to_string(n) + ": " + to_text(expected.error());
    const resp::Reply found = queued.comparable_reply(simulated.run(step, now), step);
    const resp::Reply wanted = queued.comparable_reply(std::move(*expected), step);
    queued.note(step, wanted);
    if (found == wanted) continue;
    std::ostringstream text;
    text << "step " << n << ": " << step << "\n  redis-server: " << to_text(wanted)
         << "\n  simulated:    " << to_text(found);
    return text.str();
  }
  if (!simulated.snapshot_is_whole(now)) return "the simulated server's snapshot lacks something";
  return std::nullopt;
}

}  // namespace lockstep::scenarios
