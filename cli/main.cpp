// `lockstep`: the command line over the simulated world.
#include "cli/product.hpp"

int main(int argc, char** argv) {
  using namespace lockstep;
  return cli::run(argc, argv, {scenarios::run_plan, scenarios::workloads(), scenarios::zoo()});
}
