// Finds out from the servers' commit logs what became of operations whose clients never learned it,
// and writes it into the history: the second judge's knowledge.
#pragma once

#include "scenarios/lock_world/lock_world.hpp"

namespace lockstep::scenarios {

/// Resolves every open or unknown operation of the run's history that is the reference's. Commands
/// of other implementations are not understood, and their operations stay unresolved; so do those
/// of Redlock, which take effect at no single server.
///
/// Executions of equal commands are interchangeable: any assignment that respects the times of
/// operations that were answered describes the same run of the server.
void resolve_unknowns(LockWorld& world, const checkers::History& history);

}  // namespace lockstep::scenarios
