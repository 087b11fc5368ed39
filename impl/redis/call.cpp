#include "impl/redis/call.hpp"

#include "impl/base/assert.hpp"
#include "impl/redis/pipeline.hpp"

namespace lockstep::redis {

Call::Call(std::span<const std::string_view> words, MonoTime deadline)
    : words_(words), deadline_(deadline) {
  ASSERT(!words.empty());
}

Call::Call(ScriptId script, std::size_t key_count, std::span<const std::string_view> words,
           MonoTime deadline)
    : words_(words), key_count_(key_count), script_(script), deadline_(deadline) {
  ASSERT(key_count <= words.size());
}

Call::~Call() { abandon(); }

void Call::abandon() {
  if (pipeline_ == nullptr) return;
  pipeline_->release(*this);
  pipeline_ = nullptr;
}

Result<resp::Reply> Call::take() {
  if (state_ == State::finished) return std::move(result_);
  const bool sent = state_ == State::in_flight;
  abandon();
  state_ = State::finished;
  if (sent) return fail(indefinite(Errc::cancelled, "the caller was stopped"));
  return fail(definite(Errc::cancelled, "the caller was stopped before it was sent"));
}

}  // namespace lockstep::redis
