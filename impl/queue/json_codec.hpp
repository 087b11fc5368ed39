// Payloads as JSON text, for every type that nlohmann_json converts. Include it where a queue of
// such a type is used, and nowhere else: the header is a large one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "impl/queue/codec.hpp"

namespace lockstep::queue {

template <class T>
  requires requires(nlohmann::json json, const T& value) {
    json = value;
    json.get<T>();
  }
struct Codec<T> {
  static Result<std::string> encode(const T& value) {
    try {
      return nlohmann::json(value).dump();
    } catch (const nlohmann::json::exception& error) {
      return fail(definite(Errc::invalid_argument, error.what()));
    }
  }
  static Result<T> decode(std::string_view payload) {
    try {
      return nlohmann::json::parse(payload).template get<T>();
    } catch (const nlohmann::json::exception& error) {
      return fail(definite(Errc::undecodable, error.what()));
    }
  }
};

}  // namespace lockstep::queue
