// What a program whose simulated code touched the operating system says before it ends.
#include <dlfcn.h>

#include <boost/core/demangle.hpp>
#include <boost/stacktrace.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sim/guard/pass.hpp"

namespace lockstep::sim::guard {

void* hidden_definition(const char* symbol) noexcept { return dlsym(RTLD_NEXT, symbol); }

void refuse(const char* function, const char* instead) noexcept {
  const OutOfWorld dying("the run ends here; reading the names of the stack opens files");
  const std::string_view symbol(function);
  const std::string name = symbol.starts_with("_Z") ? boost::core::demangle(function) : function;
  std::fprintf(stderr, "lockstep: determinism guard: simulated code called %s; instead: %s\n",
               name.c_str(), instead);
  const std::string stack = boost::stacktrace::to_string(boost::stacktrace::stacktrace());
  std::fputs(stack.c_str(), stderr);
  std::fflush(stderr);
  std::abort();
}

}  // namespace lockstep::sim::guard
