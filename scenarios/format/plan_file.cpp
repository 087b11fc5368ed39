// parse_plan() and write_plan() of plan.hpp.
#include <utility>

#include "scenarios/format/failure.hpp"
#include "scenarios/format/field_writer.hpp"
#include "scenarios/format/plan.hpp"
#include "scenarios/format/plan_fields.hpp"
#include "scenarios/format/read_json.hpp"

namespace lockstep::scenarios {

std::string write_plan(const Plan& plan) { return write_json(to_json(plan, plan_fields)); }

Input<Plan> parse_plan(std::string_view text, const std::string& file) {
  const Input<Json> json = read_json(text, file, failure_bytes_max);
  if (!json) return std::unexpected(json.error());
  Plan plan;
  ReadState state;
  read_fields(*json, state, plan, plan_fields);
  if (!state.error) return plan;
  state.error->file = file;
  return std::unexpected(*std::move(state.error));
}

}  // namespace lockstep::scenarios
