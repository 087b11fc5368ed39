// Inputs that several tests of this folder share.
#pragma once

#include <string>

namespace lockstep::scenarios {

/// The scenario that the house rules print.
inline std::string sample_text() {
  return R"({
  "schema": 1,
  "name": "redis_lock_holder_paused",
  "about": "A holder stalls past its TTL; nobody else may be hurt by what it does when it wakes.",
  "workload": {"kind": "lock", "clients": 5, "keys": 2, "hold": "200ms..2s", "think": "50ms..500ms",
               "write_every": "500ms", "guarded": "fenced"},
  "lock": {"backend": "redis", "ttl": "3s", "refresh_interval": "1s", "retry_interval": "500ms",
           "fencing": true},
  "topology": {"redis": {"nodes": 1, "persistence": "aof-always"}},
  "clocks": {"skew": "0..200ms", "drift_ppm": "-200..200"},
  "duration": "60s",
  "faults": [{"kind": "pause", "target": "client", "every": "5s..15s", "for": "1s..8s"}],
  "implementation": "reference",
  "require": ["grant", "takeover", "guarded_write"],
  "expect": {"verdict": "valid"}
})";
}

/// `text` with the first `from` replaced. Returns "" when there is none, so that no test passes by
/// not having changed anything.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "";
  return text.replace(at, from.size(), to);
}

}  // namespace lockstep::scenarios
