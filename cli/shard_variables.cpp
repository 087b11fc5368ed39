#include "cli/shard_variables.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

namespace lockstep::cli {
namespace {

using campaign::Shard;
using scenarios::Input;
using scenarios::InputError;

std::unexpected<InputError> wrong(std::string found, std::string expected) {
  InputError error;
  error.kind = InputError::Kind::bad_option;
  error.pointer = "--shard auto";
  error.found = std::move(found);
  error.expected = std::move(expected);
  return std::unexpected(std::move(error));
}

/// Variables of one system, as found.
class Variables {
 public:
  explicit Variables(const Lookup& lookup) : lookup_(lookup) {}

  [[nodiscard]] std::optional<std::string> text(const char* name) const {
    std::optional<std::string> value = lookup_(name);
    if (value && value->empty()) value.reset();
    return value;
  }
  [[nodiscard]] bool has(const char* name) const { return text(name).has_value(); }

  /// A number that must be there.
  [[nodiscard]] Input<std::uint64_t> number(const char* name) const {
    const std::optional<std::string> value = text(name);
    if (!value) return wrong(std::string("no ") + name, "it beside the others of its kind");
    std::uint64_t out = 0;
    const char* const end = value->data() + value->size();
    const auto [stopped, error] = std::from_chars(value->data(), end, out);
    if (error == std::errc{} && stopped == end) return out;
    return wrong(in_words(name), "a number");
  }

  /// "NAME='value'", or "no NAME".
  [[nodiscard]] std::string in_words(const char* name) const {
    const std::optional<std::string> value = text(name);
    return value ? std::string(name) + "='" + *value + "'" : std::string("no ") + name;
  }

 private:
  const Lookup& lookup_;
};

struct Pair {
  const char* index;
  const char* count;
  std::uint64_t first;  ///< of the index
};

constexpr Pair kubernetes{"JOB_COMPLETION_INDEX", "LOCKSTEP_SHARDS", 0};
constexpr Pair gitlab{"CI_NODE_INDEX", "CI_NODE_TOTAL", 1};
constexpr std::array pairs = {kubernetes, gitlab, Pair{"CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0},
                              Pair{"BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0}};

Input<Shard> shard_of(std::uint64_t place, std::uint64_t count, const std::string& source) {
  if (count >= 1 && count <= campaign::shards_max && place < count) {
    return Shard{static_cast<std::uint32_t>(place + 1), static_cast<std::uint32_t>(count)};
  }
  return wrong(source, "an index within the number of shards, of which there may be " +
                           std::to_string(campaign::shards_max));
}

Input<Shard> of_pair(const Variables& variables, const Pair& pair) {
  const Input<std::uint64_t> index = variables.number(pair.index);
  if (!index) return std::unexpected(index.error());
  const Input<std::uint64_t> count = variables.number(pair.count);
  if (!count) return std::unexpected(count.error());
  const std::string source = variables.in_words(pair.index) + ", " + variables.in_words(pair.count);
  if (*index < pair.first) return wrong(source, "an index from " + std::to_string(pair.first));
  return shard_of(*index - pair.first, *count, source);
}

/// GitLab says CI_NODE_TOTAL=1 in every job that is not parallel; LOCKSTEP_SHARDS may stand in an
/// environment that all jobs share.
bool is_set(const Variables& variables, const Pair& pair) {
  if (variables.has(pair.index)) return true;
  const bool may_be_alone = pair.index == gitlab.index || pair.index == kubernetes.index;
  return !may_be_alone && variables.has(pair.count);
}

constexpr const char* slurm_id = "SLURM_ARRAY_TASK_ID";
constexpr const char* slurm_min = "SLURM_ARRAY_TASK_MIN";
constexpr const char* slurm_max = "SLURM_ARRAY_TASK_MAX";
constexpr const char* slurm_count = "SLURM_ARRAY_TASK_COUNT";
constexpr const char* slurm_step = "SLURM_ARRAY_TASK_STEP";

/// Tasks are numbered from min to max by step; a list like 1,3,7 has no such order.
Input<Shard> of_slurm(const Variables& variables) {
  std::array<std::uint64_t, 4> numbers{};
  constexpr std::array names = {slurm_id, slurm_min, slurm_max, slurm_count};
  std::string source;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Input<std::uint64_t> number = variables.number(names.at(i));
    if (!number) return std::unexpected(number.error());
    numbers.at(i) = *number;
    source += (i == 0 ? "" : ", ") + variables.in_words(names.at(i));
  }
  std::uint64_t step = 1;
  if (variables.has(slurm_step)) {
    const Input<std::uint64_t> number = variables.number(slurm_step);
    if (!number) return std::unexpected(number.error());
    step = *number;
    source += ", " + variables.in_words(slurm_step);
  }
  const auto [id, least, most, count] = numbers;
  const bool is_regular = step > 0 && least <= id && id <= most && (id - least) % step == 0 &&
                          (most - least) / step + 1 == count;
  if (!is_regular) return wrong(source, "an array with a range such as --array=1-8, not a list");
  return shard_of((id - least) / step, count, source);
}

struct Found {
  std::string source;
  Shard shard;
};

std::string name_of(const Shard& shard) {
  return std::to_string(shard.index) + "/" + std::to_string(shard.count);
}

/// What each system that is at work says, in the order of the header.
Input<std::vector<Found>> found_by(const Variables& variables) {
  std::vector<Found> out;
  for (const Pair& pair : pairs) {
    if (!is_set(variables, pair)) continue;
    const Input<Shard> shard = of_pair(variables, pair);
    if (!shard) return std::unexpected(shard.error());
    out.push_back({variables.in_words(pair.index) + ", " + variables.in_words(pair.count), *shard});
  }
  for (const char* const name : {slurm_id, slurm_min, slurm_max, slurm_count}) {
    if (!variables.has(name)) continue;
    const Input<Shard> shard = of_slurm(variables);
    if (!shard) return std::unexpected(shard.error());
    out.push_back({variables.in_words(slurm_id), *shard});
    break;
  }
  return out;
}

Input<Shard> of_ours(const std::string& text) {
  Input<Shard> shard = campaign::parse_shard(text);
  if (!shard) shard.error().pointer = "--shard auto: LOCKSTEP_SHARD";
  return shard;
}

}  // namespace

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

Input<Shard> shard_from(const Lookup& lookup) {
  const Variables variables(lookup);
  if (const auto ours = variables.text("LOCKSTEP_SHARD")) return of_ours(*ours);
  const Input<std::vector<Found>> found = found_by(variables);
  if (!found) return std::unexpected(found.error());
  if (found->empty() && variables.text(gitlab.count) == "1") return Shard{};  // a job of one
  if (found->empty()) {
    return wrong("none of the variables that say which part this is",
                 "LOCKSTEP_SHARD=I/N, or those of Kubernetes, Slurm, GitLab, CircleCI or Buildkite "
                 "(docs/ci.md)");
  }
  for (const Found& other : *found) {
    if (other.shard == found->front().shard) continue;
    return wrong(found->front().source + " (shard " + name_of(found->front().shard) + ") and " +
                     other.source + " (shard " + name_of(other.shard) + ")",
                 "them to agree, or LOCKSTEP_SHARD=I/N to decide");
  }
  return found->front().shard;
}

}  // namespace lockstep::cli
