// The descriptions of plans, for plan files and failures. Internal to scenarios/format.
#pragma once

#include "scenarios/format/fields.hpp"
#include "scenarios/format/plan.hpp"

namespace lockstep::scenarios {

/// Reading also checks what must hold between the fields of a plan.
void plan_fields(Fields& fields, Plan& plan);

}  // namespace lockstep::scenarios
