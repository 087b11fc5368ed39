#include "scenarios/lock_world/implementation.hpp"

#include "impl/lock/redis_lock.hpp"
#include "impl/lock/redlock.hpp"
#include "scenarios/zoo/zoo.hpp"

namespace lockstep::scenarios {

namespace {

std::unique_ptr<lock::DistributedLockBackend> make_reference(
    env::Env& env, std::span<redis::Client* const> clients) {
  if (clients.size() == 1) return std::make_unique<lock::RedisLock>(env, *clients.front());
  return std::make_unique<lock::Redlock>(env, clients);
}

constexpr Implementation reference{"reference", "the lock of impl/lock: one Redis, or Redlock",
                                   &make_reference};

}  // namespace

const Implementation* find_implementation(std::string_view name) {
  if (name == reference.name) return &reference;
  for (const Implementation& member : zoo_implementations()) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

}  // namespace lockstep::scenarios
