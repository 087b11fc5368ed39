// What clients of a simulated queue were told, what is left of it after a crash, and whether the
// two agree. For tests.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "scenarios/conformance/sim_queue_world.hpp"

namespace lockstep::conformance {

/// What clients were told.
struct Book {
  std::map<std::uint64_t, std::string> pushed;  ///< acknowledged
  std::set<std::uint64_t> acked;                ///< acknowledged
  std::set<std::uint64_t> ack_sent;             ///< acknowledged or not
  std::string failed;                           ///< why the work ended early
};

struct Found {
  bool opened = false;
  Error error;
  std::map<std::uint64_t, std::string> events;
  queue::Recovery recovery;
};

[[nodiscard]] std::unique_ptr<SimQueueWorld> make_world(std::uint64_t seed);
/// Pushes `rounds` times, with every third an ack, until something fails.
[[nodiscard]] Session work_session(QueueOptions options, Book* book, int rounds);
/// All that the queue gives after it was opened again, until nothing is left.
[[nodiscard]] Found survey(SimQueueWorld& world, QueueOptions options = {});
[[nodiscard]] bool is_reported(const Found& found, std::uint64_t id);
/// It opened, without damage; nothing acknowledged is lost, nothing acked returns.
void expect_kept(const Found& found, const Book& book, const std::string& where);

}  // namespace lockstep::conformance
