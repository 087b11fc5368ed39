// Scripts for the twins to agree on.
#pragma once

#include <string>
#include <vector>

namespace lockstep::scenarios {

struct Script {
  std::string body;
  int keys = 0;
  std::vector<std::string> arguments;  ///< words, or pools of words ("$v")
};

[[nodiscard]] const std::vector<Script>& scripts();

}  // namespace lockstep::scenarios
