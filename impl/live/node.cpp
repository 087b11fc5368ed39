#include "impl/live/node.hpp"

#include "impl/live/executor.hpp"

namespace lockstep::live {

Node::Node(Loop& loop, NodeOptions options)
    : waits_(std::make_shared<LiveWaits>(loop)),
      network_(waits_),
      storage_(waits_, std::move(options.root), options.storage),
      env_{Executor(*waits_),
           *waits_,
           clock_,
           random_,
           network_,
           storage_,
           options.observer != nullptr ? *options.observer : counting_} {}

Node::~Node() { end(); }

void Node::end() {
  if (!waits_->alive()) return;
  storage_.stop();
  waits_->die();
}

}  // namespace lockstep::live
