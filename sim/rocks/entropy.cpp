#include "sim/rocks/entropy.hpp"

#include <dlfcn.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/status.h>

#include <array>
#include <cstdarg>
#include <functional>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"
#include "sim/guard/in_world.hpp"

namespace lockstep::sim {
namespace {

struct State {
  unsigned worlds = 0;
  Seed seed{};
  std::uint64_t draws = 0;
  std::array<std::uint64_t, 3> drawn{};  ///< by source
  std::uint32_t skip_list = 1;           ///< what rocksdb::Random is: one word, never 0
};
// lint-allow(thread-local): RocksDB asks per thread; RocksEntropy resets it per world
thread_local State state;

/// Who draws. Each has numbers of its own: the library's first use of the one, in a whole process,
/// draws from the other.
enum class Source : std::uint64_t { seed, raw_id, next_id };

std::uint64_t next(Source source) {
  const auto index = static_cast<std::size_t>(source);
  const std::uint64_t number = state.drawn[index]++;
  ++state.draws;
  return draw(state.seed, DrawStream::disk, ~2ULL, number, static_cast<std::uint64_t>(source));
}

template <class Function>
Function of_library(const char* symbol) {
  void* const found = dlsym(RTLD_NEXT, symbol);
  ASSERT(found != nullptr);
  return reinterpret_cast<Function>(found);
}

}  // namespace

RocksEntropy::RocksEntropy(Seed seed) {
  if (state.worlds++ > 0) return;
  state = State{.worlds = 1, .seed = seed};
  state.skip_list = static_cast<std::uint32_t>(next(Source::seed) % 0x7ffffffeU) + 1;
}

RocksEntropy::~RocksEntropy() { --state.worlds; }

std::uint64_t RocksEntropy::draws() { return state.draws; }
bool RocksEntropy::in_world() { return state.worlds > 0; }

}  // namespace lockstep::sim

// In the place of the library's own. Signatures of RocksDB 7.8: util/random.h, env/unique_id_gen.h.
namespace rocksdb {

class Random {
 public:
  static Random* GetTLSInstance();
};

Random* Random::GetTLSInstance() {
  using lockstep::sim::state;
  if (state.worlds > 0) {
    ++state.draws;
    return reinterpret_cast<Random*>(&state.skip_list);
  }
  using Get = Random* (*)();
  static const Get get = lockstep::sim::of_library<Get>("_ZN7rocksdb6Random14GetTLSInstanceEv");
  return get();
}

void GenerateRawUniqueId(std::uint64_t* a, std::uint64_t* b, bool exclude_port_uuid);
void GenerateRawUniqueId(std::uint64_t* a, std::uint64_t* b, bool exclude_port_uuid) {
  if (lockstep::sim::state.worlds > 0) {
    *a = lockstep::sim::next(lockstep::sim::Source::raw_id);
    *b = lockstep::sim::next(lockstep::sim::Source::raw_id);
    return;
  }
  using Generate = void (*)(std::uint64_t*, std::uint64_t*, bool);
  static const Generate generate =
      lockstep::sim::of_library<Generate>("_ZN7rocksdb19GenerateRawUniqueIdEPmS0_b");
  generate(a, b, exclude_port_uuid);
}

class SemiStructuredUniqueIdGen {
 public:
  void Reset();
  void GenerateNext(std::uint64_t* upper, std::uint64_t* lower);
};

void SemiStructuredUniqueIdGen::Reset() {
  using Method = void (*)(SemiStructuredUniqueIdGen*);
  static const Method method =
      lockstep::sim::of_library<Method>("_ZN7rocksdb25SemiStructuredUniqueIdGen5ResetEv");
  const lockstep::sim::OutOfWorld made(
      "once in a process the library notes its number, by which its own GenerateNext() knows "
      "forks");
  method(this);
}

void SemiStructuredUniqueIdGen::GenerateNext(std::uint64_t* upper, std::uint64_t* lower) {
  if (lockstep::sim::state.worlds > 0) {
    *upper = lockstep::sim::next(lockstep::sim::Source::next_id);
    *lower = lockstep::sim::next(lockstep::sim::Source::next_id);
    return;
  }
  using Generate = void (*)(SemiStructuredUniqueIdGen*, std::uint64_t*, std::uint64_t*);
  static const Generate generate = lockstep::sim::of_library<Generate>(
      "_ZN7rocksdb25SemiStructuredUniqueIdGen12GenerateNextEPmS1_");
  generate(this, upper, lower);
}

// What else the library would ask of the operating system in a world.
// util/periodic_task_scheduler.h, logging/log_buffer.h, logging/event_logger.h, db/event_helpers.h,
// rocksdb/rate_limiter.h.

enum class PeriodicTaskType : std::uint8_t;

class PeriodicTaskScheduler {
 public:
  Status Register(PeriodicTaskType type, const std::function<void()>& task);
  Status Register(PeriodicTaskType type, const std::function<void()>& task, std::uint64_t seconds);
};

/// Every database registers a flush of its log, and the first one starts a thread for that. A world
/// has neither a log nor another thread.
Status PeriodicTaskScheduler::Register(PeriodicTaskType type, const std::function<void()>& task) {
  if (lockstep::sim::state.worlds > 0) return {};
  using Method = Status (*)(PeriodicTaskScheduler*, PeriodicTaskType, const std::function<void()>&);
  static const Method method = lockstep::sim::of_library<Method>(
      "_ZN7rocksdb21PeriodicTaskScheduler8RegisterENS_16PeriodicTaskTypeERKSt8functionIFvvEE");
  return method(this, type, task);
}

Status PeriodicTaskScheduler::Register(PeriodicTaskType type, const std::function<void()>& task,
                                       std::uint64_t seconds) {
  if (lockstep::sim::state.worlds > 0) return {};
  using Method = Status (*)(PeriodicTaskScheduler*, PeriodicTaskType, const std::function<void()>&,
                            std::uint64_t);
  static const Method method = lockstep::sim::of_library<Method>(
      "_ZN7rocksdb21PeriodicTaskScheduler8RegisterENS_16PeriodicTaskTypeERKSt8functionIFvvEEm");
  return method(this, type, task, seconds);
}

class LogBuffer {
 public:
  void AddLogToBuffer(std::size_t size_max, const char* format, va_list arguments);
};

/// Stamps each line with the time of day. Nobody reads the lines: a world's logger is null.
void LogBuffer::AddLogToBuffer(std::size_t size_max, const char* format, va_list arguments) {
  if (lockstep::sim::state.worlds > 0) return;
  using Method = void (*)(LogBuffer*, std::size_t, const char*, va_list);
  static const Method method = lockstep::sim::of_library<Method>(
      "_ZN7rocksdb9LogBuffer14AddLogToBufferEmPKcP13__va_list_tag");
  method(this, size_max, format, arguments);
}

class JSONWriter;

class EventHelpers {
 public:
  static void AppendCurrentTime(JSONWriter* line);
};

/// The same for lines in JSON.
void EventHelpers::AppendCurrentTime(JSONWriter* line) {
  if (lockstep::sim::state.worlds > 0) return;
  using Append = void (*)(JSONWriter*);
  static const Append append = lockstep::sim::of_library<Append>(
      "_ZN7rocksdb12EventHelpers17AppendCurrentTimeEPNS_10JSONWriterE");
  append(line);
}

class EventLoggerStream {
 public:
  void MakeStream();
};

void EventLoggerStream::MakeStream() {
  using Method = void (*)(EventLoggerStream*);
  static const Method method =
      lockstep::sim::of_library<Method>("_ZN7rocksdb17EventLoggerStream10MakeStreamEv");
  const lockstep::sim::OutOfWorld stamp("the time in a line of a log that is null in a world");
  method(this);
}

RateLimiter* NewGenericRateLimiter(std::int64_t bytes_per_second, std::int64_t refill_us,
                                   std::int32_t fairness, RateLimiter::Mode mode, bool tuned) {
  using Make = RateLimiter* (*)(std::int64_t, std::int64_t, std::int32_t, RateLimiter::Mode, bool);
  static const Make make = lockstep::sim::of_library<Make>(
      "_ZN7rocksdb21NewGenericRateLimiterElliNS_11RateLimiter4ModeEb");
  const lockstep::sim::OutOfWorld born(
      "each database has a limiter of low-priority writes, which reads the clock when it is made; "
      "no write of a world has low priority");
  return make(bytes_per_second, refill_us, fairness, mode, tuned);
}

}  // namespace rocksdb
