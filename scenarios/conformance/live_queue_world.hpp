// A process with a folder on the real file system, for claims about what is kept there.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "impl/live/run.hpp"
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {

class LiveQueueWorld final : public QueueWorld {
 public:
  explicit LiveQueueWorld(live::StorageThread storage) : storage_(storage) {
    std::string pattern = std::filesystem::temp_directory_path() / "lockstep-queue-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = pattern;
  }
  ~LiveQueueWorld() override { std::filesystem::remove_all(root_); }

  bool run(Session body) override {
    live::Loop loop;
    live::Node node(loop, {.root = root_, .storage = storage_});
    return live::run_until_complete(node, body(node.env()), seconds(60)).has_value();
  }

 private:
  live::StorageThread storage_;
  std::string root_;
};

}  // namespace lockstep::conformance
