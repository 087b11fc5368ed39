#include "impl/queue/redis_stream_words.hpp"

#include <utility>

namespace lockstep::queue {

Error strange_answer(const resp::Reply& reply) {
  return indefinite(Errc::protocol, "the queue answered " + resp::to_text(reply));
}

Error queue_lost() {
  return definite(Errc::corrupt, "the server has no such queue any more: it was lost there");
}

Error closed_error() { return definite(Errc::closed, "the queue was closed"); }

Error told(Error error) {
  if (!error.detail.starts_with("NOGROUP")) return error;
  Error lost = queue_lost();
  lost.effect = error.effect;
  return lost;
}

std::optional<EventId> id_of(const resp::Reply& reply) {
  if (!reply.is_bulk() || !reply.text().starts_with("0-")) return std::nullopt;
  const auto number = number_of(std::string_view(reply.text()).substr(2));
  if (!number || *number == 0) return std::nullopt;
  return EventId{*number};
}

Result<std::int64_t> integer_of(Result<resp::Reply> reply) {
  if (!reply) return fail(told(std::move(reply.error())));
  if (!reply->is_integer()) return fail(strange_answer(*reply));
  return reply->integer();
}

Result<std::vector<resp::Reply>> items_of(Result<resp::Reply> reply, std::size_t least) {
  if (!reply) return fail(told(std::move(reply.error())));
  if (!reply->is_array() || reply->items().size() < least) return fail(strange_answer(*reply));
  return std::move(*reply).items();
}

std::optional<DeadLetter> letter_of(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t second = first == text.npos ? text.npos : text.find(':', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto id = number_of(text.substr(0, first));
  const auto attempts = number_of(text.substr(first + 1, second - first - 1));
  const std::string_view cause = text.substr(second + 1);
  const bool was_nacked = cause == name_of(DeadCause::nacked);
  if (!id || !attempts || (!was_nacked && cause != name_of(DeadCause::timed_out))) {
    return std::nullopt;
  }
  DeadLetter letter;
  letter.id = EventId{*id};
  letter.attempts = static_cast<std::uint32_t>(*attempts);
  letter.cause = was_nacked ? DeadCause::nacked : DeadCause::timed_out;
  return letter;
}

}  // namespace lockstep::queue
