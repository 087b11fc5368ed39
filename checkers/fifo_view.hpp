// The operations of one queue with strict order, as one judge knows them, by element; and the rules
// over them. Internal to fifo.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "checkers/fifo.hpp"
#include "checkers/findings.hpp"
#include "checkers/operations.hpp"

namespace lockstep::checkers {

/// A point in the order of a history, as a number: half the size of an Instant, and the same order.
/// Where the order is total it counts the events, and the beginnings and ends of all times at which
/// the oracle says that something happened; where it is time it is the time.
using Moment = std::int64_t;
inline constexpr Moment no_moment = endless;

/// When an operation takes effect: not before `from`, not after `by`.
struct Deed {
  Moment from = no_moment;
  Moment by = no_moment;
  EventIndex event = no_event;

  [[nodiscard]] bool is_there() const { return event != no_event; }
};

/// An element and one operation on it.
struct ElementDeed {
  std::int64_t element = 0;
  Deed deed;
};

/// An element that was pushed once, and came out after that, or certainly went in. Refers to the
/// operations of its view.
struct Element {
  const ElementDeed* pushed = nullptr;
  const ElementDeed* popped = nullptr;  ///< nullptr: it never came out

  [[nodiscard]] std::int64_t value() const { return pushed->element; }
  [[nodiscard]] const Deed& push() const { return pushed->deed; }
  [[nodiscard]] bool is_out() const { return popped != nullptr; }
  /// Requires is_out().
  [[nodiscard]] const Deed& pop() const { return popped->deed; }
};

struct FifoView {
  NameId key{};
  std::vector<ElementDeed> pushes;  ///< by element, then invocation; those that may have happened
  std::vector<ElementDeed> pops;    ///< by invocation; that answered an element
  std::vector<ElementDeed> failed;  ///< pushes that had no effect; by element, then invocation
  std::vector<Deed> empties;
  std::vector<Deed> takers;   ///< pops that may have removed an element, nobody knows which
  std::uint64_t pushed = 0;   ///< pushes that were acknowledged to their client
  std::uint64_t unknown = 0;  ///< operations that their client cannot know the end of
  bool is_answered = false;   ///< some operation
  bool nameless = false;      ///< a push or the answer of a pop says no element
  bool has_acks = false;
};

/// By key, in the order of their names' numbers.
[[nodiscard]] std::vector<FifoView> fifo_views(const History& history, Judge judge);

struct FifoContext {
  const History& history;
  Judge judge{};
  Findings& findings;

  [[nodiscard]] std::string_view name(const FifoView& view) const { return history.text(view.key); }
  /// When an operation began, and when it was over, if it was, as far as is known: as people read
  /// it.
  [[nodiscard]] std::string begin_text(const Deed& deed) const;
  [[nodiscard]] std::string end_text(const Deed& deed) const;
  /// A violation that names its key, with the operations that prove it.
  [[nodiscard]] Violation violation(const FifoView& view, std::string sentence,
                                    std::initializer_list<Deed> witness) const;
};

/// A stretch during which an element is certainly in the queue, both ends excluded.
struct Stay {
  Moment from = 0;
  Moment to = 0;
  std::uint32_t element = 0;    ///< position among elements
  EventIndex taker = no_event;  ///< that ended it, if it was no pop with an answer
};

/// Stays as one set of points, to ask whether a span has a point outside. O(log n) per question.
class Presence {
 public:
  explicit Presence(std::vector<Stay> stays);
  /// Whether the queue was certainly not empty at any moment of `span`.
  [[nodiscard]] bool covers(const Deed& span) const;
  /// The fewest stays that show it, from the first to the last. Requires covers(span).
  [[nodiscard]] std::vector<Stay> chain(const Deed& span) const;

 private:
  /// How many begin before `point`.
  [[nodiscard]] std::size_t begun(Moment point) const;

  std::vector<Stay> stays_;              ///< by `from`
  std::vector<std::uint32_t> furthest_;  ///< of each and those before: the one that ends last
  std::vector<Moment> ends_;             ///< of the run of overlapping stays that each is part of
};

/// What became of an element that never came out.
struct Missing {
  std::uint32_t element = 0;    ///< position among elements
  std::uint32_t overtaker = 0;  ///< that came out first of all pushed later; if `due`
  Moment since = 0;             ///< it cannot have come out before
  Moment due = no_moment;       ///< it must have by then; no_moment: it was not overtaken
  Deed taker;                   ///< the pop without an answer; not there: none
  bool lost = false;            ///< it must have come out, and no pop can have taken it
};

/// The elements of the view: first those that came out, by the beginnings of their pops. Reports
/// what nobody pushed and what came out twice.
[[nodiscard]] std::vector<Element> judge_elements(const FifoView& view, const FifoContext& context);
/// Reports elements that came out before one that was in the queue first.
void judge_order(const FifoView& view, const std::vector<Element>& elements,
                 const FifoContext& context);
/// What became of the elements that never came out, by the answers of their pushes.
[[nodiscard]] std::vector<Missing> missing_of(const FifoView& view,
                                              const std::vector<Element>& elements);
/// How far it is settled which pops without an answer took which elements.
enum class Settled : std::uint8_t {
  all,      ///< as assigned; if anything is wrong then, something is whatever is assigned
  losses,   ///< as many as are lost must be; where the others were is not settled
  nothing,  ///< not within the limit: what was assigned means nothing
};
/// Settles it so that nothing is wrong, if that can be.
[[nodiscard]] Settled settle(const FifoView& view, const std::vector<Element>& elements,
                             std::vector<Missing>& missing);
/// Where elements certainly were in the queue, those that are lost left out.
[[nodiscard]] Presence presence_of(const std::vector<Element>& elements,
                                   const std::vector<Missing>& missing);
/// Reports the missing elements that were overtaken and that no pop can have taken.
void judge_missing(const FifoView& view, const std::vector<Element>& elements,
                   const std::vector<Missing>& missing, const FifoContext& context);
/// Reports answers that the queue was empty while it cannot have been.
void judge_empties(const FifoView& view, const std::vector<Element>& elements,
                   const std::vector<Missing>& missing, const FifoContext& context);

}  // namespace lockstep::checkers
