#include "impl/redis/pipeline.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"
#include "impl/base/duration.hpp"
#include "impl/redis/errors.hpp"

namespace lockstep::redis {

namespace {

/// A guess from above at what a command takes as bytes.
std::size_t bytes_of(std::span<const std::string_view> words) {
  std::size_t bytes = 0;
  for (const std::string_view word : words) bytes += word.size() + 32;
  return bytes;
}

}  // namespace

Pipeline::Pipeline(const Options& options) : options_(options) {}

Pipeline::~Pipeline() {
  for (const Slot& slot : fifo_) {
    if (slot.call != nullptr) slot.call->pipeline_ = nullptr;
  }
  for (Call& call : queue_) call.pipeline_ = nullptr;
  queue_.clear();
  finished_.clear();
}

ScriptId Pipeline::add_script(std::string_view name, std::string_view text) {
  for (std::uint32_t i = 0; i < scripts_.size(); ++i) {
    if (scripts_[i].text == text) return ScriptId{i};
  }
  ASSERT(scripts_.size() < scripts_max);
  scripts_.push_back({std::string(name), std::string(text), {}, false, 0});
  return ScriptId{static_cast<std::uint32_t>(scripts_.size() - 1)};
}

std::string_view Pipeline::name_of(ScriptId script) const { return scripts_.at(script.value).name; }

void Pipeline::submit(Call& call, MonoTime now) {
  ASSERT(call.state_ == Call::State::fresh);
  call.deadline_ = std::min(call.deadline_, saturating_add(now, options_.command_timeout));
  if (closed_) return finish(call, fail(definite(Errc::closed, "the client was shut down")));
  if (queued_ >= options_.queued_max) {
    return finish(call, fail(definite(Errc::limit, "queued_max commands wait already")));
  }
  if (bytes_of(call.words_) > options_.command_bytes_max) {
    return finish(call, fail(definite(Errc::limit, "the command exceeds command_bytes_max")));
  }
  enqueue(call);
}

void Pipeline::enqueue(Call& call) {
  call.pipeline_ = this;
  call.state_ = Call::State::queued;
  queue_.push_back(call);
  ++queued_;
}

void Pipeline::connected(MonoTime now) {
  ASSERT(fifo_.empty());
  connected_ = true;
  retiring_ = false;
  last_received_ = now;
  for (Script& script : scripts_) script.loaded = false;
}

void Pipeline::encode(resp::RespWriter& out, MonoTime now) {
  while (writable() && out.bytes().size() < options_.batch_bytes_max) {
    Call& call = queue_.front();
    release(call);
    if (call.deadline_ <= now) {
      finish(call, fail(definite(Errc::no_reply, "not sent by the deadline")));
    } else {
      write_call(call, out, now);
    }
  }
}

void Pipeline::write_call(Call& call, resp::RespWriter& out, MonoTime now) {
  if (call.is_script()) {
    Script& script = scripts_.at(call.script_.value);
    if (!script.loaded) write_load(script, call.script_, out, now);
    const bool as_text = call.send_source_ || script.sha.empty();
    out.begin_command(3 + call.words_.size());
    out.bulk(as_text ? "EVAL" : "EVALSHA");
    out.bulk(as_text ? script.text : script.sha);
    out.bulk_integer(static_cast<std::int64_t>(call.key_count_));
    for (const std::string_view word : call.words_) out.bulk(word);
  } else {
    out.command(call.words_);
  }
  call.state_ = Call::State::in_flight;
  call.position_ = next_position();
  call.sent_at_ = now;
  fifo_.push_back({&call, now, call.script_, false});
}

void Pipeline::write_load(Script& script, ScriptId id, resp::RespWriter& out, MonoTime now) {
  out.command({"SCRIPT", "LOAD", script.text});
  script.loaded = true;
  script.loaded_from = next_position();
  fifo_.push_back({nullptr, now, id, true});
}

Pipeline::Matched Pipeline::on_reply(resp::Reply reply) {
  if (fifo_.empty()) return {Match::unexpected, {}};
  const Slot slot = fifo_.front();
  const std::uint64_t position = first_position_++;
  fifo_.pop_front();
  if (slot.is_load) {
    on_load_reply(slot, reply);
    return {Match::internal, {}};
  }
  if (reply.is_error()) note_error(slot, position, reply);
  if (slot.call == nullptr) return {Match::late, {}};
  Call& call = *slot.call;
  ASSERT(call.position_ == position);
  if (!reply.is_error()) {
    finish(call, std::move(reply));
    return {Match::answered, {}};
  }
  if (reply.error_code() == "NOSCRIPT" && call.is_script() && !call.send_source_) {
    call.send_source_ = true;
    enqueue(call);
    return {Match::script_missing, call.script_};
  }
  finish(call,
         fail(classify(reply.text(), call.is_script() ? CommandKind::script : CommandKind::plain)));
  return {Match::answered, {}};
}

void Pipeline::on_load_reply(const Slot& slot, const resp::Reply& reply) {
  Script& script = scripts_.at(slot.script.value);
  if (reply.is_bulk()) {
    script.sha = reply.text();
  } else {
    script.loaded = false;  // the next use loads it again
  }
}

void Pipeline::note_error(const Slot& slot, std::uint64_t position, const resp::Reply& reply) {
  const std::string_view word = reply.error_code();
  if (word == "READONLY") retiring_ = true;
  if (word != "NOSCRIPT" || slot.script.value == Call::no_script) return;
  Script& script = scripts_.at(slot.script.value);
  if (position > script.loaded_from) script.loaded = false;  // else a newer load is on its way
}

void Pipeline::expire(MonoTime now, const Error& absence) {
  ASSERT(!absence.indefinite());
  for (Slot& slot : fifo_) {
    if (slot.call == nullptr || slot.call->deadline_ > now) continue;
    finish(*slot.call, fail(indefinite(Errc::no_reply, "no reply by the deadline")));
    slot.call = nullptr;
  }
  for (auto at = queue_.begin(); at != queue_.end();) {
    Call& call = *at++;
    if (call.deadline_ > now) continue;
    release(call);
    finish(call, fail(absence));
  }
}

MonoTime Pipeline::stall_at() const {
  if (fifo_.empty() || !connected_) return never;
  const MonoTime since = std::max(last_received_, fifo_.front().sent_at);
  return saturating_add(since, 2 * options_.command_timeout);
}

MonoTime Pipeline::next_deadline() const {
  MonoTime next = stall_at();
  for (const Slot& slot : fifo_) {
    if (slot.call != nullptr) next = std::min(next, slot.call->deadline_);
  }
  for (const Call& call : queue_) next = std::min(next, call.deadline_);
  return next;
}

void Pipeline::lost(Errc code, const std::string& detail) {
  connected_ = false;
  while (!fifo_.empty()) {
    if (Call* call = fifo_.front().call; call != nullptr) {
      finish(*call, fail(indefinite(code, detail)));
    }
    fifo_.pop_front();
    ++first_position_;
  }
}

void Pipeline::fail_queued(const Error& error) {
  ASSERT(!error.indefinite());
  while (!queue_.empty()) {
    Call& call = queue_.front();
    release(call);
    finish(call, fail(error));
  }
}

void Pipeline::close() {
  closed_ = true;
  lost(Errc::closed, "the client was shut down");
  fail_queued(definite(Errc::closed, "the client was shut down"));
}

Call* Pipeline::next_finished() {
  if (finished_.empty()) return nullptr;
  Call& call = finished_.front();
  finished_.pop_front();
  return &call;
}

void Pipeline::release(Call& call) {
  if (call.state_ == Call::State::queued) {
    queue_.erase(queue_.iterator_to(call));
    --queued_;
  } else if (call.state_ == Call::State::in_flight) {
    Slot& slot = fifo_.at(call.position_ - first_position_);
    ASSERT(slot.call == &call);
    slot.call = nullptr;
  }
}

void Pipeline::finish(Call& call, Result<resp::Reply> result) {
  call.result_ = std::move(result);
  call.state_ = Call::State::finished;
  call.pipeline_ = nullptr;
  finished_.push_back(call);
}

}  // namespace lockstep::redis
