// What the process of a client is told by the one that starts it: a file, since it names servers
// with their passwords.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/time.hpp"
#include "scenarios/format/input_error.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios::live {

struct WorkerJob {
  std::uint32_t client = 0;
  /// The how-manieth process of the run: no two draw, number or name the same.
  std::uint32_t life = 0;
  MonoTime start{};                    ///< time 0 of the run, on the host's monotonic clock
  std::uint32_t queues = 0;            ///< see ClientJob
  std::string root;                    ///< the folder of its disk
  std::vector<std::string> lock_urls;  ///< redis://...
  std::string sink_url;                ///< empty: nothing is guarded
  Plan plan;  ///< its operations are those that this client still has to do
};

/// Lives that one run may have: identities are numbered within 32 bits.
inline constexpr std::uint32_t lives_max = 60'000;

[[nodiscard]] std::string write_job(const WorkerJob& job);
/// Errors: bad_file.
[[nodiscard]] Input<WorkerJob> parse_job(std::string_view text, const std::string& file);

}  // namespace lockstep::scenarios::live
