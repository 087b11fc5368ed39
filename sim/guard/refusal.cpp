// What a program whose simulated code touched the operating system says before it ends.
#include <dlfcn.h>

#include <boost/stacktrace.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/guard/pass.hpp"

namespace lockstep::sim::guard {

void* hidden_definition(const char* symbol) noexcept { return dlsym(RTLD_NEXT, symbol); }

void refuse(const char* function, const char* instead) noexcept {
  const OutOfWorld dying("the run ends here; reading the names of the stack opens files");
  std::fprintf(stderr, "lockstep: determinism guard: simulated code called %s; instead: %s\n",
               function, instead);
  const std::string stack = boost::stacktrace::to_string(boost::stacktrace::stacktrace());
  std::fputs(stack.c_str(), stderr);
  std::fflush(stderr);
  std::abort();
}

}  // namespace lockstep::sim::guard
