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
    case Signal::fence_refused: return "fence_refused";
    case Signal::tick_was_taken: return "tick_was_taken";
    case Signal::relay_began: return "relay_began";
    case Signal::publish_unknown: return "publish_unknown";
    case Signal::republished: return "republished";
    case Signal::entry_blocked: return "entry_blocked";
    case Signal::queue_opened: return "queue_opened";
    case Signal::queue_trimmed: return "queue_trimmed";
    case Signal::queue_damaged: return "queue_damaged";
    case Signal::writes_shared: return "writes_shared";
    case Signal::write_refused: return "write_refused";
    case Signal::write_failed: return "write_failed";
    case Signal::receipt_stale: return "receipt_stale";
    case Signal::event_buried: return "event_buried";
  }
  ASSERT(false);
}

}  // namespace lockstep::env
