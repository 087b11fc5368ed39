#include "scenarios/coverage/reached.hpp"

#include "impl/base/assert.hpp"

namespace lockstep::scenarios {
namespace {

using env::Signal;

std::string_view about(Signal signal) {
  switch (signal) {
    case Signal::connected: return "a Redis client has a connection";
    case Signal::connect_failed: return "a Redis client could not connect";
    case Signal::connection_lost: return "a connection broke, with commands outstanding or none";
    case Signal::late_reply_dropped: return "a reply came after its command had timed out";
    case Signal::script_reloaded: return "a server did not know a script any more";
    case Signal::lease_acquired: return "a lock was granted";
    case Signal::lease_contended: return "a lock was held by somebody else";
    case Signal::lease_renewed: return "a lease was renewed";
    case Signal::lease_renew_failed: return "a renewal failed; the lease may live on";
    case Signal::lease_lost: return "a holder was told, or knows by its clock, that it is none";
    case Signal::lease_released: return "a lease was given back";
    case Signal::stop_requested: return "a keeper told its worker to stop";
    case Signal::fence_refused: return "a worker or relay met the token of a newer one";
    case Signal::tick_was_taken: return "a period or tick had been claimed before";
    case Signal::relay_began: return "a relay began to work";
    case Signal::publish_unknown: return "nobody knows whether entries were published";
    case Signal::republished: return "such entries were published again";
    case Signal::entry_blocked: return "a poison entry was parked";
    case Signal::queue_opened: return "a queue, outbox or inbox was opened";
    case Signal::queue_trimmed: return "an opening cut off a write torn by a power cut";
    case Signal::queue_damaged: return "messages were reported lost to damage";
    case Signal::writes_shared: return "several changes shared one write and its fsync";
    case Signal::write_refused: return "a write was refused while the reserve of the disk was left";
    case Signal::write_failed: return "the disk failed under a write";
    case Signal::receipt_stale: return "a receipt of an older delivery came back";
    case Signal::event_buried: return "an event became a dead letter";
  }
  ASSERT(false);
}

constexpr std::string_view ending_words[] = {"ok", "fail", "info"};
constexpr std::uint32_t fault_count = faults::kind_count + 1;

}  // namespace

std::span<const Probe> probes() {
  static const std::array<Probe, env::signal_count> all = [] {
    std::array<Probe, env::signal_count> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto signal = static_cast<Signal>(i);
      out.at(i) = {name_of(signal), about(signal)};
    }
    return out;
  }();
  return all;
}

std::string Step::text() const {
  if (number_ == 0) return "start";
  if (number_ < first_answer) return std::string(probes()[number_ - 1].name);
  const std::uint32_t answer = number_ - first_answer;
  std::string out(checkers::name::known.at(answer / endings));
  out += ' ';
  return out += ending_words[answer % endings];
}

std::uint32_t state_number(Step before, Step now, std::optional<faults::Kind> fault) {
  const std::uint32_t kind = fault ? 1 + static_cast<std::uint32_t>(*fault) : 0;
  return (before.number() * Step::count + now.number()) * fault_count + kind;
}

std::string state_name(std::uint32_t state) {
  ASSERT(state < state_count);
  const std::uint32_t kind = state % fault_count;
  const std::uint32_t steps = state / fault_count;
  std::string out = Step(steps / Step::count).text() + " > " + Step(steps % Step::count).text();
  if (kind == 0) return out;
  out += " during ";
  return out += faults::name_of(static_cast<faults::Kind>(kind - 1));
}

}  // namespace lockstep::scenarios
