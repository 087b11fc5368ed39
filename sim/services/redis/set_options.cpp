#include "sim/services/redis/set_options.hpp"

#include <limits>

#include "sim/services/redis/replies.hpp"
#include "sim/services/redis/text.hpp"

namespace lockstep::sim::redis {

namespace {

std::optional<ExpiryForm> expiry_form(std::string_view option) {
  if (equals_ignoring_case(option, "ex")) return ExpiryForm{.in_seconds = true, .absolute = false};
  if (equals_ignoring_case(option, "px")) return ExpiryForm{.in_seconds = false, .absolute = false};
  if (equals_ignoring_case(option, "exat")) return ExpiryForm{.in_seconds = true, .absolute = true};
  if (equals_ignoring_case(option, "pxat"))
    return ExpiryForm{.in_seconds = false, .absolute = true};
  return std::nullopt;
}

// A flag option; false if it is none, or contradicts an earlier one.
bool take_flag(std::string_view option, bool is_getex, bool has_expiry, SetOptions& options) {
  if (is_getex) {
    const bool fits = equals_ignoring_case(option, "persist") && !has_expiry;
    options.persist = options.persist || fits;
    return fits;
  }
  if (equals_ignoring_case(option, "nx") && !options.only_if_there) {
    return options.only_if_missing = true;
  }
  if (equals_ignoring_case(option, "xx") && !options.only_if_missing) {
    return options.only_if_there = true;
  }
  if (equals_ignoring_case(option, "get")) return options.get = true;
  if (equals_ignoring_case(option, "keepttl") && !has_expiry) return options.keep_ttl = true;
  return false;
}

}  // namespace

OrReply<std::int64_t> parse_expiry(std::string_view text, ExpiryForm form, const Call& call,
                                   std::string_view command) {
  const auto number = parse_integer(text);
  if (!number) return refuse(replies::not_an_integer());
  const bool too_large =
      form.in_seconds && *number > std::numeric_limits<std::int64_t>::max() / 1000;
  if (*number <= 0 || too_large) return refuse(replies::invalid_expire(command));
  const std::int64_t ms = form.in_seconds ? *number * 1000 : *number;
  if (form.absolute) return ms;
  const auto at = checked_add(ms, call.now_ms());
  if (!at) return refuse(replies::invalid_expire(command));
  return *at;
}

OrReply<SetOptions> parse_set_options(const Call& call, std::size_t first, bool is_getex) {
  SetOptions options;
  for (std::size_t n = first; n < call.size(); ++n) {
    const auto form = expiry_form(call.arg(n));
    const bool has_expiry = options.expiry_form.has_value();
    if (!form) {
      if (!take_flag(call.arg(n), is_getex, has_expiry, options)) {
        return refuse(replies::syntax_error());
      }
      continue;
    }
    if (has_expiry || options.keep_ttl || options.persist || n + 1 == call.size()) {
      return refuse(replies::syntax_error());
    }
    options.expiry_form = form;
    options.expiry = call.arg(++n);
  }
  return options;
}

OrReply<std::optional<std::int64_t>> expiry_of(const SetOptions& options, const Call& call,
                                               std::string_view command) {
  if (!options.expiry_form) return std::nullopt;
  return parse_expiry(options.expiry, *options.expiry_form, call, command);
}

}  // namespace lockstep::sim::redis
