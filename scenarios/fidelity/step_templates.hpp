// Steps for the twins out of templates: "SET $k $v", with words for what begins with a dollar.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scenarios/fidelity/twin_redis.hpp"

namespace lockstep::scenarios {

using Words = std::vector<std::string>;
/// What stands for a word in a template.
using WordPools = std::map<std::string, Words>;

// These draw from rapidcheck: they are to be called inside rc::gen::exec.

[[nodiscard]] std::string filled_word(const std::string& word, const WordPools& pools);
/// One of `templates`, filled; sometimes with a word too few or too many.
[[nodiscard]] Words filled_template(const Words& templates, const WordPools& pools);
/// The words as one client's or the other's, some time later.
[[nodiscard]] TwinStep generated_step(const Words& words);

}  // namespace lockstep::scenarios
