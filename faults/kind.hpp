// The registry of everything that can go wrong: each kind of fault with its parameters, the nodes
// it may aim at, and what it does to a simulated and to a live world.
//
// Not here: when faults happen (plan.hpp), what makes them happen (nemesis.hpp).
// Not modelled: corrupted, duplicated or reordered bytes inside a stream, which TCP hides.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lockstep::faults {

/// Order is that of `lockstep list faults` and of counters; files know kinds by name only.
enum class Kind : std::uint8_t {
  crash,
  pause,
  partition,
  blackhole,
  clog,
  latency,
  reset,
  refuse,
  bad_certificate,
  clock_step,
  clock_skew,
  clock_drift,
  redis_restart,
  redis_restart_empty,
  failover,
  script_flush,
  evict,
  fsync_error,
  io_error,
  disk_full,
  slow_disk,
  bit_rot,
  lose_unsynced,
  torn_write,
};
inline constexpr std::size_t kind_count = 24;

/// What the integers of a parameter count. `choice`: an index into ParameterSpec::choices.
enum class Unit : std::uint8_t { nanoseconds, count, bytes, ppm, choice };

/// One parameter of a kind. A scenario gives a range (of choices: a list), a plan one integer.
struct ParameterSpec {
  std::string_view name{};
  Unit unit = Unit::count;
  std::int64_t least = 0;  ///< smallest and
  std::int64_t most = 0;   ///< greatest value allowed, in the unit
  std::int64_t default_low = 0;
  std::int64_t default_high = 0;                ///< drawn uniformly when the scenario is silent
  std::span<const std::string_view> choices{};  ///< Unit::choice only; all of them by default
  std::string_view about{};
};

struct KindSpec {
  Kind kind{};
  std::string_view name{};  ///< as in scenario files: "clock-step"
  bool lasts = false;       ///< takes "for", and is undone at its end
  bool has_peer = false;    ///< takes "peer": the other end of the links it touches
  /// Roles and labels it may aim at; the first is what a scenario gets that names no target.
  std::span<const std::string_view> targets{};
  std::span<const ParameterSpec> parameters{};  ///< at most parameters_max
  std::string_view in_sim{};                    ///< one line each
  std::string_view live{};                      ///< empty: it has no live form,
  std::string_view why_not_live{};              ///< and this is why
};

/// No kind needs more, and a planned fault stays small.
inline constexpr std::size_t parameters_max = 4;

/// All kinds, in the order of the enum.
[[nodiscard]] std::span<const KindSpec> kinds();
[[nodiscard]] const KindSpec& spec_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Kind kind);
/// Position in spec_of(kind).parameters.
[[nodiscard]] std::optional<std::size_t> parameter_index(Kind kind, std::string_view name);
/// The name a unit has in messages: "ns", "bytes".
[[nodiscard]] std::string_view name_of(Unit unit);

/// True if `selector` ("client", "client/2", "holder", "any") aims at something the kind may hit.
/// Whether a node of that number exists is for the owner of the topology to say.
[[nodiscard]] bool may_target(const KindSpec& spec, std::string_view selector);
/// As may_target(), for the other end of a link: any role or label.
[[nodiscard]] bool may_be_peer(std::string_view selector);
/// A number at the end of a selector: 2 of "client/2". Empty for "client" and "client/x".
[[nodiscard]] std::optional<std::uint32_t> node_number(std::string_view selector);

/// Partition shapes, by index of the parameter "shape".
enum class Shape : std::uint8_t {
  halves,
  isolate_one,
  majority_minority,
  bridge,
  ring,
  one_way,
  clients_from_servers,
};

/// Which way bytes of the target are lost or held, by index of the parameter "direction".
enum class Flow : std::uint8_t { out, in, both };

}  // namespace lockstep::faults
