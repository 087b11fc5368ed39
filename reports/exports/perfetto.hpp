// A run as a Chrome JSON trace, which https://ui.perfetto.dev and chrome://tracing open.
//
// Each node is a process of the trace and each of its clients' processes a thread: operations are
// slices with all that is known of them as arguments. Faults and leases are processes of their own.
// Arrows are deliveries; what is wrong is an instant over everything.
//
// Not here: the events of the world (trace.jsonl), which are a hundred times as many.
#pragma once

#include <iosfwd>

#include "impl/base/result.hpp"
#include "reports/timeline/run_record.hpp"

namespace lockstep::reports {

/// Times are true time of the run, in microseconds with three decimals, as the format wants it. An
/// operation that was never answered reaches to the end of the history. Ends with a newline.
/// Errors, definite: io_error - the stream failed; what was written is incomplete.
[[nodiscard]] Result<void> write_perfetto(const RunRecord& run, std::ostream& out);

}  // namespace lockstep::reports
