// What is tried, in the order of how much it takes away. Each pass leaves the best plan as small as
// it can make it alone; shrink() repeats them all until none helps. Internal to scenarios/shrink.
#pragma once

#include "scenarios/shrink/search.hpp"

namespace lockstep::shrink {

/// Ends the run soon after the violation, and begins it not long before the first fault.
void shrink_horizon(Search& search);
/// All faults, then each kind, then ever fewer of what is left.
void shrink_faults(Search& search);
/// Names the node that each fault hit, in place of whom it might have hit: then it hits the same
/// when others are gone.
void name_targets(Search& search);
/// All operations of a client, then ever fewer.
void shrink_operations(Search& search);
/// Where much is left: as the two above, and each candidate also under the next few seeds. They
/// draw other latencies and identities, which in a plan that is nearly small enough is often what
/// lacks.
void shrink_with_other_draws(Search& search);
/// Clients, lock servers, replicas, keys, consumers, and what the workload does besides.
void shrink_cast(Search& search);
/// Clocks that are right, latencies that do not vary: who is there then matters less.
void calm_world(Search& search);
/// How long faults last and how strong they are, thinking and holding, clocks, latencies: smaller,
/// then rounder.
void shrink_values(Search& search);
/// The schedule: fifo.
void shrink_schedule(Search& search);

}  // namespace lockstep::shrink
