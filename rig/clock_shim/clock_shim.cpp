// A preload library that gives one process a wall clock of the harness's choosing:
// LD_PRELOAD=libclock_shim.so, and LOCKSTEP_CLOCK_FILE names a file of 8 bytes, a signed 64-bit
// count of nanoseconds in native order, which the harness rewrites while the process runs.
//
//   LOCKSTEP_CLOCK_MODE=offset    (default) the wall clock is the real one plus that many ns
//   LOCKSTEP_CLOCK_MODE=absolute  the wall clock stands at that many ns since 1970
//
// Covers clock_gettime (CLOCK_REALTIME and CLOCK_REALTIME_COARSE), gettimeofday and time. The
// monotonic clocks stay real, so that timeouts and polling go on. Without a usable file every clock
// is the real one.
//
// Not covered: programs that read the clock by the system call itself, file times, timers armed at
// absolute wall-clock times (timerfd, pthread_cond_timedwait). No C++ runtime is used: the library
// is loaded into programs that have none, before their own initialisation.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

const std::int64_t* shared_ns = nullptr;
bool is_absolute = false;

// glibc runs constructors of preloaded libraries before main(); calls from before see real time.
__attribute__((constructor)) void map_file() {
  const char* path = std::getenv("LOCKSTEP_CLOCK_FILE");
  const char* mode = std::getenv("LOCKSTEP_CLOCK_MODE");
  if (path == nullptr) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  struct stat facts;
  // A shorter file would end the process with SIGBUS at the first reading.
  if (fstat(file, &facts) == 0 && facts.st_size >= static_cast<off_t>(sizeof(*shared_ns))) {
    void* at = mmap(nullptr, sizeof(*shared_ns), PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) {
      is_absolute = mode != nullptr && std::strcmp(mode, "absolute") == 0;
      __atomic_store_n(&shared_ns, static_cast<const std::int64_t*>(at), __ATOMIC_RELEASE);
    }
  }
  close(file);
}

// By the system call: the library's own function is the one that this file replaces.
int real_clock(clockid_t clock, timespec* out) {
  return static_cast<int>(syscall(SYS_clock_gettime, clock, out));
}

int wall_clock(clockid_t clock, timespec* out) {
  const std::int64_t* shared = __atomic_load_n(&shared_ns, __ATOMIC_ACQUIRE);
  if (shared == nullptr) return real_clock(clock, out);
  std::int64_t ns = __atomic_load_n(shared, __ATOMIC_RELAXED);
  if (!is_absolute) {
    if (const int failed = real_clock(clock, out); failed != 0) return failed;
    ns += std::int64_t{out->tv_sec} * ns_per_s + out->tv_nsec;
  }
  std::int64_t second = ns / ns_per_s;
  if (ns % ns_per_s < 0) --second;
  out->tv_sec = static_cast<time_t>(second);
  out->tv_nsec = static_cast<long>(ns - second * ns_per_s);
  return 0;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, timespec* out) noexcept {
  const bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  return is_wall ? wall_clock(clock, out) : real_clock(clock, out);
}

__attribute__((visibility("default"))) int gettimeofday(timeval* out, void* zone) noexcept {
  if (zone != nullptr) std::memset(zone, 0, sizeof(struct timezone));
  timespec now;
  if (const int failed = wall_clock(CLOCK_REALTIME, &now); failed != 0) return failed;
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return 0;
}

__attribute__((visibility("default"))) time_t time(time_t* out) noexcept {
  timespec now;
  if (wall_clock(CLOCK_REALTIME, &now) != 0) return -1;
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
