#include "scenarios/fidelity/step_templates.hpp"

#include <rapidcheck.h>

#include <sstream>

namespace lockstep::scenarios {

std::string filled_word(const std::string& word, const WordPools& pools) {
  const auto pool = pools.find(word);
  return pool == pools.end() ? word : *rc::gen::elementOf(pool->second);
}

Words filled_template(const Words& templates, const WordPools& pools) {
  const std::string chosen = *rc::gen::elementOf(templates);
  std::istringstream text(chosen);
  Words words;
  for (std::string word; text >> word;) words.push_back(filled_word(word, pools));
  const int odd = *rc::gen::inRange(0, 40);
  if (odd == 1 && words.size() > 1) words.pop_back();
  if (odd == 2) words.push_back(filled_word("$v", pools));
  return words;
}

TwinStep generated_step(const Words& words) {
  TwinStep made;
  made.client = *rc::gen::weightedElement<std::size_t>({{4, 0}, {1, 1}});
  made.later = milliseconds(*rc::gen::weightedElement<int>(
      {{8, 0}, {4, 1}, {2, 4}, {2, 5}, {2, 99}, {2, 100}, {1, 101}, {1, 1500}, {1, -50}}));
  made.words = words;
  return made;
}

}  // namespace lockstep::scenarios
