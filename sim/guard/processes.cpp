// Threads and other processes, waiting for them, and what tells this process, machine or
// environment from another.
//
// Not refused: vfork() and clone(), which no wrapper can pass on; mutexes, which a world may take
// as long as nobody else holds them.
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "sim/guard/pass.hpp"

using lockstep::sim::guard::pass;

namespace {
constexpr const char* a_task = "env::TaskGroup, coroutines of the node";
constexpr const char* a_name = "a field of the scenario or a name that the world gives";
}  // namespace

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  return pass<"pthread_create", decltype(::pthread_create)>(a_task, thread, attributes, run,
                                                            argument);
}

int pthread_join(pthread_t thread, void** result) {
  return pass<"pthread_join", decltype(::pthread_join)>(a_task, thread, result);
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return pass<"pthread_cond_wait", decltype(::pthread_cond_wait)>(a_task, condition, mutex);
}

pid_t fork() noexcept { return pass<"fork", decltype(::fork)>(a_task); }

int posix_spawn(pid_t* process, const char* program, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* arguments,
                char* const* environment) {
  return pass<"posix_spawn", decltype(::posix_spawn)>(a_task, process, program, actions, attributes,
                                                      arguments, environment);
}

int posix_spawnp(pid_t* process, const char* program, const posix_spawn_file_actions_t* actions,
                 const posix_spawnattr_t* attributes, char* const* arguments,
                 char* const* environment) {
  return pass<"posix_spawnp", decltype(::posix_spawnp)>(a_task, process, program, actions,
                                                        attributes, arguments, environment);
}

int system(const char* command) { return pass<"system", decltype(::system)>(a_task, command); }

FILE* popen(const char* command, const char* mode) {
  return pass<"popen", decltype(::popen)>(a_task, command, mode);
}

pid_t waitpid(pid_t process, int* status, int options) {
  return pass<"waitpid", decltype(::waitpid)>(a_task, process, status, options);
}

pid_t getpid() noexcept { return pass<"getpid", decltype(::getpid)>(a_name); }
pid_t getppid() noexcept { return pass<"getppid", decltype(::getppid)>(a_name); }
pid_t gettid() noexcept { return pass<"gettid", decltype(::gettid)>(a_name); }
int sched_getcpu() noexcept { return pass<"sched_getcpu", decltype(::sched_getcpu)>(a_name); }

/// A world has one processor on every machine. RocksDB sizes per-core tables by it.
int get_nprocs() noexcept {
  if (lockstep::sim::in_world()) return 1;
  return pass<"get_nprocs", decltype(::get_nprocs)>(a_name);
}

int gethostname(char* into, size_t size) noexcept {
  return pass<"gethostname", decltype(::gethostname)>(a_name, into, size);
}

int uname(utsname* out) noexcept { return pass<"uname", decltype(::uname)>(a_name, out); }

char* getenv(const char* name) noexcept { return pass<"getenv", decltype(::getenv)>(a_name, name); }

char* secure_getenv(const char* name) noexcept {
  return pass<"secure_getenv", decltype(::secure_getenv)>(a_name, name);
}

int setenv(const char* name, const char* value, int replaces) noexcept {
  return pass<"setenv", decltype(::setenv)>(a_name, name, value, replaces);
}

/// Any call of the kernel. Futexes are passed: who finds a lock or a static's initialisation taken
/// by another world's thread waits for it, and nothing of that wait can be seen.
long syscall(long number, ...) noexcept {
  va_list more;
  va_start(more, number);
  const long a = va_arg(more, long);
  const long b = va_arg(more, long);
  const long c = va_arg(more, long);
  const long d = va_arg(more, long);
  const long e = va_arg(more, long);
  const long f = va_arg(more, long);
  va_end(more);
  using Call = long(long, ...);
  if (number == SYS_futex) {
    return lockstep::sim::guard::Hidden<"syscall", Call>::get()(number, a, b, c, d, e, f);
  }
  return pass<"syscall", Call>("what the seam offers", number, a, b, c, d, e, f);
}

}  // extern "C"
