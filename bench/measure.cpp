#include "bench/measure.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace lockstep::bench {
namespace {

/// "VmHWM:     1234 kB"; 0 where there is none.
std::int64_t high_water_kib() {
  std::ifstream in("/proc/self/status");
  for (std::string word; in >> word;) {
    std::int64_t kib = 0;
    if (word == "VmHWM:" && in >> kib) return kib;
  }
  return 0;
}

}  // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "no rate: %s\n", why.c_str());
  std::fflush(nullptr);
  std::_Exit(1);
}

double quantile_us(const Latencies& ns, double part) {
  const auto at = static_cast<std::size_t>(part * static_cast<double>(ns.size() - 1));
  return static_cast<double>(ns[at]) / 1e3;
}

// Linux: "5" sets the mark back to what is resident now.
MemoryMark::MemoryMark() { std::ofstream("/proc/self/clear_refs") << "5"; }

double MemoryMark::peak_MiB() const { return static_cast<double>(high_water_kib()) / 1024.0; }

std::int64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::int64_t pages = 0;
  in >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

}  // namespace lockstep::bench
