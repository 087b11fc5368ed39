// The process of one client of a live run: `lockstep worker JOB`.
#pragma once

#include <string>

namespace lockstep::scenarios::live {

/// Runs the client of the job until it is killed; its messages go to stdout, what it has to say to
/// people to stderr. Returns an exit code, and only if the job cannot be run or nobody listens.
[[nodiscard]] int run_worker(const std::string& job_file);

}  // namespace lockstep::scenarios::live
