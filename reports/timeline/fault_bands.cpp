#include "reports/timeline/fault_bands.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "checkers/text.hpp"
#include "checkers/witness_text.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
namespace name = checkers::name;

constexpr std::string_view end_suffix = "-end";

/// Whatever ends a process is recorded as a crash.
bool is_kind(const PlannedFault& fault, std::string_view recorded) {
  if (fault.kind == recorded) return true;
  return recorded == "crash" && fault.kind.starts_with("redis-restart");
}

class Bands {
 public:
  explicit Bands(const RunRecord& run) : run_(run) {}

  void add(std::uint32_t index) {
    const Event& event = run_.history.events[index];
    const std::string_view f = run_.history.text(event.f);
    if (event.f == name::final_mark) return;
    if (event.f == name::heal) return heal(event.time_ns);
    if (event.f == name::restart) return end("crash", event);
    if (f.ends_with(end_suffix)) return end(f.substr(0, f.size() - end_suffix.size()), event);
    begin(f, index);
  }

  std::vector<FaultBand> done(std::int64_t end_ns) && {
    heal(end_ns);
    return std::move(bands_);
  }

 private:
  using Place = std::pair<std::string, std::string>;  // kind, node

  [[nodiscard]] bool lasts(std::string_view kind) const {
    return kind == "crash" || std::ranges::find(run_.lasting, kind) != run_.lasting.end();
  }

  [[nodiscard]] std::string words_of(std::string_view kind, std::uint32_t index) const {
    const std::int64_t time_ns = run_.history.events[index].time_ns;
    const auto planned = std::ranges::find_if(run_.plan, [&](const PlannedFault& fault) {
      return fault.at_ns == time_ns && is_kind(fault, kind);
    });
    if (planned != run_.plan.end()) return planned->words;
    return checkers::row_of(index, run_.history).did;
  }

  void begin(std::string_view kind, std::uint32_t index) {
    const Event& event = run_.history.events[index];
    const std::string node(run_.history.text(event.node));
    if (lasts(kind)) open_[{std::string(kind), node}].push_back(bands_.size());
    bands_.push_back(
        {std::string(kind), node, event.time_ns, event.time_ns, words_of(kind, index), index});
  }

  void end(std::string_view kind, const Event& event) {
    const auto open = open_.find({std::string(kind), std::string(run_.history.text(event.node))});
    if (open == open_.end() || open->second.empty()) return;
    bands_[open->second.front()].to_ns = event.time_ns;
    open->second.pop_front();
  }

  void heal(std::int64_t time_ns) {
    for (auto& [place, bands] : open_) {
      for (const std::size_t band : bands) bands_[band].to_ns = time_ns;
    }
    open_.clear();
  }

  const RunRecord& run_;
  std::vector<FaultBand> bands_;
  std::map<Place, std::deque<std::size_t>> open_;
};

}  // namespace

std::vector<FaultBand> fault_bands(const RunRecord& run) {
  Bands bands(run);
  for (std::uint32_t i = 0; i < run.history.events.size(); ++i) {
    if (run.history.events[i].process == checkers::nemesis) bands.add(i);
  }
  return std::move(bands).done(end_of(run.history));
}

}  // namespace lockstep::reports
