#include "checkers/names.hpp"

#include "impl/base/assert.hpp"
#include "impl/base/hash.hpp"

namespace lockstep::checkers {
namespace {

constexpr std::size_t first_slots = 128;  // known names fill less than half

}  // namespace

Names::Names() : slots_(first_slots, 0) {
  texts_.reserve(2 * name::known.size());
  texts_.emplace_back();
  for (const std::string_view text : name::known) intern(text);
}

std::size_t Names::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = digest(text) & mask;
  while (slots_[slot] != 0 && texts_[slots_[slot]] != text) slot = (slot + 1) & mask;
  return slot;
}

std::optional<NameId> Names::find(std::string_view text) const {
  if (text.empty()) return name::none;
  const std::uint32_t id = slots_[slot_of(text)];
  if (id == 0) return std::nullopt;
  return NameId{id};
}

NameId Names::intern(std::string_view text) {
  if (text.empty()) return name::none;
  const std::size_t slot = slot_of(text);
  if (slots_[slot] != 0) return NameId{slots_[slot]};
  ASSERT(texts_.size() < names_max);
  const NameId id{static_cast<std::uint32_t>(texts_.size())};
  slots_[slot] = id.value;
  texts_.emplace_back(text);
  if (texts_.size() * 2 > slots_.size()) grow();
  return id;
}

void Names::grow() {
  slots_.assign(slots_.size() * 4, 0);
  for (std::uint32_t id = 1; id < texts_.size(); ++id) slots_[slot_of(texts_[id])] = id;
}

}  // namespace lockstep::checkers
