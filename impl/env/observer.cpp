#include "impl/env/observer.hpp"

#include "impl/base/assert.hpp"

namespace lockstep::env {

std::string_view name_of(Signal signal) {
  switch (signal) {
    case Signal::connected: return "connected";
    case Signal::connect_failed: return "connect_failed";
    case Signal::connection_lost: return "connection_lost";
    case Signal::late_reply_dropped: return "late_reply_dropped";
    case Signal::script_reloaded: return "script_reloaded";
    case Signal::lease_acquired: return "lease_acquired";
    case Signal::lease_contended: return "lease_contended";
    case Signal::lease_renewed: return "lease_renewed";
    case Signal::lease_renew_failed: return "lease_renew_failed";
    case Signal::lease_lost: return "lease_lost";
    case Signal::lease_released: return "lease_released";
    case Signal::stop_requested: return "stop_requested";
  }
  ASSERT(false);
}

}  // namespace lockstep::env
