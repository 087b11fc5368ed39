// The node that a client runs on, and what a client is to it: the same in a world and live.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "impl/env/env.hpp"

namespace lockstep::scenarios {

/// One incarnation of a node, as its client sees it.
struct ClientNode {
  env::Env& env;     ///< outlives the client
  std::string name;  ///< "client/0"
  /// Marks what the node is doing, so that faults can aim: label("holder", true). Also called while
  /// the client's coroutines are destroyed.
  std::function<void(std::string_view label, bool present)> label;
};

/// Everything that one incarnation of a client consists of; destroyed after its coroutines.
class Client {
 public:
  virtual ~Client() = default;
};

}  // namespace lockstep::scenarios
