#include "checkers/lock_keys.hpp"

#include <numeric>

namespace lockstep::checkers {
namespace {

/// Positions of operations by key: those of key k are [begin[k], begin[k + 1]) of `order`, by
/// invocation.
struct ByKey {
  std::vector<std::uint32_t> begin;
  std::vector<std::uint32_t> order;
};

ByKey group(const History& history, std::span<const Operation> operations) {
  ByKey by_key;
  by_key.begin.assign(history.names.size() + 1, 0);
  by_key.order.resize(operations.size());
  for (const Operation& operation : operations) ++by_key.begin[operation.key.value + 1];
  std::partial_sum(by_key.begin.begin(), by_key.begin.end(), by_key.begin.begin());
  std::vector<std::uint32_t> next(by_key.begin.begin(), by_key.begin.end() - 1);
  for (std::uint32_t at = 0; at < operations.size(); ++at) {
    by_key.order[next[operations[at].key.value]++] = at;
  }
  return by_key;
}

LockView view_of(NameId key, std::span<const std::uint32_t> positions, const Context& context) {
  LockView view;
  view.key = key;
  for (const std::uint32_t at : positions) {
    const bool is_use = context.operation(at).kind >= Kind::write;
    (is_use ? view.uses : view.operations).push_back(at);
  }
  return view;
}

}  // namespace

void for_each_key(const Context& context, const std::function<void(LockView&)>& visit) {
  const ByKey by_key = group(context.history, context.operations);
  for (std::uint32_t key = 0; key < context.history.names.size(); ++key) {
    const auto positions =
        std::span(by_key.order)
            .subspan(by_key.begin[key], by_key.begin[key + 1] - by_key.begin[key]);
    if (positions.empty()) continue;
    LockView view = view_of(NameId{key}, positions, context);
    visit(view);
  }
}

}  // namespace lockstep::checkers
