#include "reports/checked.hpp"

#include <algorithm>
#include <map>

#include "impl/base/duration.hpp"
#include "reports/violations.hpp"

namespace lockstep::reports {
namespace {

std::vector<Found> found_by(const checkers::Judgement& judgement) {
  std::map<std::string, Found, std::less<>> all;
  for (const checkers::Report* report : {&judgement.black_box, &judgement.oracle}) {
    for (const auto& [id, count] : report->found) {
      Found& found = all[id];
      found.id = id;
      found.count = std::max(found.count, count);
      const auto has_id = [&](const checkers::Violation& v) { return v.id == id; };
      found.is_warning = std::ranges::any_of(report->warnings, has_id);
    }
  }
  std::vector<Found> out;
  for (auto& [id, found] : all) out.push_back(std::move(found));
  return out;
}

std::vector<std::string> reasons_of(const checkers::Judgement& judgement) {
  std::vector<std::string> out = judgement.black_box.unknown_reasons;
  for (const std::string& reason : judgement.oracle.unknown_reasons) {
    if (std::ranges::find(out, reason) == out.end()) out.push_back(reason);
  }
  return out;
}

std::vector<std::pair<std::string, std::uint64_t>> exercised_by(
    const checkers::Exercised& exercised) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (std::size_t i = 0; i < checkers::property_count; ++i) {
    const auto property = static_cast<checkers::Property>(i);
    if (exercised.of(property) == 0) continue;
    out.emplace_back(checkers::name_of(property), exercised.of(property));
  }
  return out;
}

Distribution distribution_of(const checkers::Distribution& measured) {
  std::vector<Nanos> samples = measured.samples;
  std::ranges::sort(samples);
  Distribution out;
  out.name = measured.name;
  out.count = samples.size();
  out.bound = measured.bound;
  if (samples.empty()) return out;
  // nearest rank: the smallest sample that at least p of 100 do not pass
  const auto at = [&](std::size_t percent) {
    return samples[(samples.size() * percent + 99) / 100 - 1];
  };
  out.least = samples.front();
  out.p50 = at(50);
  out.p90 = at(90);
  out.p99 = at(99);
  out.most = samples.back();
  return out;
}

std::string exercised_text(const CheckedHistory& checked) {
  std::string out;
  for (const auto& [property, count] : checked.exercised) {
    out += out.empty() ? "exercised: " : ", ";
    out += property + " " + std::to_string(count);
  }
  return out.empty() ? out : out + "\n";
}

std::string found_text(const CheckedHistory& checked) {
  std::string out;
  for (const Found& found : checked.found) {
    out += "  " + found.id + " x " + std::to_string(found.count);
    out += found.is_warning ? " (a warning)\n" : "\n";
  }
  return out;
}

}  // namespace

CheckedHistory checked_history(const std::string& file, const checkers::History& history,
                               const checkers::Judgement& judgement) {
  CheckedHistory out;
  out.file = file;
  out.model = judgement.black_box.model;
  out.verdict = judgement.verdict();
  out.black_box = judgement.black_box.verdict;
  out.oracle = judgement.oracle.verdict;
  out.events = history.events.size();
  out.found = found_by(judgement);
  out.violations = violations_in_words(history, judgement);
  out.reasons = reasons_of(judgement);
  checkers::Exercised exercised = judgement.black_box.exercised;
  out.exercised = exercised_by(exercised);
  for (const checkers::Distribution& measured : judgement.black_box.measurements) {
    out.distributions.push_back(distribution_of(measured));
  }
  return out;
}

std::string to_text(const CheckedHistory& checked) {
  std::string out = checked.file + ": ";
  out += checkers::name_of(checked.verdict);
  out += " (black-box ";
  out += checkers::name_of(checked.black_box);
  out += ", oracle ";
  out += checkers::name_of(checked.oracle);
  out += "), " + checked.model + ", " + std::to_string(checked.events) + " events\n";
  out += found_text(checked);
  for (const Violation& violation : checked.violations) out += "\n" + violation.description;
  for (const std::string& reason : checked.reasons) out += "not judged: " + reason + "\n";
  out += exercised_text(checked);
  for (const Distribution& distribution : checked.distributions) {
    if (distribution.count > 0) out += to_text(distribution) + "\n";
  }
  return out;
}

}  // namespace lockstep::reports
