// Call: one command from the moment it is submitted until its reply, its failure, or until its
// caller goes away. It lives in the caller's coroutine frame, so that a command costs no
// allocation of its own.
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "impl/base/ids.hpp"
#include "impl/base/result.hpp"
#include "impl/base/time.hpp"
#include "impl/env/wait.hpp"
#include "impl/resp/reply.hpp"

namespace lockstep::redis {

/// A script that a Client was given; valid for that client only.
using ScriptId = StrongId<struct ScriptTag, std::uint32_t>;

class Pipeline;

/// How to use it:
///
///     const std::array<std::string_view, 2> words{"GET", key};
///     redis::Call call(words);
///     co_await client.run(call);
///     Result<resp::Reply> reply = call.take();
///
/// Neither copied nor moved; its words stay valid until it is destroyed. Destruction before the
/// end abandons the command: never sent if it was not yet, else its reply is dropped on arrival.
class Call {
 public:
  /// A plain command: name and arguments. At least one word.
  explicit Call(std::span<const std::string_view> words, MonoTime deadline = never);

  /// A script: its keys, then its arguments. Sent as EVALSHA, or as EVAL where the server does not
  /// know it. Requires key_count <= words.size().
  Call(ScriptId script, std::size_t key_count, std::span<const std::string_view> words,
       MonoTime deadline = never);

  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  /// The reply, which is never an error reply: those are Errors here (see errors.hpp for which are
  /// definite). Call once, after run() ended.
  /// Errors, definite unless the command had been written: `no_reply`, `refused`, `unreachable`,
  /// `bad_certificate`, `denied`, `connection_lost`, `protocol`, `closed`, `cancelled`, `limit`,
  /// `read_only`, `server_error`.
  [[nodiscard]] Result<resp::Reply> take();

  /// When the first byte of the attempt that was answered was about to be handed to the stream, on
  /// this node's monotonic clock. Only where it was written.
  [[nodiscard]] MonoTime sent_at() const { return sent_at_; }

 private:
  friend class Pipeline;
  friend class Client;
  using Hook = boost::intrusive::list_member_hook<
      boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  enum class State : std::uint8_t { fresh, queued, in_flight, finished };
  static constexpr std::uint32_t no_script = 0xffffffff;

  [[nodiscard]] bool is_script() const { return script_.value != no_script; }
  void abandon();

  std::span<const std::string_view> words_;
  std::size_t key_count_ = 0;
  ScriptId script_{no_script};
  State state_ = State::fresh;
  bool send_source_ = false;  // the server answered NOSCRIPT: send the text
  MonoTime deadline_;
  MonoTime sent_at_{};
  std::uint64_t position_ = 0;        // in the pipeline, while in flight
  Pipeline* pipeline_ = nullptr;      // while queued or in flight
  env::PendingOp* waiter_ = nullptr;  // the suspended caller
  Hook hook_;                         // the pipeline's queue, or its list of finished calls
  Result<resp::Reply> result_;
};

}  // namespace lockstep::redis
