// `lockstep`: the command line over the simulated world and the live one.
#include <malloc.h>

#include "cli/product.hpp"
#include "scenarios/live/worker.hpp"

namespace {

/// A campaign builds a world, drops it and builds the next, as large as the one before. By default
/// the C library gives the memory back in between, and every page of it is a fault again: a fifth
/// of the time of a queue's seed, and most of what two threads of one process wait for each other.
void keep_freed_memory() {
  constexpr int own_mapping_bytes = 32 << 20;  // the most that it takes
  constexpr int kept_bytes = 1 << 30;
  constexpr int step_bytes = 8 << 20;
  ::mallopt(M_MMAP_THRESHOLD, own_mapping_bytes);
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);
  ::mallopt(M_TOP_PAD, step_bytes);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lockstep;
  keep_freed_memory();
  return cli::run(argc, argv,
                  {scenarios::run_plan, scenarios::workloads(), scenarios::zoo(),
                   scenarios::live::run_live, scenarios::live::run_worker});
}
