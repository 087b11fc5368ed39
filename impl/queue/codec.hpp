// How values of a type become payloads of a queue, and back. Specialise Codec for your own types,
// or include json_codec.hpp for everything that nlohmann_json converts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/result.hpp"

namespace lockstep::queue {

/// A specialisation has `static Result<std::string> encode(const T&)`, whose error is definite and
/// invalid_argument, and `static Result<T> decode(std::string_view)`, whose error is definite and
/// undecodable.
template <class T>
struct Codec;

template <>
struct Codec<std::string> {
  static Result<std::string> encode(const std::string& text) { return text; }
  static Result<std::string> decode(std::string_view payload) { return std::string(payload); }
};

template <>
struct Codec<std::vector<std::byte>> {
  static Result<std::string> encode(const std::vector<std::byte>& bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  static Result<std::vector<std::byte>> decode(std::string_view payload) {
    const auto* first = reinterpret_cast<const std::byte*>(payload.data());
    return std::vector<std::byte>(first, first + payload.size());
  }
};

}  // namespace lockstep::queue
