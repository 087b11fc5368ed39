#include "sim/rocks/entropy.hpp"

#include <dlfcn.h>

#include <array>

#include "impl/base/assert.hpp"
#include "impl/base/draw.hpp"

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
  void GenerateNext(std::uint64_t* upper, std::uint64_t* lower);
};

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

}  // namespace rocksdb
