#include "faults/kind.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace lockstep::faults {
namespace {

TEST(FaultKinds, every_kind_is_found_by_its_name_and_says_what_it_does) {
  std::set<std::string_view> names;
  for (const KindSpec& spec : kinds()) {
    EXPECT_EQ(kind_of(spec.name), spec.kind);
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_FALSE(spec.in_sim.empty()) << spec.name;
    EXPECT_NE(spec.live.empty(), spec.why_not_live.empty()) << spec.name;
    EXPECT_FALSE(spec.targets.empty()) << spec.name;
  }
  EXPECT_EQ(names.size(), kind_count);
  EXPECT_EQ(kind_of("crsh"), std::nullopt);
}

TEST(FaultKinds, defaults_of_parameters_lie_in_their_bounds_and_names_are_their_own) {
  for (const KindSpec& spec : kinds()) {
    std::set<std::string_view> taken{"kind", "target", "peer", "every", "at", "for"};
    for (const ParameterSpec& parameter : spec.parameters) {
      EXPECT_TRUE(taken.insert(parameter.name).second) << spec.name << " " << parameter.name;
      EXPECT_LE(parameter.least, parameter.default_low) << spec.name << " " << parameter.name;
      EXPECT_LE(parameter.default_low, parameter.default_high) << spec.name;
      EXPECT_LE(parameter.default_high, parameter.most) << spec.name << " " << parameter.name;
      EXPECT_EQ(parameter.unit == Unit::choice, !parameter.choices.empty()) << spec.name;
      if (parameter.unit == Unit::choice) {
        EXPECT_EQ(static_cast<std::size_t>(parameter.most) + 1, parameter.choices.size());
      }
    }
  }
}

TEST(FaultKinds, enumerators_match_the_choices_they_index) {
  const auto choice = [](Kind kind, std::string_view name, std::size_t index) {
    return spec_of(kind).parameters[*parameter_index(kind, name)].choices[index];
  };
  const auto shape = [&choice](Shape s) {
    return choice(Kind::partition, "shape", static_cast<std::size_t>(s));
  };
  EXPECT_EQ(shape(Shape::halves), "halves");
  EXPECT_EQ(shape(Shape::isolate_one), "isolate-one");
  EXPECT_EQ(shape(Shape::majority_minority), "majority-minority");
  EXPECT_EQ(shape(Shape::bridge), "bridge");
  EXPECT_EQ(shape(Shape::ring), "ring");
  EXPECT_EQ(shape(Shape::one_way), "one-way");
  EXPECT_EQ(shape(Shape::clients_from_servers), "clients-from-servers");
  EXPECT_EQ(choice(Kind::clog, "direction", static_cast<std::size_t>(Flow::out)), "out");
  EXPECT_EQ(choice(Kind::clog, "direction", static_cast<std::size_t>(Flow::in)), "in");
  EXPECT_EQ(choice(Kind::clog, "direction", static_cast<std::size_t>(Flow::both)), "both");
  EXPECT_EQ(choice(Kind::partition, "direction", static_cast<std::size_t>(Flow::in)), "in");
}

TEST(FaultKinds, selectors_are_roles_numbered_nodes_and_labels_that_the_kind_allows) {
  const KindSpec& pause = spec_of(Kind::pause);
  for (const auto* good : {"client", "client/0", "client/12", "redis", "sink/0", "holder", "any"}) {
    EXPECT_TRUE(may_target(pause, good)) << good;
  }
  for (const auto* bad : {"", "clients", "client/", "client/x", "client/01", "client/-1", "any/1",
                          "holder/0", "client/1/2", "client/99999999999"}) {
    EXPECT_FALSE(may_target(pause, bad)) << bad;
  }
  EXPECT_FALSE(may_target(spec_of(Kind::failover), "client"));
  EXPECT_TRUE(may_target(spec_of(Kind::failover), "redis/0"));
  EXPECT_EQ(node_number("client/12"), 12U);
  EXPECT_EQ(node_number("client"), std::nullopt);
}

}  // namespace
}  // namespace lockstep::faults
