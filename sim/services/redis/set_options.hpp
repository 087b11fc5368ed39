// The options that SET and GETEX share: conditions, and an expiry in one of five forms.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/services/redis/call.hpp"

namespace lockstep::sim::redis {

/// The unit and base of an expiry argument, from the option's name: EX, PX, EXAT, PXAT.
struct ExpiryForm {
  bool in_seconds = false;
  bool absolute = false;
};

struct SetOptions {
  bool only_if_missing = false;  ///< NX
  bool only_if_there = false;    ///< XX
  bool get = false;              ///< GET: the reply is the old value
  bool keep_ttl = false;
  bool persist = false;
  std::optional<ExpiryForm> expiry_form;
  std::string_view expiry;  ///< as it was written
};

/// An expiry argument as absolute ms. The error names `command`: "invalid expire time in 'set'".
/// Zero and negative values are errors.
[[nodiscard]] OrReply<std::int64_t> parse_expiry(std::string_view text, ExpiryForm form,
                                                 const Call& call, std::string_view command);

/// The options from argument `first` on. The expiry's text is not looked at.
[[nodiscard]] OrReply<SetOptions> parse_set_options(const Call& call, std::size_t first,
                                                    bool is_getex);
/// The expiry of `options` as `parse_expiry` sees it, or nullopt if there is none.
[[nodiscard]] OrReply<std::optional<std::int64_t>> expiry_of(const SetOptions& options,
                                                             const Call& call,
                                                             std::string_view command);

}  // namespace lockstep::sim::redis
