// A Lua library with a flaw, for tests: preloaded into `lockstep`, whose simulated Redis runs its
// scripts by lua_pcall(). LOCKSTEP_PLANT says what goes wrong there:
//   clock   the operating system's clock is read
//   count   every 200th script of the process, whichever run it belongs to, fails
// Anything else: nothing.
#include <dlfcn.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <string_view>

// Of lua.h, which no product code of this folder sees.
struct lua_State;
extern "C" {
int lua_pcall(lua_State* state, int arguments, int results, int handler);
void lua_settop(lua_State* state, int index);
void lua_pushstring(lua_State* state, const char* text);
}

namespace {

constexpr int lua_error_at_run = 2;

using Call = int (*)(lua_State*, int, int, int);

/// Read when the library is loaded: simulated code may not look at the environment.
const std::string_view plant = [] {
  const char* const named = ::getenv("LOCKSTEP_PLANT");
  return std::string_view(named == nullptr ? "" : named);
}();

void plant_a_clock() {
  // lint-allow(os-clock): what the guard must catch
  static std::chrono::steady_clock::time_point last;
  last = std::chrono::steady_clock::now();  // lint-allow(os-clock): the same
}

int fail_script(lua_State* state, int arguments) {
  lua_settop(state, -arguments - 2);
  lua_pushstring(state, "planted");
  return lua_error_at_run;
}

}  // namespace

extern "C" int lua_pcall(lua_State* state, int arguments, int results, int handler) {
  static const auto real = reinterpret_cast<Call>(dlsym(RTLD_NEXT, "lua_pcall"));
  static std::atomic<int> calls{0};
  if (plant == "clock") plant_a_clock();
  if (plant == "count" && ++calls % 200 == 0) return fail_script(state, arguments);
  return real(state, arguments, results, handler);
}
