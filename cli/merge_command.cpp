// `lockstep merge`: the results of shards as those of one run.
#include <utility>

#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "scenarios/campaign/merge.hpp"
#include "scenarios/campaign/results_file.hpp"

namespace lockstep::cli {

int merge(const MergeArguments& arguments) {
  std::vector<campaign::ShardResults> shards;
  for (const std::string& file : arguments.results) {
    auto results = campaign::load_results(file);
    if (!results) return complain(results.error());
    shards.push_back({file, std::move(*results)});
  }
  if (const auto outputs = check_outputs(arguments.outputs); !outputs) {
    return complain(outputs.error());
  }
  auto merged = campaign::merge_shards(std::move(shards), {arguments.partial});
  if (!merged) return complain(merged.error());
  for (const std::string& trouble : merged->troubles) complain(trouble);
  return report(arguments.outputs, std::move(merged->results));
}

}  // namespace lockstep::cli
