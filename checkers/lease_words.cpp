#include "checkers/lease_words.hpp"

#include "checkers/text.hpp"
#include "impl/base/duration.hpp"

namespace lockstep::checkers {

std::string who(const Context& context, std::uint32_t operation) {
  const Event& event = context.invocation(operation);
  if (event.node != name::none) return std::string(context.history.text(event.node));
  return cat("process ", event.process.value);
}

std::string lease_words(const LockView& view, std::uint32_t lease) {
  return cat("lease ", view.leases[lease].id.value);
}

std::string number_words(const Context& context, std::uint32_t operation) {
  return cat("#", context.operation(operation).event.value);
}

std::string ttl_words(const Context& context, const Lease& lease, bool most) {
  const std::uint32_t at = lease.first;
  const std::int64_t own = at == none ? 0 : context.invocation(at).ttl_ns;
  const Nanos ttl(own != 0 ? own : context.params.ttl_ns);
  const Nanos bound(most ? lease.bounds.most_ns : lease.bounds.least_ns);
  return cat("a ttl of ", to_text(ttl), " lasts at ", most ? "most " : "least ", to_text(bound));
}

std::string hold_words(const LockView& view, const Context& context, const Hold& hold) {
  const Lease& lease = view.leases[hold.lease];
  const Operation& proof = context.operation(hold.proof);
  std::string line =
      cat(lease_words(view, hold.lease), " of ", who(context, hold.first),
          " was certainly held from ", moment_text(hold.start.time_ns), " (the answer to ",
          number_words(context, hold.first), ") until ", moment_text(hold.end.time_ns));
  const std::int64_t expiry = later(proof.invoked.time_ns, lease.bounds.least_ns);
  if (proof.kind == Kind::release) {
    line += cat(" (", number_words(context, hold.proof), ", its release, succeeded after that)");
  } else if (hold.end == from_time(expiry)) {
    line += cat(" (", number_words(context, hold.proof), " was sent at ",
                moment_text(proof.invoked.time_ns), "; ", ttl_words(context, lease, false), ")");
  } else {
    line += " (from then on it may have been released)";
  }
  return line;
}

Stretch stretch_of(const LockView& view, const Context& context, const Hold& hold) {
  return {cat(who(context, hold.first), ", ", lease_words(view, hold.lease)), hold.start.time_ns,
          hold.end.time_ns};
}

Violation violation_on(const LockView& view, const Context& context, std::string sentence) {
  Violation violation;
  violation.sentence = std::move(sentence);
  violation.keys.emplace_back(context.history.text(view.key));
  return violation;
}

void add_witness(Violation& violation, const Context& context, std::uint32_t operation) {
  if (operation == none) return;
  violation.witness.push_back(context.operation(operation).event.value);
}

std::uint64_t token_of(const LockView& view, const Context& context, std::uint32_t lease) {
  const std::uint32_t first = view.leases[lease].first;
  return first == none ? 0 : context.operation(first).token.value;
}

}  // namespace lockstep::checkers
