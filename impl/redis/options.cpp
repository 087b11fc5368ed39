#include "impl/redis/options.hpp"

#include <charconv>
#include <limits>

#include "impl/base/duration.hpp"

namespace lockstep::redis {

namespace {

using Unexpected = std::unexpected<Error>;

Unexpected bad(std::string detail) {
  return fail(definite(Errc::invalid_argument, "redis url: " + std::move(detail)));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// @param part  What it is, for the message; the text itself may be a secret.
Result<std::string> decode(std::string_view text, std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return bad("the " + std::string(part) + " holds a '%' without two hex digits behind it");
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<std::uint32_t> number(std::string_view text, std::string_view part, std::uint32_t low,
                             std::uint32_t high) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return bad(std::string(part) + " is '" + std::string(text) + "', expected a number from " +
               std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

/// `text` up to the first of `stops`; what is behind it (the stop included) stays in `text`.
std::string_view cut(std::string_view& text, std::string_view stops) {
  const std::string_view head = text.substr(0, text.find_first_of(stops));
  text.remove_prefix(head.size());
  return head;
}

Result<void> read_userinfo(std::string_view text, Options& options) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return bad("user information without a ':' (for a password alone write ':password@')");
  }
  Result<std::string> user = decode(text.substr(0, colon), "user");
  if (!user) return fail(user.error());
  Result<std::string> password = decode(text.substr(colon + 1), "password");
  if (!password) return fail(password.error());
  if (password->empty()) return bad("a user, but an empty password");
  options.user = std::move(*user);
  options.password = std::move(*password);
  return {};
}

Result<void> read_host(std::string_view text, Options& options) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return bad("'[' without ']' in the host");
    options.endpoint.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    options.endpoint.host = cut(text, ":");
    port = text;
  }
  if (options.endpoint.host.empty()) return bad("no host");
  options.endpoint.port = 6379;
  if (port.empty()) return {};
  if (!port.starts_with(':')) return bad("'" + std::string(port) + "' behind the host");
  const Result<std::uint32_t> value = number(port.substr(1), "the port", 1, 65535);
  if (!value) return fail(value.error());
  options.endpoint.port = static_cast<std::uint16_t>(*value);
  return {};
}

Result<void> read_duration(std::string_view value, std::string_view name, Nanos& into) {
  const Result<Nanos> parsed = parse_duration(value);
  if (!parsed) return bad(std::string(name) + ": " + parsed.error().detail);
  into = *parsed;
  return {};
}

Result<void> read_tls_option(std::string_view name, std::string value, env::Tls& tls) {
  if (name == "sni") {
    tls.sni = std::move(value);
  } else if (name == "ca_file") {
    tls.ca_file = std::move(value);
  } else if (value == "true" || value == "false") {
    tls.verify = value == "true";
  } else {
    return bad("verify is '" + value + "', expected true or false");
  }
  return {};
}

Result<void> read_option(std::string_view text, Options& options) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (equals == std::string_view::npos) {
    return bad("option '" + std::string(name) + "' without a value");
  }
  Result<std::string> value = decode(text.substr(equals + 1), name);
  if (!value) return fail(value.error());
  if (name == "connect_timeout") return read_duration(*value, name, options.connect_timeout);
  if (name == "command_timeout") return read_duration(*value, name, options.command_timeout);
  if (name == "backoff_min") return read_duration(*value, name, options.backoff_min);
  if (name == "backoff_max") return read_duration(*value, name, options.backoff_max);
  if (name == "client_name") {
    options.client_name = std::move(*value);
    return {};
  }
  if (name == "sni" || name == "ca_file" || name == "verify") {
    if (!options.endpoint.tls) return bad("option '" + std::string(name) + "' needs rediss://");
    return read_tls_option(name, std::move(*value), *options.endpoint.tls);
  }
  return bad("unknown option '" + std::string(name) +
             "'; known: connect_timeout, command_timeout, backoff_min, backoff_max, client_name, "
             "sni, ca_file, verify");
}

Result<void> read_query(std::string_view query, Options& options) {
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    if (Result<void> read = read_option(cut(query, "&"), options); !read) return read;
  }
  return {};
}

Result<void> positive(Nanos value, std::string_view name) {
  if (value.count() > 0) return {};
  return fail(definite(Errc::invalid_argument, "redis: " + std::string(name) + " is " +
                                                   to_text(value) + ", expected more than 0"));
}

Result<void> check_bounds(const Options& options) {
  for (const std::size_t bound : {options.in_flight_max, options.queued_max,
                                  options.command_bytes_max, options.batch_bytes_max}) {
    if (bound == 0) {
      return fail(definite(Errc::invalid_argument, "redis: a bound (*_max) is 0"));
    }
  }
  if (options.backoff_min > options.backoff_max) {
    return fail(definite(Errc::invalid_argument,
                         "redis: backoff_min " + to_text(options.backoff_min) +
                             " is above backoff_max " + to_text(options.backoff_max)));
  }
  return {};
}

}  // namespace

Result<Options> parse_url(std::string_view url) {
  Options options;
  if (url.starts_with("rediss://")) {
    options.endpoint.tls.emplace();
    url.remove_prefix(9);
  } else if (url.starts_with("redis://")) {
    url.remove_prefix(8);
  } else {
    return bad("it starts with '" + std::string(url.substr(0, url.find(':'))) +
               "', expected redis:// or rediss://");
  }
  std::string_view authority = cut(url, "/?#");
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (Result<void> read = read_userinfo(authority.substr(0, at), options); !read) {
      return fail(read.error());
    }
    authority.remove_prefix(at + 1);
  }
  if (Result<void> read = read_host(authority, options); !read) return fail(read.error());
  if (url.starts_with('/')) {
    url.remove_prefix(1);
    if (const std::string_view db = cut(url, "?#"); !db.empty()) {
      const Result<std::uint32_t> value =
          number(db, "the database", 0, std::numeric_limits<std::int32_t>::max());
      if (!value) return fail(value.error());
      options.db = *value;
    }
  }
  if (url.starts_with('#')) return bad("a '#' part, which has no meaning here");
  if (Result<void> read = read_query(url, options); !read) return fail(read.error());
  if (Result<void> valid = validate(options); !valid) return fail(valid.error());
  return options;
}

Result<void> validate(const Options& options) {
  if (options.endpoint.host.empty() || options.endpoint.port == 0) {
    return fail(definite(Errc::invalid_argument, "redis: no host or no port"));
  }
  for (const auto& [value, name] : {std::pair(options.connect_timeout, "connect_timeout"),
                                    std::pair(options.command_timeout, "command_timeout"),
                                    std::pair(options.backoff_min, "backoff_min"),
                                    std::pair(options.backoff_max, "backoff_max")}) {
    if (Result<void> checked = positive(value, name); !checked) return checked;
  }
  for (const char c : options.client_name) {
    if (c <= ' ' || c > '~') {
      return fail(definite(Errc::invalid_argument,
                           "redis: client_name may hold printable ASCII without spaces only"));
    }
  }
  return check_bounds(options);
}

std::string address_of(const Options& options) {
  const std::string& host = options.endpoint.host;
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(options.endpoint.port);
}

}  // namespace lockstep::redis
