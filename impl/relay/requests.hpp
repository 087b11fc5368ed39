// Which requests left which entry, and which are being committed right now. Internal to
// rocks_outbox.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "impl/relay/rocks_log.hpp"
#include "impl/relay/rocks_outbox.hpp"

namespace lockstep::relay {

class RocksOutbox::Requests {
 public:
  /// @param max  Requests of so many of the last entries are remembered.
  Requests(env::Env& env, RocksLog& log, std::uint64_t max)
      : log_(log), max_(max), committing_(std::make_shared<Committing>(env.waits)) {}

 private:
  struct Committing {
    explicit Committing(env::Waits& waits) : left(waits) {}
    std::set<std::string> names;
    env::Event left;
  };

 public:
  /// Those of one commit; others with one of them wait until it goes.
  class Taken {
   public:
    Taken(std::shared_ptr<Committing> committing, std::set<std::string> names)
        : committing_(std::move(committing)), names_(std::move(names)) {
      committing_->names.insert(names_.begin(), names_.end());
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    ~Taken() {
      for (const std::string& one : names_) committing_->names.erase(one);
      committing_->left.notify_all();
    }

    /// nullopt: it left none so far.
    [[nodiscard]] std::optional<EntryId> entry_of(const std::string& request) const;
    void remember(const std::string& request, EntryId id, queue::Batch& batch);
    /// What is beyond the bound goes.
    void forget_old(queue::Batch& batch) const;

   private:
    friend class Requests;
    std::shared_ptr<Committing> committing_;
    std::set<std::string> names_;
    std::map<std::string, EntryId> known_;
    std::vector<queue::StoredData> old_;
  };

  /// Errors as RocksLog::read().
  [[nodiscard]] Task<Result<std::shared_ptr<Taken>>> take(std::set<std::string> names);
  /// What `taken` was to forget is gone.
  void forgotten(const Taken& taken);

 private:
  struct Read {
    std::map<std::string, EntryId> known;
    std::vector<queue::StoredData> old;
  };
  [[nodiscard]] bool is_free(const std::set<std::string>& names) const;

  RocksLog& log_;
  std::uint64_t max_;
  std::uint64_t old_from_ = 0;  ///< nothing older is remembered
  std::shared_ptr<Committing> committing_;
};

}  // namespace lockstep::relay
