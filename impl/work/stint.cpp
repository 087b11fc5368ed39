#include "impl/work/stint.hpp"

#include <utility>

namespace lockstep::work {

bool Stint::may_step() const {
  if (refused_ || !guard_.check()) return false;
  return env_.clock.now() < guard_.lease().deadline - terms_.grace;
}

void Stint::note(const Refused& refused) {
  ++counts_.refused;
  env::observe(env_, env::Signal::fence_refused, terms_.key, refused.seen.value);
  guard_.note_refused(refused.seen);
  refused_ = true;
}

std::optional<bool> Stint::judge(const Result<GuardedOutcome>& outcome) {
  if (!outcome) {
    ++counts_.errors;
    return std::nullopt;
  }
  const auto* refused = std::get_if<Refused>(&*outcome);
  if (refused == nullptr) return true;
  note(*refused);
  return false;
}

Task<void> Stint::pause(Nanos delay) {
  const MonoTime until = saturating_add(env_.clock.now(), delay);
  if (guard_.stop().requested()) {  // draining: the token fired already
    co_await env::sleep_until(env_.waits, until);
  } else {
    co_await guard_.stop().wait(until);
  }
}

Task<bool> Stint::raise() {
  while (wants_more()) {
    const auto outcome = co_await stores_.sink.raise(fence_);
    if (const std::optional<bool> end = judge(outcome); end) co_return *end;
    co_await pause(terms_.retry_delay);
  }
  co_return false;
}

Task<std::optional<std::string>> Stint::load(const Collection& collection) {
  while (wants_more()) {
    auto outcome = co_await stores_.progress.load(collection, fence_);
    if (!outcome) {
      ++counts_.errors;
      co_await pause(terms_.retry_delay);
    } else if (auto* position = std::get_if<Position>(&*outcome)) {
      co_return std::move(position->text);
    } else {
      note(std::get<Refused>(*outcome));
    }
  }
  co_return std::nullopt;
}

Task<bool> Stint::write(const Collection& collection, std::span<const Event> events) {
  while (may_step()) {
    const auto outcome = co_await stores_.sink.write(collection, events, fence_);
    const std::optional<bool> end = judge(outcome);
    if (end == true) counts_.written += events.size();
    if (end) co_return *end;
    co_await pause(terms_.retry_delay);
  }
  co_return false;
}

Task<bool> Stint::save(const Collection& collection, const std::string& position) {
  while (may_step()) {
    const auto outcome = co_await stores_.progress.save(collection, position, fence_);
    const std::optional<bool> end = judge(outcome);
    if (end == true) ++counts_.saved;
    if (end) co_return *end;
    co_await pause(terms_.retry_delay);
  }
  co_return false;
}

}  // namespace lockstep::work
