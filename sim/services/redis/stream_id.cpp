#include "sim/services/redis/stream_id.hpp"

namespace lockstep::sim::redis {

std::string to_text(StreamId id) { return std::to_string(id.ms) + "-" + std::to_string(id.seq); }

std::optional<StreamId> id_after(StreamId id) {
  if (id.seq < seq_max) return StreamId{id.ms, id.seq + 1};
  if (id.ms < seq_max) return StreamId{id.ms + 1, 0};
  return std::nullopt;
}

std::optional<StreamId> id_before(StreamId id) {
  if (id.seq > 0) return StreamId{id.ms, id.seq - 1};
  if (id.ms > 0) return StreamId{id.ms - 1, seq_max};
  return std::nullopt;
}

}  // namespace lockstep::sim::redis
