#include "scenarios/lock_world/implementation.hpp"

#include "impl/lock/redis_lock.hpp"
#include "scenarios/zoo/zoo.hpp"

namespace lockstep::scenarios {

namespace {

std::unique_ptr<lock::DistributedLockBackend> make_reference(env::Env& env, redis::Client& client) {
  return std::make_unique<lock::RedisLock>(env, client);
}

constexpr Implementation reference{"reference", "the lock of impl/lock over one Redis",
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
