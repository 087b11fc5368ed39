// The contract of the queue, kept on the real file system.
#include <stdlib.h>

#include <filesystem>

#include "impl/live/run.hpp"
#include "scenarios/conformance/queue_contract.hpp"

namespace lockstep::conformance {
namespace {

class LiveQueueWorld final : public QueueWorld {
 public:
  LiveQueueWorld() {
    std::string pattern = std::filesystem::temp_directory_path() / "lockstep-queue-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = pattern;
  }
  ~LiveQueueWorld() override { std::filesystem::remove_all(root_); }

  bool run(Session body) override {
    live::Loop loop;
    live::Node node(loop, {.root = root_});
    return live::run_until_complete(node, body(node.env()), seconds(60)).has_value();
  }

 private:
  std::string root_;
};

std::string name_of_queue_supplier(const testing::TestParamInfo<QueueSupplier>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Live, QueueContract,
                         testing::Values(QueueSupplier{
                             "live", [] { return std::make_unique<LiveQueueWorld>(); }}),
                         name_of_queue_supplier);

}  // namespace
}  // namespace lockstep::conformance
