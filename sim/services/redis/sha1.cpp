#include "sim/services/redis/sha1.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

#include "impl/base/assert.hpp"

namespace lockstep::sim::redis {

namespace {

/// Without the machine's openssl.cnf, which the library would read in the middle of a world, and
/// which may change or forbid the digest. For good: OpenSSL knows one answer per process.
const EVP_MD* sha1() {
  static const int initialised = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  ASSERT(initialised == 1);
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  ASSERT(fetched != nullptr);
  return fetched;
}

}  // namespace

std::string sha1_hex(std::string_view bytes) {
  std::array<unsigned char, 20> digest{};
  unsigned int size = 0;
  ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, sha1(), nullptr) == 1);
  ASSERT(size == digest.size());
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  out.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    out += hex[byte >> 4U];
    out += hex[byte & 15U];
  }
  return out;
}

}  // namespace lockstep::sim::redis
