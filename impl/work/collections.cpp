#include "impl/work/collections.hpp"

namespace lockstep::work {

std::string to_text(const Collection& collection) {
  return collection.database + ":" + collection.name;
}

}  // namespace lockstep::work
