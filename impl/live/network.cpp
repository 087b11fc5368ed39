#include "impl/live/network.hpp"

#include <boost/asio/ip/address.hpp>

#include "impl/live/os_clock.hpp"
#include "impl/live/stream.hpp"

namespace lockstep::live {

namespace {

using asio::ip::tcp;

std::string text_of(const env::Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

/// An error about `endpoint`; what is said of a code without a detail of its own is its meaning.
Error failed(const env::Endpoint& endpoint, const Error& error) {
  const std::string& reason = error.detail;
  return definite(error.code, text_of(endpoint) + ": " +
                                  (reason.empty() ? std::string(name_of(error.code)) : reason));
}

/// A look-up under way; whoever waits for it may leave before the system answers.
struct LookUp {
  explicit LookUp(asio::io_context& io) : resolver(io) {}
  tcp::resolver resolver;
  env::OpQueue waiter;
  std::string detail;
  std::vector<tcp::endpoint> found;
};

void start_look_up(env::PendingOp& op, LiveWaits* waits, std::shared_ptr<LookUp> look_up,
                   std::string host, std::uint16_t port, MonoTime deadline) {
  look_up->waiter.push_back(op);
  waits->suspend(op, deadline, Errc::unreachable);
  auto on_found = [waits = waits->shared_from_this(), look_up](
                      const boost::system::error_code& error, const auto& results) {
    if (look_up->waiter.empty()) return;
    const LiveWaits::Turn turn(*waits);
    for (const auto& entry : results) look_up->found.push_back(entry.endpoint());
    if (look_up->found.empty()) look_up->detail = error.message();
    waits->wake(look_up->waiter.front(), {look_up->found.empty() ? Errc::refused : Errc::ok});
  };
  look_up->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                  std::move(on_found));
}

env::Task<env::Outcome> connect_socket(Connection& connection, tcp::endpoint address,
                                       MonoTime deadline) {
  return env::suspend_as(
      connection.waits(),
      [](env::PendingOp& op, Connection* c, tcp::endpoint to, MonoTime until) {
        c->start_connect(to, until, op);
      },
      &connection, address, deadline);
}

env::Task<env::Outcome> shake_hands(Connection& connection, TlsContext context,
                                    env::Endpoint endpoint, MonoTime deadline) {
  return env::suspend_as(
      connection.waits(),
      [](env::PendingOp& op, Connection* c, const TlsContext& trusted, const env::Endpoint& peer,
         MonoTime until) { c->start_handshake(trusted, peer, until, op); },
      &connection, std::move(context), std::move(endpoint), deadline);
}

/// When to give up the first of `left` addresses, if all are to have an equal share.
MonoTime share_of(MonoTime deadline, std::size_t left) {
  if (deadline == never || left <= 1) return deadline;
  const MonoTime now = OsClock().now();
  return deadline <= now ? deadline : now + (deadline - now) / static_cast<std::int64_t>(left);
}

}  // namespace

env::Task<Result<std::unique_ptr<env::Stream>>> LiveNetwork::connect(env::Endpoint endpoint,
                                                                     MonoTime deadline) {
  Result<Addresses> addresses = co_await resolve(endpoint.host, endpoint.port, deadline);
  if (!addresses) co_return fail(failed(endpoint, addresses.error()));
  Error last;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const MonoTime until = share_of(deadline, addresses->size() - i);
    Opened opened = co_await open((*addresses)[i], endpoint, until);
    if (opened) co_return std::move(*opened);
    last = std::move(opened.error());
    const bool another_may_do = last.code == Errc::refused || last.code == Errc::unreachable;
    if (!another_may_do) break;
  }
  co_return fail(failed(endpoint, last));
}

env::Task<Result<LiveNetwork::Addresses>> LiveNetwork::resolve(std::string host, std::uint16_t port,
                                                               MonoTime deadline) {
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return Addresses(1, tcp::endpoint(address, port));
  auto look_up = std::make_shared<LookUp>(waits_->loop().context());
  LiveWaits* waits = waits_.get();
  const env::Outcome outcome =
      co_await env::suspend_as(*waits, &start_look_up, waits, look_up, host, port, deadline);
  if (outcome) co_return std::move(look_up->found);
  look_up->resolver.cancel();
  co_return fail(definite(outcome.code, "name look-up: " + look_up->detail));
}

env::Task<LiveNetwork::Opened> LiveNetwork::open(tcp::endpoint address, env::Endpoint endpoint,
                                                 MonoTime deadline) {
  auto connection = std::make_shared<Connection>(waits_);
  auto stream = std::make_unique<LiveStream>(connection);  // closes it, whatever comes
  const env::Outcome connected = co_await connect_socket(*connection, address, deadline);
  if (!connected) co_return fail(definite(connected.code, connection->detail()));
  if (!endpoint.tls) co_return std::move(stream);
  const Result<TlsContext> context = context_for(*endpoint.tls);
  if (!context) co_return fail(context.error());
  const env::Outcome secured = co_await shake_hands(*connection, *context, endpoint, deadline);
  if (!secured) co_return fail(definite(secured.code, connection->detail()));
  co_return std::move(stream);
}

Result<TlsContext> LiveNetwork::context_for(const env::Tls& tls) {
  if (!tls.ca_file.empty()) return make_tls_context(tls.ca_file);
  if (!system_context_) {
    Result<TlsContext> loaded = make_tls_context({});
    if (!loaded) return loaded;
    system_context_ = std::move(*loaded);
  }
  return system_context_;
}

}  // namespace lockstep::live
