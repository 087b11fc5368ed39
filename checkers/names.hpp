// Small numbers for the strings of a history (functions, nodes, keys, errors), so that an event is
// a plain struct and comparing two names is comparing two integers.
//
// Names are never forgotten; the number of a name means nothing outside its history.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"

namespace lockstep::checkers {

/// A name of one history. 0 is the empty name: absent.
using NameId = StrongId<struct NameTag, std::uint32_t>;

/// The names that checkers ask for; every history knows them under these numbers.
namespace name {
inline constexpr NameId none{0};
// Operations of the lock model.
inline constexpr NameId acquire{1};
inline constexpr NameId renew{2};
inline constexpr NameId release{3};
// Operations on the guarded resource (the sink).
inline constexpr NameId write{4};
inline constexpr NameId read{5};
inline constexpr NameId raise{6};
// What the nemesis did (markers).
inline constexpr NameId crash{7};        ///< `node` lost its memory, at once
inline constexpr NameId restart{8};      ///< `node` runs again
inline constexpr NameId heal{9};         ///< all faults are undone: the liveness phase begins
inline constexpr NameId final_mark{10};  ///< "final": the run was observed to its end
inline constexpr NameId clock_step{11};  ///< the wall clock of `node` jumped by `value` ns
// Errors of `fail`: the service itself said no.
inline constexpr NameId contended{12};  ///< acquire: somebody holds it
inline constexpr NameId lost{13};       ///< renew: the lease is gone
inline constexpr NameId not_owned{14};  ///< release: the lease is gone, or never was
inline constexpr NameId stale{15};      ///< sink: a higher token was presented before

// Operations of the work model: collections and tasks.
inline constexpr NameId emit{16};      ///< an event was appended to a collection
inline constexpr NameId load{17};      ///< a worker read the resume token
inline constexpr NameId apply{18};     ///< a worker wrote an event to the sink
inline constexpr NameId save{19};      ///< a worker stored the resume token
inline constexpr NameId dispatch{20};  ///< a task was started for a period

// Operations of the queue model.
inline constexpr NameId push{21};     ///< `value` is what it carries; the answer says its `id`
inline constexpr NameId pop{22};      ///< the answer says `id`, `attempt`, `token`, `value`
inline constexpr NameId ack{23};      ///< by receipt: `id`, `attempt`, `token`
inline constexpr NameId nack{24};     ///< by receipt
inline constexpr NameId extend{25};   ///< by receipt; the window ends `ttl` from now
inline constexpr NameId redrive{26};  ///< `id` leaves the dead letters
inline constexpr NameId open{27};     ///< the queue is opened; the answer says its `token`
inline constexpr NameId survey{28};   ///< all that the queue holds is listed
inline constexpr NameId found{29};    ///< one message of a survey: `id`, `value`, `cause`
inline constexpr NameId damage{30};   ///< reported: messages `id` to `value` are lost to damage
// Errors of `fail` of a queue.
inline constexpr NameId empty{31};   ///< pop: nothing is ready
inline constexpr NameId absent{32};  ///< ack, nack, extend, redrive: no such message
// Causes: where a survey found a message, and what a pop says of its payload.
inline constexpr NameId ready{33};
inline constexpr NameId in_flight{34};
inline constexpr NameId delayed{35};
inline constexpr NameId dead{36};
inline constexpr NameId damaged{37};  ///< the payload is not what its digest says

// Operations of the outbox model. The key is the aggregate, `value` the entry, unique over the
// history, `id` its row in the store.
inline constexpr NameId commit{38};   ///< a transaction that leaves one entry; the answer says `id`
inline constexpr NameId fetch{39};    ///< a relay asked the store, under its `token`, for entries
inline constexpr NameId publish{40};  ///< to the broker; the answer says its commit: the position
inline constexpr NameId mark{41};     ///< one entry as published
inline constexpr NameId block{42};    ///< a relay parks a poison entry, and with it its key
inline constexpr NameId unblock{43};
inline constexpr NameId consume{44};  ///< an inbox, `sink`, applied an entry
// Errors of `fail` of an outbox.
inline constexpr NameId rolled_back{45};  ///< commit: the transaction ended without effect
inline constexpr NameId duplicate{46};    ///< consume: the inbox knew the entry, and did nothing
// Causes: where a survey of the store found an entry: `ready`, or this.
inline constexpr NameId blocked{47};
// Sinks of the outbox model; the others are inboxes.
inline constexpr NameId store{48};
inline constexpr NameId publisher{49};

inline constexpr std::array<std::string_view, 50> known{
    "",          "acquire", "renew",   "release",     "write",      "read",      "raise",
    "crash",     "restart", "heal",    "final",       "clock-step", "contended", "lost",
    "not_owned", "stale",   "emit",    "load",        "apply",      "save",      "dispatch",
    "push",      "pop",     "ack",     "nack",        "extend",     "redrive",   "open",
    "survey",    "found",   "damage",  "empty",       "absent",     "ready",     "in_flight",
    "delayed",   "dead",    "damaged", "commit",      "fetch",      "publish",   "mark",
    "block",     "unblock", "consume", "rolled_back", "duplicate",  "blocked",   "store",
    "publisher"};
}  // namespace name

/// Names of one history: a key per resource, a node, a handful of functions and errors. More means
/// that values are recorded as names.
inline constexpr std::size_t names_max = 1U << 22U;

class Names {
 public:
  Names();

  /// The number of `text`, new or old. Requires size() < names_max, or a known text.
  NameId intern(std::string_view text);
  [[nodiscard]] std::optional<NameId> find(std::string_view text) const;
  /// Requires a number that this object handed out.
  [[nodiscard]] std::string_view text(NameId id) const { return texts_[id.value]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  /// The slot where `text` is, or the free one where it belongs.
  [[nodiscard]] std::size_t slot_of(std::string_view text) const;
  void grow();

  std::vector<std::string> texts_;
  std::vector<std::uint32_t> slots_;  ///< open addressing over digest(text); 0 is free
};

}  // namespace lockstep::checkers
