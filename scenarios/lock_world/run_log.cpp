#include "scenarios/lock_world/run_log.hpp"

namespace lockstep::scenarios {

checkers::LeaseId RunLog::lease(lock::LeaseToken token) {
  const auto [found, added] = leases_.try_emplace(token, checkers::LeaseId{leases_.size() + 1});
  if (added) tokens_.push_back(token);
  return found->second;
}

Call::Call(ClientLog& log, checkers::Invocation what) : log_(log), f_(what.f) {
  if (log.idle_.empty()) log.idle_.push_back(log.run_.recorder_.thread());
  thread_ = log.idle_.back();
  log.idle_.pop_back();
  what.time = log.run_.now();
  what.node = log.node_;
  index_ = log.run_.recorder_.invoke(thread_, what);
  if (log.run_.look_) log.run_.look_();
}

Call::~Call() {
  if (open_) log_.run_.recorder_.abandon(thread_);
}

void Call::complete(Complete how, checkers::Answer answer, Ending ending) {
  open_ = false;
  if (log_.coverage_ != nullptr) log_.coverage_->answered(f_, ending);
  answer.time = log_.run_.now();
  (log_.run_.recorder_.*how)(index_, answer);
  log_.idle_.push_back(thread_);
  ++log_.run_.completed_;
  if (log_.run_.look_) log_.run_.look_();
}

void Call::ok(checkers::Answer answer) { complete(&checkers::Recorder::ok, answer, Ending::ok); }

void Call::fail(checkers::Answer answer) {
  complete(&checkers::Recorder::fail, answer, Ending::fail);
}

void Call::error(const Error& error) {
  checkers::Answer answer;
  answer.error = log_.run_.name(name_of(error.code));
  if (error.indefinite()) return complete(&checkers::Recorder::info, answer, Ending::info);
  complete(&checkers::Recorder::fail, answer, Ending::fail);
}

}  // namespace lockstep::scenarios
