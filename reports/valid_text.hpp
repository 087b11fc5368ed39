// Text of unknown origin (scenario files, messages of the system, witnesses) made fit for formats
// that refuse some characters.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::reports {

/// Well-formed UTF-8 of characters that XML 1.0 allows: what is neither becomes U+FFFD, one for
/// each byte or character; line ends become '\n'. Control characters besides tab and line end are
/// not allowed, not even escaped.
[[nodiscard]] std::string xml_text(std::string_view text);

/// Well-formed UTF-8: each byte of anything else becomes U+FFFD.
[[nodiscard]] std::string utf8_text(std::string_view text);

}  // namespace lockstep::reports
