#include "impl/redis/client.hpp"

#include <optional>
#include <span>

#include "impl/env/task_group.hpp"
#include "impl/redis/connection_machine.hpp"
#include "impl/redis/greeting.hpp"
#include "impl/redis/pipeline.hpp"
#include "impl/resp/reader.hpp"
#include "impl/resp/writer.hpp"

namespace lockstep::redis {

using env::Outcome;
using env::Signal;
using env::Task;
using Input = ConnectionMachine::Input;
using Action = ConnectionMachine::Action;

// Three tasks share one Core: connect_loop owns the connection and reads from it, write_loop writes
// what is queued, sweep_loop is the one timer. All decisions are the machine's and the pipeline's;
// each task looks at them again after every wait.
class Client::Core {
 public:
  Core(env::Env& env, Options options)
      : env_(env),
        options_(std::move(options)),
        address_(address_of(options_)),
        pipeline_(options_),
        machine_({options_.backoff_min, options_.backoff_max}),
        reader_(options_.reply_limits),
        read_buffer_(read_bytes),
        demand_(env.waits),
        work_(env.waits),
        deadlines_(env.waits),
        tasks_(env) {}

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Pipeline& pipeline() { return pipeline_; }
  [[nodiscard]] env::Waits& waits() { return env_.waits; }

  void start(Call& call, env::PendingOp& op);
  Task<void> shutdown();

 private:
  // Many replies in one read, yet small enough to stay in the cache.
  static constexpr std::size_t read_bytes = std::size_t{16} << 10U;

  [[nodiscard]] MonoTime now() const { return env_.clock.now(); }
  void spawn_tasks();
  void wake_finished();
  void observe(Signal signal, std::uint64_t number = 0, Errc error = Errc::ok);

  Task<void> connect_loop();
  Task<Error> attempt();
  Task<Result<void>> greet(MonoTime deadline);
  Task<Result<resp::Reply>> read_greeting(MonoTime deadline);
  Task<Error> serve();
  [[nodiscard]] Action step(Input::Kind kind);
  [[nodiscard]] Result<void> take_replies();
  void on_matched(Pipeline::Matched matched);
  void on_failed(Error why);
  void on_lost(const Error& why);

  Task<void> write_loop();
  Task<void> sweep_loop();
  void sweep();
  void hang_up();
  [[nodiscard]] Error absence() const;

  env::Env& env_;
  const Options options_;
  const std::string address_;
  Pipeline pipeline_;
  ConnectionMachine machine_;
  resp::RespReader reader_;
  resp::RespWriter writer_;  // one batch, unchanged while it is being written
  std::vector<std::byte> read_buffer_;
  std::unique_ptr<env::Stream> stream_;
  std::uint64_t connections_ = 0;  // so far; tells a late writer that its stream is gone
  Error last_failure_;             // of the last attempt; ok while connected
  MonoTime sweep_at_ = never;
  bool started_ = false;
  bool stopping_ = false;
  env::Event demand_;     // wakes connect_loop: a command was queued while there is no connection
  env::Event work_;       // wakes write_loop
  env::Event deadlines_;  // wakes sweep_loop: something is due before sweep_at_
  env::TaskGroup tasks_;
};

// ---- callers ------------------------------------------------------------------------------------

void Client::Core::start(Call& call, env::PendingOp& op) {
  call.waiter_ = &op;
  env_.waits.suspend(op, never, Errc::no_reply);  // the sweep keeps its deadline
  pipeline_.submit(call, now());
  wake_finished();
  if (!pipeline_.wanted()) return;
  if (!started_) spawn_tasks();
  if (stream_ == nullptr) demand_.notify_one();
  if (pipeline_.writable()) work_.notify_one();
  if (call.deadline_ < sweep_at_) deadlines_.notify_one();
}

void Client::Core::spawn_tasks() {
  started_ = true;
  tasks_.spawn(connect_loop());
  tasks_.spawn(write_loop());
  tasks_.spawn(sweep_loop());
}

void Client::Core::wake_finished() {
  while (Call* call = pipeline_.next_finished()) env_.waits.wake(*call->waiter_, Outcome{});
}

void Client::Core::observe(Signal signal, std::uint64_t number, Errc error) {
  const env::Observation observation{signal, address_, number, error};
  env_.observer.on(observation);
}

Task<void> Client::Core::shutdown() {
  stopping_ = true;
  pipeline_.close();
  wake_finished();
  if (stream_ != nullptr) stream_->close();
  tasks_.stop();
  co_await tasks_.join();
  stream_.reset();
}

// ---- the connection -----------------------------------------------------------------------------

Action Client::Core::step(Input::Kind kind) {
  Input input{kind, pipeline_.wanted(), 0};
  if (kind != Input::Kind::look) input.jitter_bits = env_.random.next();
  return machine_.step(now(), input);
}

Task<void> Client::Core::connect_loop() {
  Action action = step(Input::Kind::look);
  while (true) {
    if (action.kind == Action::Kind::wait) {
      co_await demand_.wait(action.until);
      action = step(Input::Kind::look);
      continue;
    }
    const Error failure = co_await attempt();
    if (failure.code != Errc::ok) {
      on_failed(failure);
      action = step(Input::Kind::failed);
      continue;
    }
    action = step(Input::Kind::connected);
    ASSERT(action.kind == Action::Kind::serve);
    const Error why = co_await serve();
    on_lost(why);
    action = step(why.code == Errc::read_only ? Input::Kind::turned_away : Input::Kind::lost);
  }
}

/// Connects and greets; `ok` when the connection is ready, else no stream is left.
Task<Error> Client::Core::attempt() {
  const MonoTime deadline = saturating_add(now(), options_.connect_timeout);
  auto connected = co_await env_.network.connect(options_.endpoint, deadline);
  if (!connected) co_return connected.error();
  stream_ = std::move(*connected);
  ++connections_;
  Result<void> greeted = co_await greet(deadline);
  if (greeted) co_return Error();
  stream_.reset();
  co_return std::move(greeted.error());
}

Task<Result<void>> Client::Core::greet(MonoTime deadline) {
  reader_.reset();
  resp::RespWriter greeting;
  write_greetings(options_, greeting);
  if (greeting.empty()) co_return Result<void>();
  const auto bytes = std::as_bytes(std::span(greeting.bytes()));
  const Outcome written = co_await write_all(*stream_, bytes, deadline);
  if (!written) co_return fail(definite(written.code, "lost while greeting"));
  for (const Greeting step : greetings_of(options_)) {
    const Result<resp::Reply> reply = co_await read_greeting(deadline);
    if (!reply) co_return fail(reply.error());
    Result<void> checked = check_greeting(step, *reply);
    if (!checked) co_return checked;
  }
  co_return Result<void>();
}

Task<Result<resp::Reply>> Client::Core::read_greeting(MonoTime deadline) {
  while (true) {
    Result<std::optional<resp::Reply>> reply = reader_.next();
    if (!reply) co_return fail(reply.error());
    if (*reply) co_return std::move(**reply);
    const Outcome got = co_await read_some(*stream_, read_buffer_, deadline);
    if (!got) co_return fail(definite(got.code, "lost while greeting"));
    reader_.feed(std::span<const std::byte>(read_buffer_).first(got.n));
  }
}

void Client::Core::on_failed(Error why) {
  if (stopping_) return;
  const Errc code = why.code == Errc::no_reply ? Errc::unreachable : why.code;
  last_failure_ = definite(code, address_ + ": " + why.detail);
  observe(Signal::connect_failed, machine_.failures() + 1, code);
  if (fails_waiters(code)) pipeline_.fail_queued(last_failure_);
  wake_finished();
}

/// Reads until the connection is of no more use; says why. Never `ok`.
Task<Error> Client::Core::serve() {
  last_failure_ = Error();
  pipeline_.connected(now());
  observe(Signal::connected);
  work_.notify_one();
  while (true) {
    const Outcome got = co_await read_some(*stream_, read_buffer_);
    if (!got) co_return definite(Errc::connection_lost, address_ + ": the connection ended");
    reader_.feed(std::span<const std::byte>(read_buffer_).first(got.n));
    Result<void> taken = take_replies();
    if (!taken) co_return std::move(taken.error());
    if (pipeline_.drained()) co_return definite(Errc::read_only, address_ + ": it is a replica");
    if (pipeline_.writable()) work_.notify_one();
  }
}

Result<void> Client::Core::take_replies() {
  pipeline_.received(now());
  while (true) {
    Result<std::optional<resp::Reply>> reply = reader_.next();
    if (!reply) return fail(reply.error());
    if (!*reply) break;
    const Pipeline::Matched matched = pipeline_.on_reply(std::move(**reply));
    if (matched.what == Pipeline::Match::unexpected) {
      return fail(definite(Errc::protocol, address_ + ": a reply that nothing asked for"));
    }
    if (matched.what != Pipeline::Match::answered) on_matched(matched);
  }
  if (!machine_.proved() && !pipeline_.retiring()) machine_.prove();
  wake_finished();
  return {};
}

void Client::Core::on_matched(Pipeline::Matched matched) {
  if (matched.what == Pipeline::Match::late) observe(Signal::late_reply_dropped);
  if (matched.what != Pipeline::Match::script_missing) return;
  const env::Observation observation{Signal::script_reloaded, pipeline_.name_of(matched.script)};
  env_.observer.on(observation);
}

void Client::Core::on_lost(const Error& why) {
  stream_.reset();
  if (stopping_) return;
  observe(Signal::connection_lost, pipeline_.in_flight(), why.code);
  pipeline_.lost(why.code, why.detail);
  wake_finished();
}

/// Nothing more is written; serve() sees the end and takes leave.
void Client::Core::hang_up() {
  pipeline_.hang_up();
  if (stream_ != nullptr) stream_->close();
}

// ---- writing, and the timer ---------------------------------------------------------------------

Task<void> Client::Core::write_loop() {
  while (true) {
    if (!pipeline_.writable()) {
      co_await work_.wait();
      continue;
    }
    pipeline_.encode(writer_, now());
    wake_finished();
    if (writer_.empty()) continue;
    const std::uint64_t mine = connections_;
    const auto bytes = std::as_bytes(std::span(writer_.bytes()));
    const Outcome written = co_await write_all(*stream_, bytes);
    writer_.clear();
    if (!written && mine == connections_) hang_up();
  }
}

Task<void> Client::Core::sweep_loop() {
  while (true) {
    sweep_at_ = pipeline_.next_deadline();
    co_await deadlines_.wait(sweep_at_);
    sweep();
  }
}

void Client::Core::sweep() {
  const MonoTime time = now();
  pipeline_.expire(time, absence());
  if (pipeline_.stalled(time)) hang_up();
  wake_finished();
}

/// What to say of a command whose deadline passed unsent.
Error Client::Core::absence() const {
  if (last_failure_.code != Errc::ok) return last_failure_;
  if (stream_ == nullptr) {
    return definite(Errc::unreachable, address_ + ": no connection by the deadline");
  }
  return definite(Errc::no_reply, address_ + ": not sent by the deadline");
}

// ---- the face -----------------------------------------------------------------------------------

Client::Client(env::Env& env, Options options) {
  ASSERT(validate(options));
  core_ = std::make_unique<Core>(env, std::move(options));
}

Client::~Client() = default;

ScriptId Client::add_script(std::string_view name, std::string_view text) {
  return core_->pipeline().add_script(name, text);
}

Task<Outcome> Client::run(Call& call) {
  return env::suspend_as(
      core_->waits(), [](env::PendingOp& op, Core* core, Call* c) { core->start(*c, op); },
      core_.get(), &call);
}

Task<Result<resp::Reply>> Client::command(std::vector<std::string> words, MonoTime deadline) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  Call call(views, deadline);
  co_await run(call);
  co_return call.take();
}

Task<void> Client::shutdown() { return core_->shutdown(); }

const Options& Client::options() const { return core_->options(); }

}  // namespace lockstep::redis
