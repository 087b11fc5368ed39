// How long the checkers take for valid histories of 10^4 to 10^6 operations with many clients at
// once, some of whose operations nobody knows the end of. Each must find the history valid.
#include <functional>
#include <memory>

#include "bench/harness.hpp"
#include "bench/measure.hpp"
#include "bench/simulated_history.hpp"
#include "checkers/fifo.hpp"
#include "checkers/fifo_world.hpp"
#include "checkers/lease_lock.hpp"
#include "checkers/lock_world.hpp"
#include "checkers/outbox.hpp"
#include "checkers/queue.hpp"
#include "checkers/work.hpp"

namespace lockstep::bench {
namespace {

using checkers::History;
using checkers::Report;

using Make = std::function<History(std::uint64_t operations)>;
using Check = std::function<Report(const History&)>;

History lock_history(std::uint64_t operations) {
  checkers::LockWorldOptions options;
  options.operations = operations;
  options.clients = 20;
  options.keys = 8;
  options.drift_ppm = 200;
  options.lost = 10;
  options.late = 10;
  options.stalls = 10;
  return checkers::run_lock_world(options);
}

History fifo_history(std::uint64_t operations, std::int64_t unknown) {
  checkers::FifoWorldOptions options;
  options.clients = 16;
  options.pushes = 52;
  options.unknown = unknown;
  checkers::FifoWorld world(options);
  world.run(static_cast<std::int64_t>(operations));
  return world.timeline().history();
}

std::uint64_t operations_of(const History& history) {
  std::uint64_t count = 0;
  for (const checkers::Event& event : history.events) {
    count += event.type == checkers::EventType::invoke ? 1 : 0;
  }
  return count;
}

/// The history is made once, and kept for the other repetitions.
Body body_of(const Make& make, const Check& check, std::uint64_t operations) {
  return [=, history = std::shared_ptr<const History>()]() mutable {
    if (!history) history = std::make_shared<const History>(make(operations));
    Measured measured;
    measured.items = operations_of(*history);
    const auto began = Clock::now();
    const Report report = check(*history);
    measured.elapsed_ns = ns_since(began);
    if (report.verdict != checkers::Verdict::valid) give_up("a valid history was not found valid");
    measured.counters["operations"] = static_cast<double>(measured.items);
    return measured;
  };
}

void add_checker(const std::string& name, const Make& make, const Check& check,
                 std::uint64_t most = 1'000'000) {
  for (std::uint64_t operations = 10'000; operations <= most; operations *= 10) {
    if (settings().quick && operations == 100'000) continue;
    add("check/" + name + "/operations:" + std::to_string(operations),
        body_of(make, check, operations));
  }
}

template <class Checker>
Check black_box(Checker checker) {
  return [checker](const History& history) {
    return checker(history, history.header.params, checkers::Judge::black_box);
  };
}

void add_all() {
  add_checker("lock", lock_history, black_box(checkers::check_lease_lock));
  const Check fifo = black_box(checkers::check_fifo);
  add_checker("fifo", [](std::uint64_t n) { return fifo_history(n, 0); }, fifo);
  add_checker("fifo_unknown", [](std::uint64_t n) { return fifo_history(n, 1); }, fifo);
  const auto recorded = [](Recorded what) {
    return [what](std::uint64_t n) { return simulated_history(what, n); };
  };
  // The longest run that a world takes.
  const std::uint64_t most = settings().quick ? 10'000 : 100'000;
  add_checker("queue", recorded(Recorded::queue), black_box(checkers::check_queue), most);
  add_checker("outbox", recorded(Recorded::outbox), black_box(checkers::check_outbox), most);
  add_checker("work", recorded(Recorded::pipeline), black_box(checkers::check_work), most);
}

Ratio time_of(const std::string& what, const std::string& ours, double ms) {
  Ratio one;
  one.what = what;
  one.ours = ours;
  one.target = ms;
  one.counter = "real_time";
  one.at_most = true;
  return one;
}

}  // namespace
}  // namespace lockstep::bench

int main(int argc, char** argv) {
  using namespace lockstep::bench;
  return run(
      argc, argv,
      {"The checkers, on histories of up to a million operations.",
       add_all,
       {time_of("lease-lock checker, 10^6 operations, ms", "check/lock/operations:1000000", 1'000),
        time_of("FIFO checker, 10^6 operations, ms", "check/fifo/operations:1000000", 150),
        time_of("FIFO checker, 1 % unknown, 10^6 operations, ms",
                "check/fifo_unknown/operations:1000000", 0)},
       5});
}
