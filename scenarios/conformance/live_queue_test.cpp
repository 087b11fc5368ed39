// The contract of the queue, kept on the real file system.
#include "scenarios/conformance/live_queue_world.hpp"

namespace lockstep::conformance {
namespace {

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
