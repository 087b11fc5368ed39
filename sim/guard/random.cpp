// The operating system's entropy, and generators that belong to the process.
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <random>
#include <string>

#include "sim/guard/pass.hpp"

using lockstep::sim::guard::pass;

namespace {
constexpr const char* a_draw = "env::Random in a node, draw(seed, stream, key...) elsewhere";
}  // namespace

extern "C" {

ssize_t getrandom(void* buffer, size_t length, unsigned int flags) {
  return pass<"getrandom", decltype(::getrandom)>(a_draw, buffer, length, flags);
}

int getentropy(void* buffer, size_t length) {
  return pass<"getentropy", decltype(::getentropy)>(a_draw, buffer, length);
}

__uint32_t arc4random() noexcept { return pass<"arc4random", decltype(::arc4random)>(a_draw); }

__uint32_t arc4random_uniform(__uint32_t limit) noexcept {
  return pass<"arc4random_uniform", decltype(::arc4random_uniform)>(a_draw, limit);
}

void arc4random_buf(void* buffer, size_t length) noexcept {
  return pass<"arc4random_buf", decltype(::arc4random_buf)>(a_draw, buffer, length);
}

int rand() noexcept { return pass<"rand", decltype(::rand)>(a_draw); }
void srand(unsigned int seed) noexcept { return pass<"srand", decltype(::srand)>(a_draw, seed); }
long random() noexcept { return pass<"random", decltype(::random)>(a_draw); }
void srandom(unsigned int seed) noexcept {
  return pass<"srandom", decltype(::srandom)>(a_draw, seed);
}
long lrand48() noexcept { return pass<"lrand48", decltype(::lrand48)>(a_draw); }
long mrand48() noexcept { return pass<"mrand48", decltype(::mrand48)>(a_draw); }
// lint-allow(floating-point): the type of the C library's function, whose value goes to nobody
double drand48() noexcept { return pass<"drand48", decltype(::drand48)>(a_draw); }

}  // extern "C"

// Of OpenSSL, where the program has it. No header of it is needed for that.
extern "C" {
int RAND_bytes(unsigned char* buffer, int length);
int RAND_bytes(unsigned char* buffer, int length) {
  return pass<"RAND_bytes", decltype(::RAND_bytes)>(a_draw, buffer, length);
}
int RAND_priv_bytes(unsigned char* buffer, int length);
int RAND_priv_bytes(unsigned char* buffer, int length) {
  return pass<"RAND_priv_bytes", decltype(::RAND_priv_bytes)>(a_draw, buffer, length);
}
}

// libstdc++'s own, which asks the processor (rdrand) before it asks the system.
void std::random_device::_M_init(const std::string& token) {
  return pass<"_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
              void(std::random_device*, const std::string&)>(a_draw, this, token);
}

unsigned int std::random_device::_M_getval() {
  return pass<"_ZNSt13random_device9_M_getvalEv", unsigned int(std::random_device*)>(a_draw, this);
}
