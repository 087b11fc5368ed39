// A list of strings. Not modelled: its encodings, which nothing but OBJECT ENCODING shows.
#pragma once

#include <deque>
#include <string>

namespace lockstep::sim::redis {

using List = std::deque<std::string>;

}  // namespace lockstep::sim::redis
