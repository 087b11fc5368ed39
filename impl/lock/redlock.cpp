#include "impl/lock/redlock.hpp"

#include <algorithm>
#include <map>

#include "impl/base/assert.hpp"
#include "impl/lock/redis_lock_scripts.hpp"
#include "impl/lock/redis_lock_words.hpp"
#include "impl/lock/redlock_scripts.hpp"

namespace lockstep::lock {

/// One question on its way to several servers. Lives as long as any of them may still answer.
struct Redlock::Question {
  Question(env::Waits& waits, std::size_t servers)
      : round(servers), news(waits), holders(servers) {}

  Kind kind = Kind::get;
  std::vector<std::string> words;  ///< keys, then arguments; of a get: the command
  std::size_t keys = 0;
  RedlockRound round;
  env::Event news;  ///< somebody answered
  std::vector<std::optional<std::pair<std::string, std::string>>>
      holders;  ///< token, owner: of get
};

Redlock::Redlock(env::Env& env, std::span<redis::Client* const> clients, RedisLockOptions options)
    : BookedBackend(env), options_(std::move(options)), tasks_(env) {
  ASSERT(clients.size() % 2 == 1 && clients.size() <= servers_max);
  ASSERT(options_.prefix.find_first_of("{}") == std::string::npos);
  for (redis::Client* const client : clients) {
    Server server;
    server.client = client;
    server.acquire = client->add_script("node acquire", node_acquire_script);
    server.confirm = client->add_script("node confirm", node_confirm_script);
    server.renew = client->add_script("renew", renew_script);
    server.release = client->add_script("release", release_script);
    servers_.push_back(server);
  }
}

Task<void> Redlock::shutdown() {
  tasks_.stop();
  co_await tasks_.join();
}

Nanos Redlock::operation_timeout() const {
  Nanos longest{};
  for (const Server& server : servers_) {
    longest = std::max(longest, server.client->options().command_timeout);
  }
  return (2 + confirm_attempts) * longest;
}

// ---- conversations ------------------------------------------------------------------------------

Redlock::Asked Redlock::question(Kind kind, std::string_view key,
                                 std::vector<std::string> arguments) {
  auto asked = std::make_shared<Question>(env().waits, servers_.size());
  asked->kind = kind;
  if (kind == Kind::get) asked->words.emplace_back("GET");
  asked->words.push_back(lease_key_of(options_.prefix, key));
  if (kind == Kind::acquire || kind == Kind::confirm) {
    append_lock_key(options_.prefix, "fence:", key, asked->words.emplace_back());
  }
  asked->keys = asked->words.size();
  std::ranges::move(arguments, std::back_inserter(asked->words));
  return asked;
}

void Redlock::ask_all(const Asked& asked) {
  for (std::size_t server = 0; server < servers_.size(); ++server) ask(asked, server);
}

void Redlock::ask(const Asked& asked, std::size_t server) { tasks_.spawn(converse(asked, server)); }

redis::ScriptId Redlock::script_of(const Server& server, Kind kind) {
  switch (kind) {
    case Kind::acquire: return server.acquire;
    case Kind::confirm: return server.confirm;
    case Kind::renew: return server.renew;
    case Kind::release: return server.release;
    case Kind::get: break;
  }
  ASSERT(false);
}

Task<void> Redlock::converse(Asked asked, std::size_t server) {
  const Server& to = servers_[server];
  const std::vector<std::string_view> words(asked->words.begin(), asked->words.end());
  if (asked->kind == Kind::get) {
    redis::Call call(words);
    co_await to.client->run(call);
    hear(*asked, server, call.take());
  } else {
    redis::Call call(script_of(to, asked->kind), asked->keys, words);
    co_await to.client->run(call);
    hear(*asked, server, call.take());
  }
}

namespace {

using Vote = RedlockRound::Vote;

std::optional<std::uint64_t> number_of(const resp::Reply& reply) {
  if (!reply.is_bulk()) return std::nullopt;
  std::uint64_t value = 0;
  const std::string& text = reply.text();
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What node_acquire_script answered.
Result<RedlockRound::Answer> acquire_answer(const resp::Reply& reply) {
  const bool fits = reply.is_array() && reply.items().size() == 3 && reply.items()[0].is_integer();
  if (!fits) return fail(strange_answer(reply));
  const std::int64_t code = reply.items()[0].integer();
  const auto highest = number_of(reply.items()[1]);
  const auto fence = number_of(reply.items()[2]);
  if (!highest || !fence) return fail(strange_answer(reply));
  RedlockRound::Answer answer;
  if (code == 1) {
    answer = {Vote::yes, false, *highest, *fence};
  } else if (code == static_cast<int>(AcquireAnswer::not_ours)) {
    return fail(definite(Errc::corrupt, "a server holds a value that is not a lock's"));
  } else {
    answer = {Vote::no, code == static_cast<int>(AcquireAnswer::stale)};
  }
  return answer;
}

Result<RedlockRound::Answer> integer_answer(const resp::Reply& reply) {
  if (!reply.is_integer()) return fail(strange_answer(reply));
  RedlockRound::Answer answer;
  answer.vote = reply.integer() == 1 ? Vote::yes : Vote::no;
  return answer;
}

}  // namespace

void Redlock::hear(Question& question, std::size_t server, Result<resp::Reply> reply) {
  Result<RedlockRound::Answer> answer = fail(Error());
  if (!reply) {
    answer = fail(reply.error());
  } else if (question.kind == Kind::get) {
    const Result<std::optional<LeaseValue>> lease = lease_value_of(*reply);
    if (!lease) answer = fail(lease.error());
    if (lease) answer = RedlockRound::Answer{*lease ? Vote::yes : Vote::no};
    if (lease && *lease) {
      question.holders[server] = {std::string((*lease)->token), std::string((*lease)->owner)};
    }
  } else {
    answer = question.kind == Kind::acquire ? acquire_answer(*reply) : integer_answer(*reply);
  }
  if (answer) {
    question.round.answer(server, *answer);
  } else {
    question.round.fail(server, answer.error());
  }
  question.news.notify_all();
}

Task<void> Redlock::decided(Asked asked) {
  while (asked->round.verdict() == Verdict::open) {
    co_await asked->news.wait();
  }
}

// ---- acquire ------------------------------------------------------------------------------------

Task<Result<AcquireOutcome>> Redlock::acquire(AcquireRequest& request) {
  if (Result<void> may = book().begin_acquire(request, now()); !may) {
    co_return fail(std::move(may.error()));
  }
  if (request.floor.value >= fencing_token_max) {
    book().refused(request.token);
    co_return fail(tokens_exhausted(request.key));
  }
  const MonoTime sent = now();
  const std::string token = to_text(request.token);
  std::vector<std::string> arguments;
  arguments.push_back(token.substr(0, 16));
  arguments.push_back(token.substr(17));
  arguments.push_back(request.owner);
  arguments.push_back(std::to_string(milliseconds_of(request.ttl)));
  const Asked asked = question(Kind::acquire, request.key, std::move(arguments));
  ask_all(asked);
  co_await decided(asked);
  if (asked->round.verdict() != Verdict::won) {
    Error why = asked->round.error();
    co_return co_await give_up(asked, request, std::move(why));
  }
  Result<FencingToken> fence = co_await agree(asked, request, local_deadline(sent, request.ttl));
  if (!fence) co_return co_await give_up(asked, request, std::move(fence.error()));
  co_return granted(request, *fence, sent, sent);
}

/// Lets a quorum of those that granted the lease write down one fencing token for it.
Task<Result<FencingToken>> Redlock::agree(Asked acquired, const AcquireRequest& request,
                                          MonoTime until) {
  while (acquired->round.may_be_agreed()) {
    co_await acquired->news.wait();
  }
  if (const auto before = acquired->round.agreed()) co_return *before;
  FencingToken fence{};
  for (int attempt = 0; attempt < confirm_attempts && now() < until; ++attempt) {
    fence = acquired->round.propose(request.floor, fence);
    if (fence.value > fencing_token_max) co_return fail(tokens_exhausted(request.key));
    std::string digits = std::to_string(fence.value);
    digits.insert(0, 16 - digits.size(), '0');
    std::vector<std::string> arguments;
    arguments.push_back(to_text(request.token) + ":");
    arguments.push_back(std::move(digits));
    const Asked asked = question(Kind::confirm, request.key, std::move(arguments));
    for (std::size_t server = 0; server < servers_.size(); ++server) {
      const bool has_it = acquired->round.answers()[server].vote == Vote::yes;
      if (has_it) ask(asked, server);
      if (!has_it)
        asked->round.fail(server, definite(Errc::no_reply, "it did not grant the lease"));
    }
    co_await decided(asked);
    if (asked->round.verdict() == Verdict::won) co_return fence;
  }
  co_return fail(indefinite(Errc::no_reply, "granted, but no quorum took its fencing token"));
}

/// Not granted: whatever some servers gave is given back, and the token is spent. Even where all of
/// it was given back that is no definite failure: a server that granted it let go of what this
/// identity held there before.
Task<Result<AcquireOutcome>> Redlock::give_up(Asked acquired, AcquireRequest& request, Error why) {
  request.reuse_until = MonoTime::min();
  const bool refused = acquired->round.verdict() == Verdict::denied;
  why.effect = acquired->round.may_have_effect() ? Effect::unknown : Effect::none;
  co_await give_back(acquired, request);
  if (refused) co_return contended(request, acquired->round.any_stale());
  co_return fail(std::move(why));
}

/// Waits for those that granted it, so that nothing of it is left where servers answer.
Task<void> Redlock::give_back(Asked acquired, const AcquireRequest& request) {
  book().begin_release(request.token);
  std::vector<std::string> arguments;
  arguments.push_back(to_text(request.token) + ":");
  const Asked asked = question(Kind::release, request.key, std::move(arguments));
  std::vector<std::size_t> awaited;
  for (std::size_t server = 0; server < servers_.size(); ++server) {
    const Vote vote = acquired->round.answers()[server].vote;
    if (vote == Vote::no || vote == Vote::failed) continue;
    ask(asked, server);
    if (vote == Vote::yes) awaited.push_back(server);
  }
  for (const std::size_t server : awaited) {
    while (asked->round.answers()[server].vote == Vote::open) {
      co_await asked->news.wait();
    }
  }
}

// ---- renew, release, look -----------------------------------------------------------------------

Task<Result<RenewOutcome>> Redlock::renew(const Lease& lease, Nanos ttl) {
  if (Result<void> valid = check_ttl(ttl); !valid) co_return fail(std::move(valid.error()));
  const MonoTime sent = now();
  std::vector<std::string> arguments;
  arguments.push_back(to_text(lease.token) + ":");
  arguments.push_back(std::to_string(milliseconds_of(ttl)));
  const Asked asked = question(Kind::renew, lease.key, std::move(arguments));
  ask_all(asked);
  co_await decided(asked);
  if (asked->round.verdict() == Verdict::denied) co_return lost(lease);
  if (asked->round.verdict() != Verdict::won) co_return renew_failed(lease, asked->round.error());
  if (now() >= lease.deadline || now() >= local_deadline(sent, ttl)) {
    co_return renew_failed(lease, indefinite(Errc::no_reply, "renewed after the local deadline"));
  }
  co_return renewed(lease, ttl, sent);
}

Task<Result<ReleaseOutcome>> Redlock::release(const std::string& key, LeaseToken token) {
  book().begin_release(token);
  std::vector<std::string> arguments;
  arguments.push_back(to_text(token) + ":");
  const Asked asked = question(Kind::release, key, std::move(arguments));
  ask_all(asked);
  co_await decided(asked);
  const Verdict verdict = asked->round.verdict();
  if (verdict == Verdict::undecided) {
    if (!asked->round.may_have_effect()) book().undo_release(token);
    co_return fail(asked->round.error());
  }
  co_return released(key, token, verdict == Verdict::won);
}

Task<Result<std::uint64_t>> Redlock::release_all(const std::string& owner) {
  std::uint64_t count = 0;
  Result<void> all;
  for (const LeaseBook::Held& held : book().held_by(owner, now())) {
    const Result<ReleaseOutcome> outcome = co_await release(held.key, held.token);
    if (!outcome && all) all = fail(outcome.error());
    if (outcome && std::holds_alternative<Released>(*outcome)) ++count;
  }
  if (!all) co_return fail(std::move(all.error()));
  co_return count;
}

Task<Result<bool>> Redlock::is_locked(const std::string& key) {
  const Result<std::optional<std::string>> who = co_await holder(key);
  if (!who) co_return fail(who.error());
  co_return who->has_value();
}

Task<Result<std::optional<std::string>>> Redlock::owner(const std::string& key) {
  return holder(key);
}

/// The owner of a lease that a quorum holds. Votes for several leases elect nobody.
Task<Result<std::optional<std::string>>> Redlock::holder(std::string key) {
  const Asked asked = question(Kind::get, key, {});
  ask_all(asked);
  while (asked->round.count(Vote::open) > 0 && asked->round.verdict() != Verdict::denied) {
    co_await asked->news.wait();
  }
  if (asked->round.verdict() == Verdict::denied) co_return std::optional<std::string>();
  std::map<std::pair<std::string, std::string>, std::size_t> votes;
  for (const auto& one : asked->holders) {
    if (one && ++votes[*one] >= RedlockRound::quorum_of(servers_.size())) co_return one->second;
  }
  const std::size_t silent = asked->round.count(Vote::failed) + asked->round.count(Vote::unknown);
  const auto may_win = [&](const auto& vote) {
    return vote.second + silent >= RedlockRound::quorum_of(servers_.size());
  };
  if (silent >= RedlockRound::quorum_of(servers_.size()) || std::ranges::any_of(votes, may_win)) {
    co_return fail(definite(asked->round.error().code, asked->round.error().detail));
  }
  co_return std::optional<std::string>();
}

}  // namespace lockstep::lock
