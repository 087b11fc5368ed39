// The operating system's clocks, and waiting by them. std::chrono's clocks and
// std::this_thread::sleep_for() come here.
#include <semaphore.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "sim/guard/pass.hpp"

using lockstep::sim::guard::pass;

namespace {
constexpr const char* a_clock = "env::Clock, the node's own time";
constexpr const char* a_wait = "env::sleep_for() or a deadline, in virtual time";
}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  return pass<"clock_gettime", decltype(::clock_gettime)>(a_clock, clock, time);
}

int gettimeofday(timeval* time, void* zone) noexcept {
  return pass<"gettimeofday", decltype(::gettimeofday)>(a_clock, time, zone);
}

time_t time(time_t* time_out) noexcept { return pass<"time", decltype(::time)>(a_clock, time_out); }

clock_t clock() noexcept { return pass<"clock", decltype(::clock)>(a_clock); }

clock_t times(tms* of_process) noexcept {
  return pass<"times", decltype(::times)>(a_clock, of_process);
}

int timespec_get(timespec* time, int base) noexcept {
  return pass<"timespec_get", decltype(::timespec_get)>(a_clock, time, base);
}

/// These read the zone of the machine.
tm* localtime(const time_t* time) noexcept {
  return pass<"localtime", decltype(::localtime)>(a_clock, time);
}

tm* localtime_r(const time_t* time, tm* out) noexcept {
  return pass<"localtime_r", decltype(::localtime_r)>(a_clock, time, out);
}

time_t mktime(tm* time) noexcept { return pass<"mktime", decltype(::mktime)>(a_clock, time); }

unsigned int sleep(unsigned int seconds) {
  return pass<"sleep", decltype(::sleep)>(a_wait, seconds);
}

int usleep(useconds_t time) { return pass<"usleep", decltype(::usleep)>(a_wait, time); }

int nanosleep(const timespec* time, timespec* rest) {
  return pass<"nanosleep", decltype(::nanosleep)>(a_wait, time, rest);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  return pass<"clock_nanosleep", decltype(::clock_nanosleep)>(a_wait, clock, flags, time, rest);
}

int sem_timedwait(sem_t* semaphore, const timespec* until) {
  return pass<"sem_timedwait", decltype(::sem_timedwait)>(a_wait, semaphore, until);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  return pass<"pthread_cond_timedwait", decltype(::pthread_cond_timedwait)>(a_wait, condition,
                                                                            mutex, until);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  return pass<"pthread_cond_clockwait", decltype(::pthread_cond_clockwait)>(a_wait, condition,
                                                                            mutex, clock, until);
}

unsigned int alarm(unsigned int seconds) noexcept {
  return pass<"alarm", decltype(::alarm)>(a_wait, seconds);
}

int timer_create(clockid_t clock, sigevent* event, timer_t* timer) noexcept {
  return pass<"timer_create", decltype(::timer_create)>(a_wait, clock, event, timer);
}

int timerfd_create(clockid_t clock, int flags) noexcept {
  return pass<"timerfd_create", decltype(::timerfd_create)>(a_wait, clock, flags);
}

}  // extern "C"
