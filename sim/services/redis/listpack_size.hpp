// How many bytes redis-server 7.0 needs for the elements of a listpack, the packed form of a macro
// node of a stream: approximate trimming removes whole nodes, and a node is full by bytes or by
// entries. Source: listpack.c of redis-server 7.0, lpEncodeGetType and lpEncodeBacklen.
#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep::sim::redis::listpack {

/// Of an empty listpack: its header and its end.
inline constexpr std::uint64_t empty_bytes = 7;

[[nodiscard]] std::uint64_t element_bytes(std::int64_t value);
/// A text that is a canonical 64-bit integer is packed as one.
[[nodiscard]] std::uint64_t element_bytes(std::string_view text);

}  // namespace lockstep::sim::redis::listpack
