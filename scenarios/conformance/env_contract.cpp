#include "scenarios/conformance/env_contract.hpp"

#include <algorithm>
#include <cstring>

namespace lockstep::conformance {

Task<StreamPtr> connected(Env& env, Peer& peer) {
  const MonoTime deadline = env.clock.now() + patience;
  Result<StreamPtr> stream = co_await env.network.connect(peer.endpoint(), deadline);
  if (stream) co_return std::move(*stream);
  ADD_FAILURE() << to_text(stream.error());
  co_return nullptr;
}

Task<void> send(env::Stream& stream, std::string_view text) {
  const Outcome wrote = co_await env::write_all(stream, bytes_of(text));
  EXPECT_EQ(wrote.code, Errc::ok);
  EXPECT_EQ(wrote.n, text.size());
}

Task<std::string> receive(env::Stream& stream, std::size_t size, Env& env) {
  std::string all;
  std::string chunk(64U << 10U, '\0');
  while (all.size() < size) {
    const std::size_t want = std::min(chunk.size(), size - all.size());
    const MonoTime deadline = env.clock.now() + patience;
    const Outcome got = co_await env::read_some(stream, bytes_of(chunk).first(want), deadline);
    if (!got) break;
    all.append(chunk, 0, got.n);
  }
  co_return all;
}

Task<std::string> receive_all(env::Stream& stream, Env& env) {
  co_return co_await receive(stream, std::string::npos, env);
}

Task<void> eventually(Env& env, std::function<bool()> holds) {
  const MonoTime limit = env.clock.now() + patience;
  while (!holds()) {
    if (env.clock.now() > limit) {
      ADD_FAILURE() << "it never came to pass";
      co_return;
    }
    co_await env::sleep_for(env, milliseconds(1));
  }
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
    const std::uint64_t word = mix64(i);
    std::memcpy(bytes.data() + i, &word, std::min(sizeof word, size - i));
  }
  return bytes;
}

}  // namespace lockstep::conformance
