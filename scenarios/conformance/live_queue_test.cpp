// The contract of the queue, kept on the real file system.
#include <stdlib.h>

#include <filesystem>

#include "impl/live/run.hpp"
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

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

QueueSupplier supplier(std::string name, live::StorageThread storage) {
  return {std::move(name), [storage] { return std::make_unique<LiveQueueWorld>(storage); }};
}

std::string name_of_queue_supplier(const testing::TestParamInfo<QueueSupplier>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Live, QueueContract,
                         testing::Values(supplier("live", live::StorageThread::own),
                                         supplier("on_the_loop", live::StorageThread::loop)),
                         name_of_queue_supplier);

}  // namespace
}  // namespace lockstep::conformance
