#include "rig/proxy.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <utility>

#include "impl/live/os_clock.hpp"
#include "rig/blocking_redis.hpp"
#include "rig/proxy_lane.hpp"

namespace lockstep::rig {

using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t read_bytes = 16 << 10;
constexpr int port_tries_max = 5;  // another process may take a free port first
constexpr Nanos accept_again = milliseconds(20);

MonoTime now() { return live::OsClock().now(); }

tcp::endpoint on_loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

/// The peer sees a reset, not an orderly end.
void reset_socket(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void drop(std::vector<FaultId>& from, FaultId fault) {
  const auto found = std::ranges::find(from, fault);
  if (found != from.end()) from.erase(found);
}

/// One client's connection and the one to the server that goes with it. Lives as long as its
/// handlers; after close() they do nothing.
class Pair final : public std::enable_shared_from_this<Pair> {
 public:
  using Ways = std::array<WayState, 2>;
  using Touch = std::function<void(FaultId)>;

  /// `ways` and `touch` live until the pair was closed.
  Pair(tcp::socket client, tcp::socket server, const Ways& ways, const Touch& touch)
      : sides_{Side(std::move(client)), Side(std::move(server))}, ways_(ways), touch_(touch) {}

  void start(const tcp::endpoint& server) {
    if (ways_[0].cuts.empty() && ways_[1].cuts.empty()) return dial(server);
    for (const WayState& way : ways_) touch(way.cuts);
    for (Side& side : sides_) side.lane.fall_silent();
    read(0);  // to learn when the client gives up
  }

  void reset() {
    for (Side& side : sides_) reset_socket(side.socket);
    stop();
  }
  void close() {
    error_code ignored;
    for (Side& side : sides_) side.socket.close(ignored);
    stop();
  }
  [[nodiscard]] bool is_open() const { return is_open_; }

  void cuts_ended(std::size_t way, bool delivers) {
    sides_[way].lane.resolve_cut(delivers);
    pump(way);
  }
  void pump_all() {
    for (const std::size_t way : {0U, 1U}) pump(way);
  }

 private:
  /// A socket, and the lane of what is read from it.
  struct Side {
    explicit Side(tcp::socket s) : socket(std::move(s)), timer(socket.get_executor()) {}
    tcp::socket socket;
    Lane lane;
    asio::steady_timer timer;
    std::array<std::byte, read_bytes> buffer{};
    bool reading = false;
    bool writing = false;  ///< from this lane to the other socket
  };

  void touch(const std::vector<FaultId>& faults) const {
    for (const FaultId fault : faults) touch_(fault);
  }
  void stop() {
    is_open_ = false;
    for (Side& side : sides_) side.timer.cancel();
  }

  void dial(const tcp::endpoint& server) {
    sides_[1].socket.async_connect(server, [self = shared_from_this()](const error_code& error) {
      if (!self->is_open_) return;
      if (error) return self->reset();
      error_code ignored;
      for (Side& side : self->sides_) side.socket.set_option(tcp::no_delay(true), ignored);
      for (const std::size_t way : {0U, 1U}) self->read(way);
    });
  }

  void read(std::size_t way) {
    Side& side = sides_[way];
    if (side.reading || side.lane.is_full()) return;
    side.reading = true;
    side.socket.async_read_some(
        asio::buffer(side.buffer),
        [self = shared_from_this(), way](const error_code& error, std::size_t n) {
          self->sides_[way].reading = false;
          if (self->is_open_) self->arrived(way, error ? 0 : n);
        });
  }

  void arrived(std::size_t way, std::size_t n) {
    Side& side = sides_[way];
    const WayState& state = ways_[way];
    touch(state.cuts);
    touch(state.clogs);
    if (state.slowed_by) touch_(*state.slowed_by);
    const auto* begin = side.buffer.data();
    side.lane.take(std::vector<std::byte>(begin, begin + n), state, now());
    if (n > 0) read(way);
    pump(way);
  }

  /// Delivers what may be, one chunk after the other.
  void pump(std::size_t way) {
    Side& side = sides_[way];
    if (!is_open_ || side.writing) return;
    if (side.lane.is_over()) return close();
    const std::vector<std::byte>* chunk = side.lane.ready(ways_[way], now());
    if (chunk == nullptr) return arm(way);
    if (chunk->empty()) return close();
    side.writing = true;
    asio::async_write(sides_[1 - way].socket, asio::buffer(*chunk),
                      [self = shared_from_this(), way](const error_code& error, std::size_t) {
                        self->written(way, error);
                      });
  }

  void written(std::size_t way, const error_code& error) {
    Side& side = sides_[way];
    side.writing = false;
    if (!is_open_) return;
    if (error) return reset();
    side.lane.pop();
    read(way);
    pump(way);
  }

  void arm(std::size_t way) {
    const auto due = sides_[way].lane.due(ways_[way]);
    if (!due) return;
    asio::steady_timer& timer = sides_[way].timer;
    timer.expires_at(std::chrono::steady_clock::time_point(due->time_since_epoch()));
    timer.async_wait([self = shared_from_this(), way](const error_code& error) {
      if (!error) self->pump(way);
    });
  }

  std::array<Side, 2> sides_;
  const Ways& ways_;
  const Touch& touch_;
  bool is_open_ = true;
};

}  // namespace

/// What outlives the proxy for handlers that are still on their way.
class Proxy::Link final : public std::enable_shared_from_this<Link> {
 public:
  Link(live::Loop& loop, ProxyOptions options)
      : acceptor_(loop.context()), again_(loop.context()), options_(std::move(options)) {}

  /// Takes the port; connections are refused until listen().
  Result<void> bind(std::uint16_t port) {
    error_code error;
    const tcp::endpoint at = on_loopback(port);
    acceptor_.open(at.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(at, error);
    if (error) return give_up("bind", error);
    port_ = port;
    return {};
  }

  Result<void> listen() {
    error_code error;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return give_up("listen", error);
    is_listening_ = true;
    accept();
    return {};
  }

  void end() {
    is_over_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    again_.cancel();
    for (auto& [number, pair] : pairs_) pair->close();
    pairs_.clear();
  }

  [[nodiscard]] WayState& way(Way way) { return ways_[static_cast<std::size_t>(way)]; }

  void heal(Way which) {
    const auto index = static_cast<std::size_t>(which);
    for (auto& [number, pair] : alive()) pair->cuts_ended(index, options_.delivers_late(number));
  }
  void pump_all() {
    for (auto& [number, pair] : alive()) pair->pump_all();
  }
  void reset(FaultId fault) {
    for (auto& [number, pair] : alive()) {
      options_.on_touched(fault);
      pair->reset();
    }
  }
  /// While it refuses it keeps its port, bound and deaf: or somebody else might answer there.
  void refuse(bool refused) {
    if (refused != is_listening_ || is_over_) return;
    if (refused) {
      error_code ignored;
      acceptor_.close(ignored);
      is_listening_ = false;
      static_cast<void>(bind(port_));  // else later
      return;
    }
    const bool listens = (acceptor_.is_open() || bind(port_)) && listen();
    if (!listens) retry([this] { refuse(false); });
  }
  void turn_to(const tcp::endpoint& server) { options_.server = server; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  using Pairs = std::map<std::uint64_t, std::shared_ptr<Pair>>;

  /// A copy, since what is done to one may end it; without those that are closed.
  Pairs alive() {
    std::erase_if(pairs_, [](const auto& pair) { return !pair.second->is_open(); });
    return pairs_;
  }

  Result<void> give_up(const char* what, const error_code& error) {
    error_code ignored;
    acceptor_.close(ignored);
    return fail(
        definite(Errc::io_error, std::string("a proxy cannot ") + what + ": " + error.message()));
  }

  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](const error_code& error, tcp::socket client) {
          if (self->is_over_ || error == asio::error::operation_aborted) return;
          if (error) return self->retry([link = self.get()] { link->accept(); });
          self->welcome(std::move(client));
          self->accept();
        });
  }

  void welcome(tcp::socket client) {
    static_cast<void>(alive());
    tcp::socket server(client.get_executor());
    auto pair =
        std::make_shared<Pair>(std::move(client), std::move(server), ways_, options_.on_touched);
    pairs_[connections_++] = pair;
    pair->start(options_.server);
  }

  /// The system was out of something.
  void retry(std::function<void()> what) {
    again_.expires_after(accept_again);
    again_.async_wait([self = shared_from_this(), what = std::move(what)](const error_code& error) {
      if (!error && !self->is_over_) what();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer again_;
  ProxyOptions options_;
  Pair::Ways ways_;
  Pairs pairs_;  ///< by number
  std::uint64_t connections_ = 0;
  std::uint16_t port_ = 0;
  bool is_listening_ = false;
  bool is_over_ = false;
};

Result<std::unique_ptr<Proxy>> Proxy::open(live::Loop& loop, ProxyOptions options) {
  const auto link = std::make_shared<Link>(loop, std::move(options));
  Result<void> listens;
  for (int tries = 0; tries < port_tries_max; ++tries) {
    const auto port = free_port();
    if (!port) return fail(port.error());
    listens = link->bind(*port);
    if (listens) listens = link->listen();
    if (listens) return std::unique_ptr<Proxy>(new Proxy(link));
  }
  return fail(listens.error());
}

Result<tcp::endpoint> look_up(live::Loop& loop, const std::string& host, std::uint16_t port) {
  tcp::resolver resolver(loop.context());
  error_code error;
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty()) return fail(definite(Errc::refused, host + ": " + error.message()));
  return found.begin()->endpoint();
}

Proxy::~Proxy() { link_->end(); }

std::uint16_t Proxy::port() const { return link_->port(); }

void Proxy::cut(FaultId fault, Way way) { link_->way(way).cuts.push_back(fault); }

void Proxy::heal(FaultId fault, Way way) {
  auto& cuts = link_->way(way).cuts;
  drop(cuts, fault);
  if (cuts.empty()) link_->heal(way);
}

void Proxy::clog(FaultId fault, Way way) { link_->way(way).clogs.push_back(fault); }

void Proxy::unclog(FaultId fault, Way way) {
  drop(link_->way(way).clogs, fault);
  link_->pump_all();
}

void Proxy::slow(FaultId fault, Way way, Nanos extra) {
  WayState& state = link_->way(way);
  state.extra = extra;
  state.slowed_by.reset();
  if (extra > Nanos(0)) state.slowed_by = fault;
}

void Proxy::reset(FaultId fault) { link_->reset(fault); }
void Proxy::refuse(bool refused) { link_->refuse(refused); }
void Proxy::turn_to(const tcp::endpoint& server) { link_->turn_to(server); }

void Proxy::heal_all() {
  for (const Way way : {Way::up, Way::down}) {
    WayState& state = link_->way(way);
    state = {};
    link_->heal(way);
  }
  link_->pump_all();
  link_->refuse(false);
}

}  // namespace lockstep::rig
