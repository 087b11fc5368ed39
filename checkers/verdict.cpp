#include "checkers/verdict.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::array<std::string_view, property_count> property_names{
    "grant",       "contended",       "renew",           "lost",          "release",
    "not_owned",   "takeover",        "guarded_write",   "guarded_read",  "stale_refused",
    "unknown",     "holder_crash",    "handover",        "liveness",      "emitted",
    "applied",     "saved",           "dispatched",      "worker_change", "explained_duplicate",
    "pushed",      "delivered",       "acked",           "nacked",        "extended",
    "redelivered", "expired",         "dead_lettered",   "redriven",      "stale_receipt",
    "reopened",    "crash_recovered", "damage_reported", "commit",        "rolled_back",
    "late_commit", "publish",         "duplicate",       "relay_change",  "refused",
    "blocked",     "consume",         "inbox_duplicate"};

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid: return "valid";
    case Verdict::unknown: return "unknown";
    case Verdict::invalid: return "invalid";
  }
  ASSERT(false);
}

std::string_view name_of(Property property) {
  return property_names[static_cast<std::size_t>(property)];
}

std::optional<Property> property_of(std::string_view name) {
  for (std::size_t i = 0; i < property_count; ++i) {
    if (property_names[i] == name) return static_cast<Property>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Judge judge) { return judge == Judge::oracle ? "oracle" : "black-box"; }

void Exercised::merge(const Exercised& other) {
  for (std::size_t i = 0; i < property_count; ++i) counts_[i] += other.counts_[i];
}

void Exercised::take_out(const Exercised& other) {
  for (std::size_t i = 0; i < property_count; ++i) {
    counts_[i] -= std::min(counts_[i], other.counts_[i]);
  }
}

bool Report::has(std::string_view id) const { return found.contains(std::string(id)); }

std::vector<std::string> not_exercised(const Exercised& exercised,
                                       std::span<const std::string> required) {
  std::vector<std::string> missing;
  for (const std::string& wanted : required) {
    const auto property = property_of(wanted);
    if (!property || exercised.of(*property) == 0) missing.push_back(wanted);
  }
  return missing;
}

}  // namespace lockstep::checkers
