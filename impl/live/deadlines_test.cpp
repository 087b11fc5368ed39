#include "impl/live/deadlines.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "impl/base/draw.hpp"

namespace lockstep::live {
namespace {

/// An operation that nobody completes.
class Idle final : public env::PendingOp {
 public:
  Idle() : PendingOp(nullptr) {}
};

TEST(Deadlines, agree_with_a_sorted_map_under_random_adds_and_removes) {
  Deadlines deadlines;
  std::deque<Idle> ops(300);
  std::multimap<MonoTime, Idle*> model;
  for (std::uint64_t n = 0; n < 100'000; ++n) {
    const std::uint64_t bits = draw(Seed{1}, DrawStream::test, n);
    Idle& op = ops[below(bits, ops.size())];
    if (op.supplier_words[0] == 0) {
      const MonoTime deadline(Nanos(between(mix64(bits), 0, 50)));
      deadlines.add(op, deadline);
      model.emplace(deadline, &op);
    } else {
      deadlines.remove(op);
      std::erase_if(model, [&op](const auto& entry) { return entry.second == &op; });
    }
    ASSERT_EQ(deadlines.size(), model.size());
    ASSERT_EQ(deadlines.earliest(), model.empty() ? never : model.begin()->first);
  }
}

TEST(Deadlines, come_out_in_order) {
  Deadlines deadlines;
  std::deque<Idle> ops(1000);
  std::uint64_t n = 0;
  for (Idle& op : ops) deadlines.add(op, MonoTime(Nanos(between(mix64(++n), 0, 1'000'000))));
  MonoTime last = MonoTime::min();
  for (; deadlines.size() > 0; deadlines.remove(deadlines.first())) {
    EXPECT_GE(deadlines.earliest(), last);
    last = deadlines.earliest();
  }
  EXPECT_EQ(deadlines.earliest(), never);
}

TEST(Deadlines, removing_an_operation_without_one_does_nothing) {
  Deadlines deadlines;
  Idle op;
  deadlines.remove(op);
  deadlines.add(op, MonoTime(Nanos(1)));
  deadlines.remove(op);
  deadlines.remove(op);
  EXPECT_EQ(deadlines.size(), 0U);
}

}  // namespace
}  // namespace lockstep::live
