// Bytes made small, and then into text: how a page carries its tables.
#pragma once

#include <string>
#include <string_view>

#include "impl/base/result.hpp"

namespace lockstep::reports {

/// One gzip member (RFC 1952) without a time: the same bytes give the same member. Errors,
/// definite: limit - no memory for it, or more than 4 GiB.
[[nodiscard]] Result<std::string> gzip(std::string_view bytes);

/// RFC 4648, padded, without line ends.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace lockstep::reports
