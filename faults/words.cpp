#include "faults/words.hpp"

#include "impl/base/assert.hpp"

namespace lockstep::faults {

namespace {

std::int64_t parameter(const PlannedFault& fault, std::string_view name) {
  const auto index = parameter_index(fault.kind, name);
  ASSERT(index.has_value());
  return fault.parameters.at(*index);
}

std::string_view choice(const PlannedFault& fault, std::string_view name) {
  const auto index = parameter_index(fault.kind, name);
  ASSERT(index.has_value());
  const auto chosen = static_cast<std::size_t>(fault.parameters.at(*index));
  return spec_of(fault.kind).parameters[*index].choices[chosen];
}

std::string time_of(const PlannedFault& fault, std::string_view name) {
  return to_text(Nanos(parameter(fault, name)));
}

/// "what client/0 sends", "what it is sent", "what it sends and is sent", with the peer.
std::string flow_of(const PlannedFault& fault, const std::string& who) {
  const std::string_view direction = choice(fault, "direction");
  std::string words = "what " + who;
  words += direction == "out" ? " sends" : direction == "in" ? " is sent" : " sends and is sent";
  if (fault.peer == "any") return words;
  words += direction == "out" ? " to " : direction == "in" ? " by " : " to and by ";
  return words + fault.peer;
}

std::string partition_words(const PlannedFault& fault, const std::string& who) {
  std::string words = "the network is cut (";
  words += choice(fault, "shape");
  words += ")";
  return who == "any" ? words : words + " at " + who;
}

std::string jump_words(const PlannedFault& fault, const std::string& who) {
  const std::int64_t by = parameter(fault, "by");
  return "the wall clock of " + who + " jumps " +
         (by < 0 ? "back by " + to_text(Nanos(-by)) : "forward by " + to_text(Nanos(by)));
}

std::string count_of(std::int64_t count, std::string_view noun) {
  std::string words = std::to_string(count) + " ";
  words += noun;
  return count == 1 ? words : words + "s";
}

std::string network_words(const PlannedFault& fault, const std::string& who) {
  switch (fault.kind) {
    case Kind::partition: return partition_words(fault, who);
    case Kind::blackhole: return flow_of(fault, who) + " is lost";
    case Kind::clog: return flow_of(fault, who) + " is held up, and arrives in one burst after";
    case Kind::latency:
      return flow_of(fault, who) + " takes " + time_of(fault, "extra") + " longer";
    case Kind::reset: return "all connections of " + who + " are reset";
    case Kind::refuse: return who + " refuses new connections";
    default: return who + " shows a bad certificate";
  }
}

std::string clock_words(const PlannedFault& fault, const std::string& who) {
  if (fault.kind != Kind::clock_drift) return jump_words(fault, who);
  const std::int64_t ppm = parameter(fault, "ppm");
  return "the clocks of " + who + " run " + std::to_string(ppm < 0 ? -ppm : ppm) + " ppm too " +
         (ppm < 0 ? "slow" : "fast");
}

std::string server_words(const PlannedFault& fault, const std::string& who) {
  switch (fault.kind) {
    case Kind::redis_restart: return who + " dies, and starts again with what it had persisted";
    case Kind::redis_restart_empty: return who + " restarts without its data";
    case Kind::failover: return "the replica of " + who + " takes over with what it has";
    case Kind::script_flush: return who + " forgets its cached scripts";
    default: return who + " evicts " + count_of(parameter(fault, "keys"), "key");
  }
}

std::string disk_words(const PlannedFault& fault, const std::string& who) {
  const std::string disk = "the disk of " + who;
  switch (fault.kind) {
    case Kind::fsync_error:
      return "the next " + count_of(parameter(fault, "calls"), "fsync") + " of " + disk + " fail";
    case Kind::io_error:
      return "the next " +
             count_of(parameter(fault, "calls"), std::string(choice(fault, "operation"))) + " of " +
             disk + " fail";
    case Kind::disk_full:
      return disk + " is full but for " + count_of(parameter(fault, "free"), "byte");
    case Kind::slow_disk:
      return "each call to " + disk + " takes " + time_of(fault, "per_call") + " longer";
    case Kind::bit_rot: return count_of(parameter(fault, "flips"), "bit") + " of " + disk + " flip";
    case Kind::lose_unsynced:
      return "the next crash of " + who + " takes all that its disk had not synced";
    default: return "the next crash of " + who + " tears what its disk had not synced";
  }
}

std::string deed_of(const PlannedFault& fault, const std::string& who) {
  if (fault.kind == Kind::crash) return who + " crashes, and starts again";
  if (fault.kind == Kind::pause) return who + " stands still while its clocks run on";
  if (fault.kind <= Kind::bad_certificate) return network_words(fault, who);
  if (fault.kind <= Kind::clock_drift) return clock_words(fault, who);
  if (fault.kind <= Kind::evict) return server_words(fault, who);
  return disk_words(fault, who);
}

bool is_undone_after(Kind kind) { return kind == Kind::crash || kind == Kind::redis_restart; }

}  // namespace

std::string in_words(const PlannedFault& fault, std::string_view who) {
  std::string words = deed_of(fault, who.empty() ? fault.target : std::string(who));
  if (fault.lasts <= Nanos(0)) return words;
  words += is_undone_after(fault.kind) ? " after " : ", for ";
  return words + to_text(fault.lasts);
}

}  // namespace lockstep::faults
