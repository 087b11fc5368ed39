#include "faults/kind.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "impl/base/assert.hpp"

namespace lockstep::faults {

namespace {

using Names = std::string_view;

constexpr std::array<Names, 5> all_targets{{"any", "client", "redis", "sink", "holder"}};
constexpr std::array<Names, 5> client_first{{"client", "holder", "redis", "sink", "any"}};
constexpr std::array<Names, 2> servers{{"redis", "sink"}};
constexpr std::array<Names, 1> redis_only{{"redis"}};
constexpr std::array<Names, 3> disks{{"redis", "sink", "client"}};

constexpr std::array<Names, 7> shapes{{"halves", "isolate-one", "majority-minority", "bridge",
                                       "ring", "one-way", "clients-from-servers"}};
constexpr std::array<Names, 3> flows{{"out", "in", "both"}};
constexpr std::array<Names, 2> one_way_flows{{"out", "in"}};
constexpr std::array<Names, 2> disk_calls{{"read", "write"}};

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t minute = 60'000 * ms;
constexpr std::int64_t day = 24 * 60 * minute;
constexpr std::int64_t ppm_most = 500'000;  // the bound of Verbs::drift

constexpr ParameterSpec direction{
    .name = "direction",
    .unit = Unit::choice,
    .most = 2,
    .default_high = 2,
    .choices = flows,
    .about = "what the target sends (out), what is sent to it (in), or both"};

constexpr std::array<ParameterSpec, 2> partition_parameters{{
    {.name = "shape",
     .unit = Unit::choice,
     .most = 6,
     .default_high = 6,
     .choices = shapes,
     .about = "who can still talk to whom"},
    {.name = "direction",
     .unit = Unit::choice,
     .most = 1,
     .default_high = 1,
     .choices = one_way_flows,
     .about = "one-way only: what the target sends (out) or what is sent to it (in) is lost"},
}};
constexpr std::array<ParameterSpec, 1> direction_only{{direction}};
constexpr std::array<ParameterSpec, 2> latency_parameters{{
    {.name = "extra",
     .unit = Unit::nanoseconds,
     .least = 1,
     .most = minute,
     .default_low = 10 * ms,
     .default_high = 200 * ms,
     .about = "added to the latency of everything sent"},
    direction,
}};
constexpr std::array<ParameterSpec, 1> step_parameters{{
    {.name = "by",
     .unit = Unit::nanoseconds,
     .least = -day,
     .most = day,
     .default_low = -10'000 * ms,
     .default_high = 10'000 * ms,
     .about = "how far the wall clock jumps; negative: back"},
}};
constexpr std::array<ParameterSpec, 1> drift_parameters{{
    {.name = "ppm",
     .unit = Unit::ppm,
     .least = -ppm_most,
     .most = ppm_most,
     .default_low = -500,
     .default_high = 500,
     .about = "both clocks run at 1 + ppm/10^6 of true time"},
}};
constexpr std::array<ParameterSpec, 1> evict_parameters{{
    {.name = "keys",
     .unit = Unit::count,
     .least = 1,
     .most = 1'000'000,
     .default_low = 1,
     .default_high = 1,
     .about = "how many keys are evicted"},
}};
constexpr ParameterSpec calls{.name = "calls",
                              .unit = Unit::count,
                              .least = 1,
                              .most = 1'000'000,
                              .default_low = 1,
                              .default_high = 3,
                              .about = "how many of the next calls fail"};
constexpr std::array<ParameterSpec, 1> fsync_parameters{{calls}};
constexpr std::array<ParameterSpec, 2> io_parameters{{
    {.name = "operation",
     .unit = Unit::choice,
     .most = 1,
     .default_high = 1,
     .choices = disk_calls,
     .about = "which calls fail"},
    calls,
}};
constexpr std::array<ParameterSpec, 1> full_parameters{{
    {.name = "free",
     .unit = Unit::bytes,
     .most = std::int64_t{1} << 40,
     .default_high = 4096,
     .about = "what can still be written"},
}};
constexpr std::array<ParameterSpec, 1> slow_parameters{{
    {.name = "per_call",
     .unit = Unit::nanoseconds,
     .least = 1,
     .most = minute,
     .default_low = 10 * ms,
     .default_high = 500 * ms,
     .about = "added to every call"},
}};
constexpr std::array<ParameterSpec, 1> rot_parameters{{
    {.name = "flips",
     .unit = Unit::count,
     .least = 1,
     .most = 4096,
     .default_low = 1,
     .default_high = 1,
     .about = "how many bits of what is stored are flipped"},
}};

constexpr Names no_disk = "nothing of ours stands between a live process and its disk";
constexpr Names no_power_cut = "the power of a live machine cannot be cut: SIGKILL loses no write";

constexpr std::array<KindSpec, kind_count> registry{{
    {.kind = Kind::crash,
     .name = "crash",
     .lasts = true,
     .targets = client_first,
     .in_sim = "ends the node at once; restarted with its disk after 'for'",
     .live = "SIGKILL, started again after 'for'"},
    {.kind = Kind::pause,
     .name = "pause",
     .lasts = true,
     .targets = client_first,
     .in_sim = "holds everything the node would do while its clocks run on",
     .live = "SIGSTOP, SIGCONT after 'for'"},
    {.kind = Kind::partition,
     .name = "partition",
     .lasts = true,
     .has_peer = true,
     .targets = all_targets,
     .parameters = partition_parameters,
     .in_sim = "loses everything between two sides without a sign to either",
     .live = "the proxies between clients and servers of the two sides swallow what they get"},
    {.kind = Kind::blackhole,
     .name = "blackhole",
     .lasts = true,
     .has_peer = true,
     .targets = client_first,
     .parameters = direction_only,
     .in_sim = "loses bytes between the target and its peers, in either or both directions",
     .live = "the proxy swallows bytes of that direction; half of the connections get them late"},
    {.kind = Kind::clog,
     .name = "clog",
     .lasts = true,
     .has_peer = true,
     .targets = client_first,
     .parameters = direction_only,
     .in_sim = "holds bytes of the direction, then releases them in one burst",
     .live = "the proxy holds bytes of that direction until the end"},
    {.kind = Kind::latency,
     .name = "latency",
     .lasts = true,
     .has_peer = true,
     .targets = client_first,
     .parameters = latency_parameters,
     .in_sim = "adds to the latency of everything sent in the direction",
     .live = "the proxy delays bytes of that direction"},
    {.kind = Kind::reset,
     .name = "reset",
     .has_peer = true,
     .targets = client_first,
     .in_sim = "resets every connection between the target and its peers; bytes in flight are lost",
     .live = "the proxy resets both sides"},
    {.kind = Kind::refuse,
     .name = "refuse",
     .lasts = true,
     .targets = servers,
     .in_sim = "new connections to the node are refused; old ones live on",
     .live = "the proxy stops listening"},
    {.kind = Kind::bad_certificate,
     .name = "bad-certificate",
     .lasts = true,
     .targets = servers,
     .in_sim = "TLS handshakes with the node fail verification",
     .why_not_live = "the clients of scenarios speak no TLS of their own"},
    {.kind = Kind::clock_step,
     .name = "clock-step",
     .targets = client_first,
     .parameters = step_parameters,
     .in_sim = "the wall clock jumps and stays there until everything is healed",
     .live = "the clock shim's offset jumps"},
    {.kind = Kind::clock_skew,
     .name = "clock-skew",
     .lasts = true,
     .targets = client_first,
     .parameters = step_parameters,
     .in_sim = "the wall clock jumps, and slews back to true time after 'for'",
     .live = "the clock shim's offset jumps, then returns in small steps"},
    {.kind = Kind::clock_drift,
     .name = "clock-drift",
     .lasts = true,
     .targets = client_first,
     .parameters = drift_parameters,
     .in_sim = "both clocks run too fast or too slow, at the true rate again after 'for'",
     .live = "the clock shim moves its offset steadily; wall clock only"},
    {.kind = Kind::redis_restart,
     .name = "redis-restart",
     .lasts = true,
     .targets = servers,
     .in_sim = "the server dies; after 'for' it starts with what its persistence kept",
     .live = "SIGKILL, redis-server started on the same files after 'for'"},
    {.kind = Kind::redis_restart_empty,
     .name = "redis-restart-empty",
     .targets = redis_only,
     .in_sim = "the server restarts at once with no data",
     .live = "SIGKILL, its files removed, redis-server started again at once"},
    {.kind = Kind::failover,
     .name = "failover",
     .targets = redis_only,
     .in_sim = "the replica becomes master with what it has; connections reset",
     .why_not_live = "live servers have no replicas"},
    {.kind = Kind::script_flush,
     .name = "script-flush",
     .targets = servers,
     .in_sim = "the server forgets its cached scripts",
     .live = "SCRIPT FLUSH"},
    {.kind = Kind::evict,
     .name = "evict",
     .targets = redis_only,
     .parameters = evict_parameters,
     .in_sim = "the server evicts keys, as maxmemory with an allkeys policy would",
     .live = "DEL of keys drawn with RANDOMKEY"},
    {.kind = Kind::fsync_error,
     .name = "fsync-error",
     .lasts = true,
     .targets = disks,
     .parameters = fsync_parameters,
     .in_sim = "the next fsyncs fail, until 'for' is over",
     .why_not_live = no_disk},
    {.kind = Kind::io_error,
     .name = "io-error",
     .lasts = true,
     .targets = disks,
     .parameters = io_parameters,
     .in_sim = "the next reads or writes fail, until 'for' is over",
     .why_not_live = no_disk},
    {.kind = Kind::disk_full,
     .name = "disk-full",
     .lasts = true,
     .targets = disks,
     .parameters = full_parameters,
     .in_sim = "writes fail once what is free is used up; space is back after 'for'",
     .why_not_live = no_disk},
    {.kind = Kind::slow_disk,
     .name = "slow-disk",
     .lasts = true,
     .targets = disks,
     .parameters = slow_parameters,
     .in_sim = "every call to the disk takes longer",
     .why_not_live = no_disk},
    {.kind = Kind::bit_rot,
     .name = "bit-rot",
     .targets = disks,
     .parameters = rot_parameters,
     .in_sim = "flips bits in what is stored, for good",
     .why_not_live = no_disk},
    {.kind = Kind::lose_unsynced,
     .name = "lose-unsynced",
     .targets = disks,
     .in_sim = "the next crash keeps nothing that was not synced",
     .why_not_live = no_power_cut},
    {.kind = Kind::torn_write,
     .name = "torn-write",
     .targets = disks,
     .in_sim = "the next crash leaves holes or a zeroed tail in what was not synced",
     .why_not_live = no_power_cut},
}};

/// In the order of the enum, and each with a live form or a reason.
constexpr bool in_order() {
  for (std::size_t i = 0; i < registry.size(); ++i) {
    if (static_cast<std::size_t>(registry[i].kind) != i) return false;
    if (registry[i].parameters.size() > parameters_max) return false;
    if (registry[i].live.empty() == registry[i].why_not_live.empty()) return false;
  }
  return true;
}
static_assert(in_order());

constexpr std::array<Names, 5> unit_names{{"ns", "count", "bytes", "ppm", "choice"}};

std::string_view stem_of(std::string_view selector) {
  return node_number(selector) ? selector.substr(0, selector.find('/')) : selector;
}

// Labels and "any" have no numbers.
bool is_role(std::string_view stem) {
  return stem == "client" || stem == "redis" || stem == "sink";
}

bool is_among(std::span<const std::string_view> targets, std::string_view selector) {
  const std::string_view stem = stem_of(selector);
  if (stem.size() != selector.size() && !is_role(stem)) return false;
  return std::ranges::find(targets, stem) != targets.end();
}

}  // namespace

std::span<const KindSpec> kinds() { return registry; }

const KindSpec& spec_of(Kind kind) {
  ASSERT(static_cast<std::size_t>(kind) < registry.size());
  return registry[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_of(std::string_view name) {
  const auto* found = std::ranges::find(registry, name, &KindSpec::name);
  if (found == registry.end()) return std::nullopt;
  return found->kind;
}

std::string_view name_of(Kind kind) { return spec_of(kind).name; }

std::optional<std::size_t> parameter_index(Kind kind, std::string_view name) {
  const std::span<const ParameterSpec> parameters = spec_of(kind).parameters;
  const auto found = std::ranges::find(parameters, name, &ParameterSpec::name);
  if (found == parameters.end()) return std::nullopt;
  return static_cast<std::size_t>(found - parameters.begin());
}

std::string_view name_of(Unit unit) { return unit_names[static_cast<std::size_t>(unit)]; }

bool may_target(const KindSpec& spec, std::string_view selector) {
  return is_among(spec.targets, selector);
}

bool may_be_peer(std::string_view selector) { return is_among(all_targets, selector); }

std::optional<std::uint32_t> node_number(std::string_view selector) {
  const std::size_t slash = selector.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = selector.substr(slash + 1);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return number;
}

}  // namespace lockstep::faults
