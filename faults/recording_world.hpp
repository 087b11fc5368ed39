// A world for tests of the nemesis: it keeps time, knows who is there, writes down every verb, and
// does nothing else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/base/duration.hpp"
#include "impl/base/result.hpp"
#include "sim/verbs.hpp"

namespace lockstep::faults {

class RecordingWorld final : public sim::Verbs {
 public:
  /// Ids are dense in order of creation: "client/0" is node 0.
  void add(std::string role, std::uint32_t nodes) {
    for (std::uint32_t i = 0; i < nodes; ++i) names_.push_back(role + "/" + std::to_string(i));
  }
  void run() {
    while (!queue_.empty()) {
      auto first = queue_.extract(queue_.begin());
      now_ = first.key().first;
      first.mapped()();
    }
  }
  /// Disk and service verbs of this name answer with an error.
  void refuse_verb(std::string verb) { refused_.insert(std::move(verb)); }
  /// "1s pause client/2 for 0", in order.
  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  [[nodiscard]] std::vector<std::string> calls_of(std::string_view verb) const {
    std::vector<std::string> found;
    std::ranges::copy_if(calls_, std::back_inserter(found), [verb](const std::string& call) {
      return call.find(" " + std::string(verb) + " ") != std::string::npos;
    });
    return found;
  }
  void set_effective(FaultId fault) { effective_.insert(fault); }

  [[nodiscard]] std::vector<NodeId> matching(std::string_view selector) const override {
    std::vector<NodeId> found;
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
      const std::string_view role = std::string_view(names_[i]).substr(0, names_[i].find('/'));
      const auto label = std::pair(NodeId{i}, std::string(selector));
      if (selector == "any" || selector == names_[i] || selector == role ||
          labels_.contains(label)) {
        found.push_back(NodeId{i});
      }
    }
    return found;
  }
  [[nodiscard]] std::string name_of(NodeId node) const override { return names_.at(node.value); }
  void label(NodeId node, std::string_view name, bool present) override {
    if (present) {
      labels_.emplace(node, name);
    } else {
      labels_.erase({node, std::string(name)});
    }
  }
  [[nodiscard]] Nanos true_now() const override { return now_; }
  void at(Nanos when, std::function<void()> act) override {
    queue_.emplace(std::pair(when, next_++), std::move(act));
  }

  void crash(FaultId f, NodeId n) override { note("crash", f, name_of(n)); }
  void restart(FaultId f, NodeId n) override { note("restart", f, name_of(n)); }
  void pause(FaultId f, NodeId n) override { note("pause", f, name_of(n)); }
  void resume(FaultId f, NodeId n) override { note("resume", f, name_of(n)); }
  void cut(FaultId f, sim::Direction d) override { note("cut", f, text(d)); }
  void heal(FaultId f, sim::Direction d) override { note("heal", f, text(d)); }
  void reset(FaultId f, NodeId a, NodeId b) override { note("reset", f, text({a, b})); }
  void clog(FaultId f, sim::Direction d) override { note("clog", f, text(d)); }
  void unclog(FaultId f, sim::Direction d) override { note("unclog", f, text(d)); }
  void slow(FaultId f, sim::Direction d, Nanos extra) override {
    note("slow", f, text(d) + " " + to_text(extra));
  }
  void refuse(FaultId f, NodeId n, bool on) override { note("refuse", f, text(n, on)); }
  void bad_certificate(FaultId f, NodeId n, bool bad) override {
    note("bad-certificate", f, text(n, bad));
  }
  void step_wall(FaultId f, NodeId n, Nanos delta) override {
    note("step", f, name_of(n) + " " + to_text(delta));
  }
  void drift(FaultId f, NodeId n, sim::PartsPerMillion rate) override {
    note("drift", f, name_of(n) + " " + std::to_string(rate.value));
  }
  void slew_wall(FaultId f, NodeId n) override { note("slew", f, name_of(n)); }
  Result<void> disk(FaultId f, NodeId n, std::string_view verb, std::int64_t amount) override {
    return answer("disk", f, n, verb, std::to_string(amount));
  }
  Result<void> service(FaultId f, NodeId n, std::string_view verb, std::string_view arg) override {
    return answer("service", f, n, verb, arg);
  }
  [[nodiscard]] sim::FaultCount count(FaultId fault) const override {
    return {0, effective_.contains(fault) ? 1U : 0U};
  }
  void heal_all() override { calls_.push_back(to_text(now_) + " heal-all "); }

 private:
  [[nodiscard]] std::string text(sim::Direction d) const {
    return name_of(d.from) + "->" + name_of(d.to);
  }
  [[nodiscard]] std::string text(NodeId n, bool on) const {
    return name_of(n) + (on ? " on" : " off");
  }
  void note(std::string_view verb, FaultId fault, const std::string& what) {
    calls_.push_back(to_text(now_) + " " + std::string(verb) + " " + what + " for " +
                     std::to_string(fault.value));
  }
  Result<void> answer(std::string_view kind, FaultId fault, NodeId node, std::string_view verb,
                      std::string_view argument) {
    note(kind, fault, name_of(node) + " " + std::string(verb) + " [" + std::string(argument) + "]");
    if (refused_.contains(verb)) return fail(definite(Errc::invalid_argument, "no such verb"));
    return {};
  }

  std::vector<std::string> names_;
  std::set<std::pair<NodeId, std::string>> labels_;
  std::set<std::string, std::less<>> refused_;
  std::set<FaultId> effective_;
  std::map<std::pair<Nanos, std::uint64_t>, std::function<void()>> queue_;
  std::uint64_t next_ = 0;
  Nanos now_{};
  std::vector<std::string> calls_;
};

}  // namespace lockstep::faults
