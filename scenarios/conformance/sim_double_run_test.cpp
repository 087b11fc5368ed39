// A draw in a log statement asks nobody but the world, so that no guard can see it. Whether the
// line is written must then depend on something outside of the world for a run to differ: here on
// how many lines this process has logged, as loggers do that write every n-th line. The second run
// of the same seed finds another count, and --check-determinism names the event where it parts.
#include <gtest/gtest.h>

#include <filesystem>

#include "scenarios/campaign/campaign.hpp"
#include "scenarios/campaign/exit_code.hpp"
#include "scenarios/campaign/scripted_runner.hpp"
#include "sim/test_programs.hpp"

namespace lockstep::conformance {
namespace {

using env::Env;
using env::Task;
using scenarios::Plan;
using scenarios::RunOptions;
using scenarios::RunResult;

/// What a node's log is made of.
enum class Log {
  none,
  counts,           ///< how many lines this process logged; draws nothing
  draws,            ///< a number in every line
  draws_sometimes,  ///< a number in every 100th line that this process logs
};

/// A logger of one world. The count of lines is the process's.
class LoggingObserver final : public env::Observer {
 public:
  LoggingObserver(Log kind, std::uint64_t& lines_of_process)
      : kind_(kind), lines_of_process_(lines_of_process) {}
  void use(env::Random& random) { random_ = &random; }
  /// The events of the world before its first draw.
  void watch(const sim::Trace& trace) { trace_ = &trace; }
  [[nodiscard]] std::optional<std::uint64_t> first_draw() const { return first_draw_; }

  void on(const env::Observation&) override {
    const bool is_hundredth = ++lines_of_process_ % 100 == 0;
    if (kind_ == Log::draws || (kind_ == Log::draws_sometimes && is_hundredth)) {
      static_cast<void>(random_->next());
      if (!first_draw_) first_draw_ = trace_->events();
    }
  }

 private:
  Log kind_;
  std::uint64_t& lines_of_process_;
  env::Random* random_ = nullptr;
  const sim::Trace* trace_ = nullptr;
  std::optional<std::uint64_t> first_draw_;
};

/// Asks the server again and again, with drawn pauses, and logs each answer.
Task<void> ask_and_log(Env& env) {
  const sim::StreamPtr stream = co_await sim::connected(env);
  for (;;) {
    const std::span<const std::byte> ping = std::as_bytes(std::span("ping", 4));
    const env::Outcome wrote = co_await env::write_all(*stream, ping);
    std::array<std::byte, 16> buffer{};
    const std::span<std::byte> into(buffer);
    const env::Outcome read = co_await env::read_some(*stream, into, never);
    if (!wrote || !read) co_return;
    env.observer.on({env::Signal::connected, "server-0:7"});
    const Nanos pause = env::jitter(env.random, milliseconds(1), milliseconds(20));
    co_await env::sleep_for(env, pause);
  }
}

/// What the campaign gets to see of a world's events.
class Adapter final : public sim::TraceSink {
 public:
  explicit Adapter(scenarios::TraceSink* sink) : sink_(sink) {}
  void on(const sim::TraceRecord& record) override {
    if (sink_ == nullptr) return;
    const std::string_view kind = record.kind == sim::EventKind::resume ? "resume" : "bytes";
    sink_->event({record.number, record.time, record.node, kind, record.payload, {}, {}});
  }

 private:
  scenarios::TraceSink* sink_;
};

/// Runs plans in a world of a server and a client that logs.
class LoggingWorlds {
 public:
  explicit LoggingWorlds(Log kind) : kind_(kind) {}

  Result<RunResult> operator()(const Plan& plan, const RunOptions& options) {
    LoggingObserver log(kind_, lines_of_process_);
    sim::Seen seen;
    sim::World world({.seed = plan.config.seed});
    log.watch(world.trace());
    Adapter adapter(options.trace);
    world.trace().set_sink(&adapter);
    world.add_node(sim::service(seen, true));
    world.add_node(client(log));
    EXPECT_EQ(world.run_until(seconds(2)), sim::Stop::time_reached);
    if (log.first_draw()) first_draws_.push_back(*log.first_draw());
    return result_of(world);
  }

  /// By run: how many events there had been at the first draw of a log statement.
  [[nodiscard]] const std::vector<std::uint64_t>& first_draws() const { return first_draws_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_of_process_; }

 private:
  [[nodiscard]] sim::NodeSpec client(LoggingObserver& log) const {
    sim::NodeSpec spec = sim::program("client", [&log](sim::NodeRun& run, env::TaskGroup& group) {
      log.use(run.env().random);
      group.spawn(ask_and_log(run.env()));
    });
    if (kind_ != Log::none) spec.observer = &log;
    return spec;
  }

  static RunResult result_of(sim::World& world) {
    RunResult result;
    result.judgement.black_box.verdict = checkers::Verdict::valid;
    result.judgement.oracle.verdict = checkers::Verdict::valid;
    result.trace_hash = world.trace().hash();
    result.events = world.trace().events();
    result.virtual_time = world.now();
    return result;
  }

  Log kind_;
  std::uint64_t lines_of_process_ = 0;
  std::vector<std::uint64_t> first_draws_;
};

std::filesystem::path folder() {
  return std::filesystem::path(testing::TempDir()) / "sim_double_run";
}

/// One seed, twice.
reports::Results run_twice(LoggingWorlds& worlds) {
  campaign::CampaignOptions options;
  options.seeds = {1, Seed{4}};
  options.check_determinism = true;
  options.out = folder().string();
  std::int64_t looks = 0;
  options.now = [&looks] { return milliseconds(++looks); };
  const std::vector<scenarios::LoadedScenario> scenario{
      campaign::load_scripted("logs", "reference")};
  return campaign::run_campaign(scenario, std::ref(worlds), options).results;
}

std::string hash_with(Log kind) {
  LoggingWorlds worlds(kind);
  return run_twice(worlds).scenarios.at(0).seed_results.at(0).trace_hash;
}

TEST(DoubleRun, names_the_event_at_which_a_planted_draw_in_a_log_statement_takes_effect) {
  LoggingWorlds worlds(Log::draws_sometimes);
  const reports::Results results = run_twice(worlds);
  EXPECT_EQ(results.exit_code, static_cast<int>(campaign::Exit::divergence));
  const reports::ScenarioResult& scenario = results.scenarios.at(0);
  EXPECT_EQ(scenario.standing, reports::Standing::diverged);
  ASSERT_EQ(scenario.divergences.size(), 1U);
  const reports::Divergence& divergence = scenario.divergences[0];
  EXPECT_EQ(divergence.seed, Seed{4});
  EXPECT_NE(divergence.first, divergence.second);
  EXPECT_NE(divergence.first.find(" on node "), std::string::npos) << divergence.first;
  EXPECT_NE(divergence.second.find(" on node "), std::string::npos) << divergence.second;
  // The runs part at the first wait that was drawn behind the earlier of the two draws.
  ASSERT_EQ(worlds.first_draws().size(), 2U);
  const std::uint64_t drawn = std::min(worlds.first_draws()[0], worlds.first_draws()[1]);
  EXPECT_NE(worlds.first_draws()[0], worlds.first_draws()[1]);
  EXPECT_GE(divergence.event, drawn);
  EXPECT_LE(divergence.event, drawn + 2);
}

TEST(DoubleRun, finds_nothing_where_log_statements_only_count) {
  LoggingWorlds worlds(Log::counts);
  const reports::Results results = run_twice(worlds);
  EXPECT_TRUE(results.scenarios.at(0).divergences.empty());
  EXPECT_GT(worlds.lines(), 200U);
  EXPECT_EQ(hash_with(Log::counts), hash_with(Log::none));
}

/// Such a draw is wrong too, but repeats: switching the log on makes another run of the seed.
TEST(DoubleRun, a_log_that_always_draws_repeats_and_is_another_run_than_without_it) {
  EXPECT_EQ(hash_with(Log::draws), hash_with(Log::draws));
  EXPECT_NE(hash_with(Log::draws), hash_with(Log::none));
}

/// The guard lets a dying world say what it knows.
TEST(LastWords, a_failed_assert_inside_a_world_still_writes_its_failure_file) {
  const scenarios::Runner asserting = [](const Plan& plan, const RunOptions&) {
    sim::World world({.seed = plan.config.seed});
    world.at(seconds(1), [] { ASSERT(sim::World::time_max < Nanos(0)); });
    world.run_until(seconds(2));
    return Result<RunResult>(RunResult{});
  };
  const auto run = [&asserting] {
    campaign::CampaignOptions options;
    options.seeds = {1, Seed{4}};
    options.out = folder().string();
    options.now = [] { return Nanos(0); };
    const std::vector<scenarios::LoadedScenario> scenario{
        campaign::load_scripted("asserts", "reference")};
    static_cast<void>(campaign::run_campaign(scenario, asserting, options));
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(70), "scenario asserts, seed 4, .*failure.json");
  EXPECT_TRUE(std::filesystem::exists(folder() / "asserts" / "4" / "failure.json"));
  std::filesystem::remove_all(folder());
}

}  // namespace
}  // namespace lockstep::conformance
