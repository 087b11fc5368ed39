#include "impl/redis/errors.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace lockstep::redis {

namespace {

struct Row {
  std::string_view word;
  Errc code;
  Effect plain;
  Effect script;
};

// Sorted by word. See the table in the header for the reasons.
constexpr std::array rows{
    Row{"ASK", Errc::server_error, Effect::none, Effect::none},
    Row{"BUSY", Errc::server_error, Effect::none, Effect::none},
    Row{"CLUSTERDOWN", Errc::server_error, Effect::none, Effect::none},
    Row{"CROSSSLOT", Errc::server_error, Effect::none, Effect::none},
    Row{"EXECABORT", Errc::server_error, Effect::none, Effect::unknown},
    Row{"LOADING", Errc::server_error, Effect::none, Effect::none},
    Row{"MASTERDOWN", Errc::server_error, Effect::none, Effect::none},
    Row{"MISCONF", Errc::server_error, Effect::none, Effect::unknown},
    Row{"MOVED", Errc::server_error, Effect::none, Effect::none},
    Row{"NOAUTH", Errc::denied, Effect::none, Effect::none},
    Row{"NOPERM", Errc::denied, Effect::none, Effect::unknown},
    Row{"NOREPLICAS", Errc::server_error, Effect::none, Effect::unknown},
    Row{"NOSCRIPT", Errc::server_error, Effect::none, Effect::none},
    Row{"OOM", Errc::server_error, Effect::none, Effect::none},
    Row{"READONLY", Errc::read_only, Effect::none, Effect::none},
    Row{"TRYAGAIN", Errc::server_error, Effect::none, Effect::none},
    Row{"WRONGPASS", Errc::denied, Effect::none, Effect::none},
    Row{"WRONGTYPE", Errc::server_error, Effect::none, Effect::unknown},
};
static_assert(std::ranges::is_sorted(rows, {}, &Row::word));

}  // namespace

Error classify(std::string_view reply, CommandKind kind) {
  const std::string_view word = reply.substr(0, reply.find(' '));
  const auto* row = std::ranges::lower_bound(rows, word, {}, &Row::word);
  if (row == rows.end() || row->word != word) {
    return indefinite(Errc::server_error, std::string(reply));
  }
  return {row->code, kind == CommandKind::plain ? row->plain : row->script, std::string(reply)};
}

}  // namespace lockstep::redis
