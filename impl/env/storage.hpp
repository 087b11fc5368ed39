// A node's storage: where its files live, RocksDB's view of them, and a place to run blocking
// calls.
#pragma once

#include <functional>
#include <string>

#include "impl/env/wait.hpp"

namespace rocksdb {
class Env;
struct Options;
}  // namespace rocksdb

namespace lockstep::env {

class Storage {
 public:
  virtual ~Storage() = default;

  /// The directory that belongs to this node. It survives the node's crash and restart.
  [[nodiscard]] virtual std::string root() const = 0;

  /// What RocksDB reaches this node's files and clock by; lives as long as the storage. nullptr:
  /// this node has none.
  [[nodiscard]] virtual rocksdb::Env* env() = 0;
  /// Changes what this world needs changed of a database's options, `env` included; never how it
  /// syncs, recovers or encodes. Live: nothing.
  virtual void adapt(rocksdb::Options& options) = 0;

  /// Runs `fn`, which may block, away from the coroutines: first in first out, one at a time, never
  /// cancelled once begun. Live on a storage thread; in a world from the loop, after a modelled
  /// latency in which a crash may fall.
  /// @return `ok` when `fn` has run; `no_reply` at `deadline` and `cancelled`: `fn` has run, runs,
  /// or
  ///         will run (indefinite), so it must own all that it touches.
  [[nodiscard]] virtual Task<Outcome> offload(std::function<void()> fn, MonoTime deadline) = 0;
};

}  // namespace lockstep::env
