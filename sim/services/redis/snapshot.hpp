// One key as the commands that make it anew: what a replica gets that is fed everything.
//
// Of a stream everything comes back but how its entries are packed into macro nodes (see
// stream.hpp) and when its consumers were seen last.
#pragma once

#include <string>
#include <vector>

#include "sim/services/redis/engine.hpp"
#include "sim/services/redis/value.hpp"

namespace lockstep::sim::redis {

void add_snapshot(std::vector<Effect>& effects, std::size_t db, const std::string& key,
                  const Entry& entry);

}  // namespace lockstep::sim::redis
