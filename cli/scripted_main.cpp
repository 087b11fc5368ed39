// The command line over a runner without a world: what cli_test runs as a user would.
#include "cli/product.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

int main(int argc, char** argv) {
  using namespace lockstep;
  static constexpr scenarios::Listed workloads[] = {{"lock", "A scripted workload."}};
  static constexpr scenarios::Listed zoo[] = {{"zoo/broken", "Finds lock/double-grant."}};
  return cli::run(argc, argv, {&campaign::scripted_run, workloads, zoo, {}, {}});
}
