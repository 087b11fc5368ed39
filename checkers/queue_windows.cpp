#include "checkers/queue_windows.hpp"

#include <algorithm>

#include "checkers/lease_table.hpp"

namespace lockstep::checkers {
namespace {

/// When a window that began or was moved by `operation` is over, at the earliest.
std::int64_t expiry_ns(const QueueOperation& operation, const Params& params) {
  const std::int64_t began = operation.invoked.time_ns;
  if (operation.ttl_ns == 0) return operation.f == name::pop ? endless : began;
  return later(began, std::max<std::int64_t>(bounds_of(operation.ttl_ns, params).least_ns, 0));
}

void make_uncertain(Delivery& delivery) {
  delivery.end = delivery.pop->answered;
  delivery.expires_ns = delivery.pop->invoked.time_ns;
}

bool is_before(const QueueOperation* a, const QueueOperation* b) { return a->invoked < b->invoked; }

}  // namespace

bool overlap(const Delivery& a, const Delivery& b) {
  return std::max(a.pop->answered, b.pop->answered) < std::min(a.end, b.end);
}

Windows::Windows(const QueueView& view, const Message& message, const QueueContext& context)
    : view_(view), message_(message) {
  for (const QueueOperation* pop : message.pops) deliveries_.push_back({.pop = pop});
  add_receipts();
  add_extends(context);
  for (Delivery& delivery : deliveries_) cut(delivery);
}

void Windows::add_receipts() {
  for (const QueueOperation* ack : message_.acks) {
    closed_[ack->receipt].add(*ack);
    if (ack->is_open() && !view_.shared) returned_[ack->receipt].add(*ack);
  }
  for (const QueueOperation* nack : message_.nacks) {
    closed_[nack->receipt].add(*nack);
    if (nack->may()) returned_[nack->receipt].add(*nack);
  }
  for (const QueueOperation* extend : message_.extends) {
    extended_[extend->receipt].add(*extend);
    if (extend->is_open() && !view_.shared) returned_[extend->receipt].add(*extend);
  }
  for (const QueueOperation* redrive : message_.redrives) redrives_.add(*redrive);
  for (ByReceipt* all : {&closed_, &extended_, &returned_}) {
    for (auto& [receipt, spans] : *all) spans.finish();
  }
  redrives_.finish();
}

/// A receipt may have been given out more than once, after a redrive. An extend is of the delivery
/// whose client had it last.
void Windows::add_extends(const QueueContext& context) {
  std::map<Receipt, Pointers> extends;
  for (const QueueOperation* extend : message_.extends) {
    extends[extend->receipt].push_back(extend);
  }
  const bool any_bare = extends.contains(Receipt{});
  std::map<Receipt, std::vector<Delivery*>> same;
  for (Delivery& delivery : deliveries_) same[delivery.pop->receipt].push_back(&delivery);
  for (auto& [receipt, group] : same) {
    std::sort(group.begin(), group.end(), [](const Delivery* a, const Delivery* b) {
      return a->pop->answered < b->pop->answered;
    });
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Instant until = i + 1 < group.size() ? group[i + 1]->pop->answered : never_at;
      add_window(*group[i], extends[receipt], until, context);
      if (any_bare) make_uncertain(*group[i]);  // it may be of any delivery
    }
  }
}

/// The last extend that was answered decides, and those that may have come after it.
void Windows::add_window(Delivery& delivery, const Pointers& extends, Instant until,
                         const QueueContext& context) const {
  const QueueOperation& pop = *delivery.pop;
  const auto earlier = extended_.find(pop.receipt);
  if (earlier != extended_.end() && earlier->second.touch(pop.invoked, pop.answered)) {
    return make_uncertain(delivery);  // whoever had the same receipt before
  }
  QueueOperation from;
  from.invoked = pop.answered;
  const auto first = std::lower_bound(extends.begin(), extends.end(), &from, &is_before);
  Instant last_told = long_ago;
  const auto is_own = [&](auto at) { return at != extends.end() && (*at)->invoked < until; };
  // After a redrive it may be of another delivery with the same receipt.
  const bool is_redriven = redrives_.touch(pop.invoked, pop.invoked);
  const Instant redrive = is_redriven ? pop.invoked : redrives_.at_or_after(pop.invoked);
  for (auto at = first; is_own(at); ++at) {
    if ((*at)->is_told() && (*at)->answered < redrive) {
      last_told = std::max(last_told, (*at)->invoked);
    }
  }
  const bool is_moved = last_told != long_ago;
  delivery.expires_ns = is_moved ? endless : expiry_ns(pop, context.params);
  for (auto at = first; is_own(at); ++at) {
    if ((*at)->answered < last_told) continue;
    delivery.expires_ns = std::min(delivery.expires_ns, expiry_ns(**at, context.params));
  }
  delivery.end = delivery.expires_ns == endless ? never_at : from_time(delivery.expires_ns);
}

void Windows::cut(Delivery& delivery) const {
  const Instant from = delivery.pop->invoked;
  const auto cut_at = [&delivery](Instant at) { delivery.end = std::min(delivery.end, at); };
  cut_at(view_.crashes.at_or_after(from));
  cut_at(view_.opens.at_or_after(from));
  if (view_.opens.touch(from, from)) cut_at(from);  // it began before, and is not over
  cut_at(redrives_.at_or_after(from));
  for (const Receipt receipt : {delivery.pop->receipt, Receipt{}}) {
    const auto own = closed_.find(receipt);
    if (own == closed_.end()) continue;
    cut_at(own->second.at_or_after(from));
    if (own->second.touch(from, from)) cut_at(from);
  }
}

bool Windows::may_be_returned(Receipt receipt, Instant from, Instant to) const {
  for (const Receipt any : {receipt, Receipt{}}) {
    const auto own = returned_.find(any);
    if (own != returned_.end() && own->second.touch(from, to)) return true;
  }
  return false;
}

}  // namespace lockstep::checkers
