// The delivery windows of one message, and what can have ended them. Internal to queue.
#pragma once

#include <map>
#include <vector>

#include "checkers/queue_view.hpp"

namespace lockstep::checkers {

/// One delivery and its window.
struct Delivery {
  const QueueOperation* pop = nullptr;
  Instant end;                        ///< of what is certain; not after pop->answered: nothing is
  std::int64_t expires_ns = endless;  ///< at the earliest, if nothing else ends it

  [[nodiscard]] bool is_certain() const { return pop->answered < end; }
};

/// Whether both windows are certain at some moment.
[[nodiscard]] bool overlap(const Delivery& a, const Delivery& b);

class Windows {
 public:
  Windows(const QueueView& view, const Message& message, const QueueContext& context);

  /// By `invoked`.
  [[nodiscard]] const std::vector<Delivery>& deliveries() const { return deliveries_; }
  /// Whether `receipt` may have been given back between the two points: by a nack, or by an ack or
  /// extend of unknown end.
  [[nodiscard]] bool may_be_returned(Receipt receipt, Instant from, Instant to) const;
  [[nodiscard]] bool may_be_redriven(Instant from, Instant to) const {
    return redrives_.touch(from, to);
  }
  /// The latest end of those that may have happened at `point` or before; long_ago: of none.
  [[nodiscard]] Instant redriven_until(Instant point) const { return redrives_.reach(point); }

 private:
  using ByReceipt = std::map<Receipt, Spans>;

  void add_receipts();
  void add_extends(const QueueContext& context);
  void add_window(Delivery& delivery, const Pointers& extends, Instant until,
                  const QueueContext& context) const;
  void cut(Delivery& delivery) const;

  const QueueView& view_;
  const Message& message_;
  std::vector<Delivery> deliveries_;
  ByReceipt closed_;  ///< acks and nacks of any outcome
  ByReceipt extended_;
  ByReceipt returned_;  ///< what may_be_returned asks for
  Spans redrives_;
};

}  // namespace lockstep::checkers
