// Every call's beginning and end, crashes, and injected faults.
#include <algorithm>

#include "impl/base/assert.hpp"
#include "sim/disk/disk.hpp"
#include "sim/disk/inode.hpp"

namespace lockstep::sim {

namespace {

// Event numbers of draws: crashes and failed calls of a node never share one.
constexpr std::uint64_t call_event = std::uint64_t{1} << 31U;
constexpr InodeId names_file{0};  // stands for the directories in draws

Remains usual_remains(std::uint64_t bits) {
  switch (bits & 3U) {
    case 0: return Remains::everything;
    case 1: return Remains::nothing;
    default: return Remains::prefix;
  }
}

Remains torn_remains(std::uint64_t bits) {
  switch (bits & 3U) {
    case 0: return Remains::prefix;
    case 1: return Remains::holes_512;
    case 2: return Remains::holes_4k;
    default: return Remains::zero_tail;
  }
}

}  // namespace

Result<void> Disk::begin_call() {
  if (power_ != Power::on) return fail(definite(Errc::io_error, "the disk is off"));
  spend(options_.timing.call);
  if (const auto slow = faults_.armed(DiskFault::slow)) {
    spend(Nanos(slow->amount));
    report(slow->fault);
  }
  return {};
}

Result<void> Disk::begin_change() {
  if (const auto on = begin_call(); !on) return on;
  counters_.calls += 1;
  if (calls_left_ && --*calls_left_ == 0) power_ = Power::dying;
  return {};
}

Result<void> Disk::end_change(Result<void> done) {
  if (power_ != Power::dying) return done;
  power_ = Power::off;
  if (death_) std::exchange(death_, nullptr)();
  return fail(indefinite(Errc::io_error, "the disk died in this call"));
}

Loss Disk::crash(CrashKind kind, std::uint64_t number) {
  const auto lose = faults_.use_all(DiskFault::lose_unsynced);
  const auto torn = faults_.use_all(DiskFault::torn_write);
  const bool power_fails = kind == CrashKind::power || lose || torn;
  Loss loss;
  if (power_fails) {
    const auto remains = [&](const UnitDraw& draw) {
      if (lose) return Remains::nothing;
      const std::uint64_t bits = draw(std::uint64_t{1} << 62U);
      return torn ? torn_remains(bits) : usual_remains(bits);
    };
    for (auto& [id, inode] : inodes_) {
      const UnitDraw draw = crash_draw(number, id);
      loss += inode->change([&](FileImage& image) { return image.crash(remains(draw), draw); });
    }
    const UnitDraw draw = crash_draw(number, names_file);
    loss.names = names_.crash(lose ? Remains::nothing : Remains::holes_512, draw);
    counters_.files_lost += drop_unnamed();
  }
  if (lose && loss.any()) report(*lose);
  if (torn && loss.any()) report(*torn);
  counters_.lost += loss;
  counters_.crashes += 1;
  incarnation_ += 1;
  locks_.clear();
  calls_left_.reset();
  power_ = Power::off;
  return loss;
}

void Disk::power_on() {
  power_ = Power::on;
  calls_left_.reset();
}

void Disk::die_at_call(std::uint64_t k) {
  ASSERT(k > 0);
  calls_left_ = k;
}

Result<void> Disk::inject(FaultId fault, std::string_view verb, std::int64_t amount) {
  const std::optional<DiskFault> kind = disk_fault(verb);
  if (!kind) {
    return fail(definite(Errc::invalid_argument, "no disk fault \"" + std::string(verb) + "\""));
  }
  if (amount < 0) {
    faults_.use_all(*kind);
    return {};
  }
  constexpr std::int64_t rot_bits_max = 1 << 16;  // more destroys everything anyway
  if (*kind == DiskFault::rot && amount > rot_bits_max) {
    return fail(
        definite(Errc::invalid_argument, "rot wants at most " + std::to_string(rot_bits_max)));
  }
  const bool counts = *kind != DiskFault::lose_unsynced && *kind != DiskFault::torn_write;
  const std::int64_t least = *kind == DiskFault::full ? 0 : 1;
  if (counts && amount < least) {
    return fail(
        definite(Errc::invalid_argument,
                 std::string(verb) + " wants an amount of at least " + std::to_string(least)));
  }
  if (*kind == DiskFault::rot) {
    rot(fault, amount);
    return {};
  }
  if (*kind == DiskFault::full) amount += static_cast<std::int64_t>(used_bytes());
  faults_.arm(*kind, {fault, amount});
  return {};
}

Result<void> Disk::flip_bit(std::string_view path, std::uint64_t offset, unsigned bit) {
  const auto file = find_file(path);
  if (!file) return fail(file.error());
  if (bit >= 8 || offset >= (*file)->image.durable().size()) {
    return fail(definite(Errc::invalid_argument, "no such durable byte"));
  }
  (*file)->image.flip_bit(offset, bit);
  counters_.bits_rotten += 1;
  return {};
}

void Disk::rot(FaultId fault, std::int64_t bits) {
  std::uint64_t bytes = 0;
  const std::set<InodeId> files = names_.files_now();
  for (const InodeId file : files) bytes += inodes_.at(file)->image.durable().size();
  if (bytes == 0) return;
  const UnitDraw draw = call_draw(InodeId{0});
  for (std::int64_t n = 0; n < bits; ++n) {
    const std::uint64_t bit =
        below(draw((std::uint64_t{fault.value} << 32U) | static_cast<std::uint64_t>(n)), bytes * 8);
    std::uint64_t offset = bit / 8;
    for (const InodeId file : files) {
      FileImage& image = inodes_.at(file)->image;
      if (offset < image.durable().size()) {
        image.flip_bit(offset, static_cast<unsigned>(bit % 8));
        break;
      }
      offset -= image.durable().size();
    }
  }
  counters_.bits_rotten += static_cast<std::uint64_t>(bits);
  report(fault);
}

void Disk::report(FaultId fault) {
  if (effective_) effective_(fault);
}

std::optional<Error> Disk::injected(DiskFault kind, Effect effect) {
  const auto fault = faults_.use_call(kind);
  if (!fault) return std::nullopt;
  counters_.failed_calls += 1;
  report(*fault);
  return Error{Errc::io_error, effect, "injected: " + std::string(name_of(kind))};
}

UnitDraw Disk::call_draw(InodeId file) const {
  const std::uint64_t node = std::uint64_t{options_.node.value} << 32U;
  return {options_.seed, node | call_event | (counters_.calls & (call_event - 1)), file.value};
}

UnitDraw Disk::crash_draw(std::uint64_t number, InodeId file) const {
  const std::uint64_t node = std::uint64_t{options_.node.value} << 32U;
  return {options_.seed, node | (number & (call_event - 1)), file.value};
}

}  // namespace lockstep::sim
