// Histories written by hand, for tests and benches: operations with the time they were sent and
// answered, in any order; sorted into a history at the end. One unit of time is a millisecond.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/history.hpp"

namespace lockstep::checkers {

/// What came of an operation.
enum class Ending : std::uint8_t {
  ok,
  denied,  ///< contended, lost, not_owned, stale: what fits the operation
  failed,  ///< for certain, without a word of the service
  info,    ///< the client gave up
  open,    ///< the client never came to know
};

/// One operation; fields in the order in which tests give them.
struct Span {
  std::int64_t sent = 0;
  std::int64_t answered = 0;  ///< ignored for Ending::open
  Ending ending = Ending::ok;
  std::uint64_t token = 0;  ///< granted, or presented
};

/// What an operation on a queue says, beside its span. Of push, pop and open the answer says id,
/// attempt and generation, of pop also the value; the rest stands in the invocation.
struct QueueWords {
  std::uint64_t id = 0;
  std::uint16_t attempt = 0;
  std::uint64_t generation = 0;
  std::optional<std::int64_t> value{};
  std::int64_t ttl = 0;  ///< units
  NameId cause{};
  NameId error = name::stale;  ///< of Ending::denied
};

/// What an operation on an outbox says, beside its span. Of a commit the answer says the id.
struct OutboxWords {
  std::optional<std::int64_t> value{};
  std::uint64_t id = 0;
  std::uint64_t token = 0;
  std::string_view sink{};  ///< empty: none is recorded
  NameId cause{};
  std::uint16_t attempt = 0;
  NameId error = name::stale;  ///< of Ending::denied
};

class Timeline {
 public:
  /// ttl 10 units, no drift, one commit point, a fenced sink, key "k".
  Timeline();

  Params& params() { return params_; }
  Timeline& order(Order order);
  /// Operations added from here on are about `key`, and about its sink `sink`.
  Timeline& key(std::string_view key);
  Timeline& sink(std::string_view sink);
  /// Acquires from here on are by this identity; 0: each lease is its own.
  Timeline& owner(std::uint32_t owner);
  /// The ttl of acquires and renewals from here on, in units; 0: none is recorded.
  Timeline& ttl(std::int64_t ttl);

  // Each returns the number of the operation: for resolve(), and to find its event.
  std::size_t acquire(std::string_view node, std::uint64_t lease, Span span);
  std::size_t renew(std::string_view node, std::uint64_t lease, Span span);
  std::size_t release(std::string_view node, std::uint64_t lease, Span span);
  std::size_t write(std::string_view node, std::uint64_t lease, Span span);
  std::size_t read(std::string_view node, std::uint64_t lease, Span span);
  std::size_t raise(std::string_view node, std::uint64_t lease, Span span);
  /// emit, load, apply, save, dispatch: `value` is the event, resume token or period; of emit and
  /// load the answer says it.
  std::size_t work(NameId f, std::string_view node, std::uint64_t lease, Span span,
                   std::int64_t value);
  /// Any operation of the queue model.
  std::size_t queue(NameId f, std::string_view node, Span span, const QueueWords& words);
  /// Any operation of the outbox model.
  std::size_t outbox(NameId f, std::string_view node, Span span, const OutboxWords& words);
  /// The sink says where the operation stands in its own order, and when it took effect.
  void committed(std::size_t operation, std::uint64_t index, std::int64_t at);

  void mark(NameId what, std::int64_t time, std::string_view node = {}, std::int64_t value = 0);
  void resolve(std::size_t operation, bool happened, std::int64_t at = 0);

  /// Events by time; of one time, in the order in which they were added.
  [[nodiscard]] History history() const;
  /// The event of the invocation of `operation` in history().
  [[nodiscard]] std::uint32_t event_of(std::size_t operation) const;

 private:
  struct Item {
    Event event;  ///< names by the numbers of names_
    std::size_t operation = 0;
    bool completes = false;
  };
  struct Resolved {
    std::size_t operation = 0;
    bool happened = false;
    std::int64_t at = 0;
  };

  std::size_t add(NameId f, std::string_view node, std::uint64_t lease, Span span);
  [[nodiscard]] std::vector<Item> sorted() const;

  Params params_;
  Order order_ = Order::total;
  Names names_;
  NameId key_{};
  NameId sink_{};
  OwnerId owner_{};
  std::int64_t ttl_ns_ = 0;
  std::vector<Item> items_;
  std::vector<Resolved> resolved_;
  std::size_t operations_ = 0;
};

/// Nanoseconds of one unit.
inline constexpr std::int64_t unit_ns = 1'000'000;

}  // namespace lockstep::checkers
