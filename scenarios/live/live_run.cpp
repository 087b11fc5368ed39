#include "scenarios/live/live_run.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <utility>

#include "checkers/registry.hpp"
#include "impl/base/draw.hpp"
#include "impl/base/version.hpp"
#include "impl/live/os_clock.hpp"
#include "rig/live_verbs.hpp"
#include "rig/scratch_folder.hpp"
#include "scenarios/live/live_servers.hpp"
#include "scenarios/live/live_worker.hpp"
#include "scenarios/live/merge.hpp"
#include "scenarios/lock_world/lock_world.hpp"
#include "scenarios/lock_world/nemesis_marks.hpp"

namespace lockstep::scenarios::live {

namespace fs = std::filesystem;

namespace {

constexpr Nanos look_every = milliseconds(50);  // for Ctrl-C, the host's clock, and progress

/// How far the host's wall clock moves against its monotonic one.
class HostClock {
 public:
  HostClock() { look(); }
  void look() {
    const lockstep::live::OsClock clock;
    const Nanos before = clock.now().time_since_epoch();
    const Nanos wall = clock.wall().time_since_epoch();
    const Nanos after = clock.now().time_since_epoch();
    // between the two readings the process may have been stopped for any time
    if (after - before > milliseconds(1)) return;
    least_ = std::min(least_, wall - before);
    most_ = std::max(most_, wall - before);
  }
  [[nodiscard]] Nanos moved() const { return most_ < least_ ? Nanos(0) : most_ - least_; }

 private:
  Nanos least_ = Nanos::max();
  Nanos most_ = Nanos::min();
};

std::string joined(const std::vector<std::string>& reasons) {
  std::string out;
  for (const std::string& reason : reasons) out += (out.empty() ? "" : "\n  ") + reason;
  return out;
}

class LiveRun {
 public:
  LiveRun(const Plan& plan, const LiveOptions& options)
      : plan_(with_live_slack(plan)),
        options_(options),
        merge_(result_.run.history),
        parts_{loop_, merge_, options.program, {}, 0, [this](Error error) { stop(error); }} {}

  Result<LiveResult> run() {
    if (Result<void> ready = prepare(); !ready) return fail(ready.error());
    nemesis_->start();
    verbs_->at(end(), [this] { loop_.stop(); });
    look();
    loop_.run();
    end_workers();
    if (trouble_) return fail(*trouble_);
    return judged();
  }

 private:
  [[nodiscard]] const PlanConfig& config() const { return plan_.config; }
  [[nodiscard]] Nanos end() const { return config().duration + config().liveness; }
  [[nodiscard]] bool guarded() const { return config().workload.guarded != Guarded::none; }

  Result<void> prepare();
  Result<void> add_servers();
  Result<void> add_server(const std::string& node, const std::string& url);
  Result<void> add_client(std::uint32_t client);
  Result<std::string> url_for(std::uint32_t client, std::size_t server);
  Result<std::optional<rig::SteeredClock>> clock_for(std::uint32_t client) const;
  void make_nemesis();
  void look();
  void stop(const Error& error);
  void end_workers();
  LiveResult judged();
  void mark(std::string_view f, std::string_view node, std::optional<std::int64_t> value);

  const Plan plan_;
  const LiveOptions& options_;
  LiveResult result_;
  HistoryMerge merge_;
  HostClock host_;
  rig::ScratchFolder folder_;
  std::optional<Error> trouble_;
  // In the order in which they refer to each other.
  lockstep::live::Loop loop_;
  WorkerParts parts_;
  std::deque<std::unique_ptr<LiveServer>> servers_;  ///< of the lock, then of the sink
  std::deque<LiveWorker> workers_;
  std::deque<std::unique_ptr<rig::Proxy>> proxies_;
  std::unique_ptr<rig::LiveVerbs> verbs_;
  std::unique_ptr<faults::Nemesis> nemesis_;
};

// ---- before it begins ---------------------------------------------------------------------------

Result<void> LiveRun::prepare() {
  auto folder = rig::ScratchFolder::make("lockstep-live");
  if (!folder) return fail(folder.error());
  folder_ = std::move(*folder);
  parts_.folder = folder_.path();
  verbs_ = std::make_unique<rig::LiveVerbs>(
      loop_,
      rig::LiveVerbs::Options{.on_trouble = [this](NodeId, const Error& error) { stop(error); }});
  result_.run.history.header.order = checkers::Order::real_time;
  if (Result<void> added = add_servers(); !added) return added;
  make_nemesis();
  verbs_->begin(lockstep::live::OsClock().now());
  for (std::uint32_t c = 0; c < config().workload.clients; ++c) {
    if (Result<void> added = add_client(c); !added) return added;
  }
  return {};
}

/// In the order of a world's nodes, so that a fault's draw picks the same of them.
Result<void> LiveRun::add_servers() {
  const StoreSpec lock = lock_store(config());
  for (std::int64_t i = 0; i < lock.masters; ++i) {
    const auto n = static_cast<std::size_t>(i);
    const std::string url = options_.redis_urls.empty() ? "" : options_.redis_urls.at(n);
    Result<void> added = add_server("redis/" + std::to_string(i), url);
    if (!added) return added;
  }
  if (!guarded() || has_queues(config().workload.kind)) return {};
  const std::string url = options_.redis_urls.empty() ? ""
                          : options_.sink_url.empty() ? options_.redis_urls.front()
                                                      : options_.sink_url;
  return add_server("sink/0", url);
}

Result<void> LiveRun::add_server(const std::string& node, const std::string& url) {
  const std::string role = node.substr(0, node.find('/'));
  if (url.empty()) {
    auto own = OwnServer::start(config(), node, folder_.path());
    if (!own) return fail(own.error());
    servers_.push_back(std::move(*own));
  } else {
    auto foreign = ForeignServer::at(url);
    if (!foreign) return fail(foreign.error());
    const bool is_shared = node.starts_with("sink") && options_.sink_url.empty();
    const Result<void> ready =
        is_shared ? Result<void>() : prepare_database((*foreign)->address(), options_.flush);
    if (!ready) return ready;
    servers_.push_back(std::move(*foreign));
  }
  verbs_->add(role, *servers_.back());
  return {};
}

/// A URL by which the client reaches the server, through a proxy of its own.
Result<std::string> LiveRun::url_for(std::uint32_t client, std::size_t server) {
  const env::Endpoint address = servers_[server]->address().endpoint;
  const auto endpoint = rig::look_up(loop_, address.host, address.port);
  if (!endpoint) return fail(endpoint.error());
  const std::uint64_t link = std::uint64_t{client} << 32U | server;
  rig::ProxyOptions options;
  options.server = *endpoint;
  options.delivers_late = [seed = config().seed, link](std::uint64_t connection) {
    return below(draw(seed, DrawStream::net_latency, link, connection), 2) == 1;
  };
  options.on_touched = [this](FaultId fault) { verbs_->touched(fault); };
  auto proxy = rig::Proxy::open(loop_, std::move(options));
  if (!proxy) return fail(proxy.error());
  const auto id = static_cast<std::uint32_t>(servers_.size() + client);
  verbs_->link(NodeId{id}, NodeId{static_cast<std::uint32_t>(server)}, **proxy);
  proxies_.push_back(std::move(*proxy));
  return servers_[server]->url_through(proxies_.back()->port());
}

/// Only a client whose clock may be harmed runs under the shim.
Result<std::optional<rig::SteeredClock>> LiveRun::clock_for(std::uint32_t client) const {
  const std::string name = "client/" + std::to_string(client);
  const bool is_harmed = std::ranges::any_of(plan_.faults, [](const faults::PlannedFault& fault) {
    const bool is_clock =
        fault.kind >= faults::Kind::clock_step && fault.kind <= faults::Kind::clock_drift;
    return is_clock && !fault.target.starts_with("redis") && !fault.target.starts_with("sink");
  });
  if (!is_harmed) return std::nullopt;
  auto file = rig::ClockFile::create(folder_.path() + "/clock-client-" + std::to_string(client),
                                     rig::ClockMode::offset);
  if (!file) return fail(file.error());
  const sim::ClockSpec drawn = clock_of(config(), name);
  return rig::SteeredClock(std::move(*file), drawn.skew, drawn.drift.value,
                           lockstep::live::OsClock().now());
}

Result<void> LiveRun::add_client(std::uint32_t client) {
  WorkerJob job;
  job.client = client;
  job.start = verbs_->start();
  job.root = folder_.path() + "/client-" + std::to_string(client);
  job.plan.config = config();
  job.plan.faults = plan_.faults;
  std::ranges::copy_if(plan_.operations, std::back_inserter(job.plan.operations),
                       [client](const Operation& one) { return one.client == client; });
  std::error_code error;
  if (!fs::create_directory(job.root, error)) {
    return fail(definite(Errc::io_error, job.root + ": " + error.message()));
  }
  const auto locks = static_cast<std::size_t>(lock_store(config()).masters);
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Result<std::string> url = url_for(client, i);
    if (!url) return fail(url.error());
    if (i < locks) job.lock_urls.push_back(std::move(*url));
    if (i >= locks) job.sink_url = std::move(*url);
  }
  auto clock = clock_for(client);
  if (!clock) return fail(clock.error());
  LiveWorker& worker = workers_.emplace_back(parts_, std::move(job), std::move(*clock));
  const NodeId id = verbs_->add("client", worker);
  worker.on_label = [this, id](const Labelled& labelled) {
    verbs_->label(id, labelled.label, labelled.present);
  };
  return worker.start();
}

// ---- while it goes on ---------------------------------------------------------------------------

void LiveRun::mark(std::string_view f, std::string_view node, std::optional<std::int64_t> value) {
  checkers::Marker marker;
  marker.time = std::min(verbs_->true_now(), end());
  marker.f = merge_.name(f);
  if (!node.empty()) marker.node = merge_.name(node);
  marker.value = value;
  merge_.mark(marker);
}

void LiveRun::make_nemesis() {
  const MarkWriter writer{[this](NodeId node) { return verbs_->name_of(node); },
                          [this](std::string_view f, std::string_view node,
                                 std::optional<std::int64_t> value) { mark(f, node, value); }};
  faults::NemesisOptions options;
  options.heal_at = config().duration;
  options.observer = [writer](const faults::NemesisEvent& event) { mark_step(event, writer); };
  nemesis_ = std::make_unique<faults::Nemesis>(*verbs_, plan_.faults, std::move(options));
}

void LiveRun::look() {
  host_.look();
  if (const auto fallen = verbs_->fallen()) {
    return stop(definite(Errc::io_error, verbs_->name_of(*fallen) + " ended by itself"));
  }
  if (options_.interrupted != nullptr && options_.interrupted->load()) {
    result_.interrupted = true;
    return loop_.stop();
  }
  if (options_.progress) options_.progress({verbs_->true_now(), end(), merge_.completed()});
  verbs_->at(verbs_->true_now() + look_every, [this] { look(); });
}

void LiveRun::stop(const Error& error) {
  if (!trouble_) trouble_ = error;
  loop_.stop();
}

// ---- the end ------------------------------------------------------------------------------------

void LiveRun::end_workers() {
  result_.run.virtual_time = std::min(verbs_->true_now(), end());
  if (!result_.interrupted && !trouble_) mark("final", {}, {});
  for (LiveWorker& worker : workers_) worker.kill();
  result_.lives = parts_.lives;
}

LiveResult LiveRun::judged() {
  RunResult& run = result_.run;
  merge_.finish(run.virtual_time);
  host_.look();
  checkers::Header& header = run.history.header;
  header.seed = config().seed;
  header.commit = commit();
  header.model = model_of(config().workload.kind);
  header.params = live_params_of(plan_, host_.moved());
  auto judgement = checkers::judge_both(run.history);
  ASSERT(judgement.has_value());  // the model is one of ours
  run.judgement = std::move(*judgement);
  run.operations = merge_.completed();
  run.events = run.history.events.size();
  run.history_max = run.history.events.size();
  run.faults = nemesis_->by_kind();
  return std::move(result_);
}

}  // namespace

Result<LiveResult> run_live(const Plan& plan, const LiveOptions& options) {
  if (Result<void> runnable = check_plan(plan); !runnable) return fail(runnable.error());
  // What another seed would have drawn is refused as well.
  std::vector<faults::PlannedFault> all = possible_faults(options.entries);
  all.insert(all.end(), plan.faults.begin(), plan.faults.end());
  const std::vector<std::string> reasons = why_not_live(plan.config, all, options.servers());
  if (!reasons.empty()) return fail(definite(Errc::invalid_argument, joined(reasons)));
  const auto needed = static_cast<std::size_t>(lock_store(plan.config).masters);
  if (!options.redis_urls.empty() && options.redis_urls.size() != needed) {
    return fail(definite(Errc::invalid_argument, "--redis was given " +
                                                     std::to_string(options.redis_urls.size()) +
                                                     " times; the scenario's lock has " +
                                                     std::to_string(needed) + " servers"));
  }
  LiveRun run(plan, options);
  return run.run();
}

}  // namespace lockstep::scenarios::live
