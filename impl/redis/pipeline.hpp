// Pipeline: which command waits, which is on the wire, and whose reply comes next. A plain state
// machine over Calls: it knows neither streams nor clocks; time comes in as arguments.
//
// A call goes fresh -> queued -> in flight -> finished; NOSCRIPT takes it back to queued once.
// Whoever drives it takes finished calls with next_finished() after every step and wakes them.
#pragma once

#include <boost/intrusive/list.hpp>
#include <deque>
#include <string>
#include <vector>

#include "impl/redis/call.hpp"
#include "impl/redis/options.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::redis {

class Pipeline {
 public:
  explicit Pipeline(const Options& options);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  /// Calls that have not ended are let go, without a result.
  ~Pipeline();

  [[nodiscard]] ScriptId add_script(std::string_view name, std::string_view text);
  [[nodiscard]] std::string_view name_of(ScriptId script) const;

  /// Queues `call`, or finishes it at once: `closed`, `limit`.
  void submit(Call& call, MonoTime now);

  /// Something waits to be written.
  [[nodiscard]] bool wanted() const { return !queue_.empty(); }
  /// Something waits that may be written now.
  [[nodiscard]] bool writable() const {
    return connected_ && !retiring_ && !queue_.empty() && fifo_.size() < options_.in_flight_max;
  }
  [[nodiscard]] std::size_t in_flight() const { return fifo_.size(); }

  /// A new connection, of which nothing is known; nothing is in flight.
  void connected(MonoTime now);
  /// Appends what may be written, as far as one batch goes; from here on it counts as sent. Calls
  /// whose deadline passed meanwhile end instead, definite.
  void encode(resp::RespWriter& out, MonoTime now);
  /// Bytes arrived, whatever they hold.
  void received(MonoTime now) { last_received_ = now; }

  enum class Match : std::uint8_t {
    answered,        ///< its call has ended
    late,            ///< its call had gone; dropped
    script_missing,  ///< NOSCRIPT: the call is queued again, with the script's text
    internal,        ///< the answer to a SCRIPT LOAD
    unexpected,      ///< nothing was asked: the connection is of no more use
  };
  struct Matched {
    Match what{};
    ScriptId script{};  ///< of script_missing
  };
  [[nodiscard]] Matched on_reply(resp::Reply reply);

  /// READONLY was seen: nothing more is written, and the connection may go once it is drained.
  [[nodiscard]] bool retiring() const { return retiring_; }
  [[nodiscard]] bool drained() const { return retiring_ && fifo_.empty(); }
  /// The connection was given up from this side: nothing more is written, lost() follows.
  void hang_up() { connected_ = false; }

  /// Ends calls whose deadline passed. `absence` is what to say of one that was never sent.
  void expire(MonoTime now, const Error& absence);
  /// A reply is owed and nothing has arrived for two command timeouts. False after hang_up().
  [[nodiscard]] bool stalled(MonoTime now) const { return now >= stall_at(); }
  /// When expire() or stalled() will next have something to say; `never` if nothing waits. O(n).
  [[nodiscard]] MonoTime next_deadline() const;

  /// The connection is gone: everything in flight ends, indefinite.
  void lost(Errc code, const std::string& detail);
  /// Everything queued ends with `error`, which must be definite.
  void fail_queued(const Error& error);
  /// Ends everything with `closed`, and every later call.
  void close();

  /// Takes one ended call off the list; nullptr when there is none.
  [[nodiscard]] Call* next_finished();

 private:
  friend class Call;
  using List =
      boost::intrusive::list<Call, boost::intrusive::member_hook<Call, Call::Hook, &Call::hook_>,
                             boost::intrusive::constant_time_size<false>>;
  struct Slot {
    Call* call;  // nullptr: it went away, or this is a SCRIPT LOAD
    MonoTime sent_at;
    ScriptId script;
    bool is_load;
  };
  struct Script {
    std::string name;
    std::string text;
    std::string sha;                // as the server said; empty until it did
    bool loaded = false;            // on this connection, as far as we know
    std::uint64_t loaded_from = 0;  // position of the last SCRIPT LOAD
  };
  static constexpr std::size_t scripts_max = 256;  // they come from code, not from data

  void enqueue(Call& call);
  void release(Call& call);
  void finish(Call& call, Result<resp::Reply> result);
  void write_call(Call& call, resp::RespWriter& out, MonoTime now);
  void write_load(Script& script, ScriptId id, resp::RespWriter& out, MonoTime now);
  void on_load_reply(const Slot& slot, const resp::Reply& reply);
  void note_error(const Slot& slot, std::uint64_t position, const resp::Reply& reply);
  [[nodiscard]] std::uint64_t next_position() const { return first_position_ + fifo_.size(); }
  [[nodiscard]] MonoTime stall_at() const;

  const Options options_;
  std::vector<Script> scripts_;
  List queue_;
  std::size_t queued_ = 0;
  std::deque<Slot> fifo_;
  std::uint64_t first_position_ = 1;  // of fifo_.front(); positions never repeat
  MonoTime last_received_{};
  bool connected_ = false;
  bool retiring_ = false;
  bool closed_ = false;
  List finished_;
};

}  // namespace lockstep::redis
