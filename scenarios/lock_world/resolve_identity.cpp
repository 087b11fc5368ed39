#include "scenarios/lock_world/resolve_identity.hpp"

namespace lockstep::scenarios {

namespace {

namespace name = checkers::name;
using checkers::Event;

// The scripts are told apart by their number of keys and words: redis_lock_scripts.hpp,
// fenced_store.cpp, and fenced_hashes.cpp of impl/work, whose third argument is the operation.
constexpr std::size_t first_key = Identity::first_key;
constexpr std::size_t hash_operation = first_key + 4;
constexpr std::size_t hash_fields = first_key + 5;

bool is_hash_put(std::span<const std::string_view> words) {
  return words.size() > hash_fields + 1 && words[2] == "2" && words[hash_operation] == "put";
}

/// "{lockstep-view}:hash:d0:c0": "d0:c0".
std::string_view hash_name(std::string_view key) {
  constexpr std::string_view mark = ":hash:";
  const std::size_t at = key.find(mark);
  return at == std::string_view::npos ? std::string_view() : key.substr(at + mark.size());
}

}  // namespace

std::size_t sink_parts(std::span<const std::string_view> words) {
  return is_hash_put(words) ? (words.size() - hash_fields) / 2 : 1;
}

void Identity::of_lock(std::span<const std::string_view> words) {
  text_.clear();
  const bool acquire = words[2] == "2" && words.size() == first_key + 7;
  if (acquire) {
    text_.append("acquire ").append(words[first_key + 2]).append(":");
    text_.append(words[first_key + 3]).append(":");
  } else if (words[2] == "1" && words.size() == first_key + 2) {
    text_.append("release ").append(words[first_key + 1]);
  } else if (words[2] == "1" && words.size() == first_key + 3) {
    text_.append("renew ").append(words[first_key + 1]);
  }
}

void Identity::of_sink(std::span<const std::string_view> words, std::size_t part) {
  text_.clear();
  is_hash_put(words) ? of_hash(words, part) : of_store(words);
}

void Identity::set(std::string_view f, std::string_view key, std::string_view value,
                   std::string_view token) {
  text_.append(f).append(" ").append(key).append(" ").append(value).append(" ").append(token);
}

/// The progress store keeps collection and position, a sink position and payload.
void Identity::of_hash(std::span<const std::string_view> words, std::size_t part) {
  const std::string_view hash = hash_name(words[first_key + 1]);
  const std::string_view token = words[first_key + 2];
  const std::string_view field = words[hash_fields + 2 * part];
  const std::string_view value = words[hash_fields + 2 * part + 1];
  if (hash == "progress") return set("save", field, value, token);
  set("apply", hash, field, token);
}

void Identity::of_store(std::span<const std::string_view> words) {
  if (words.size() != first_key + 6) return;
  const std::string_view f = words[first_key + 2];
  text_.append(f).append(" ");
  if (f == "write") {
    text_.append(words[first_key + 5]);
    return;
  }
  const std::string_view state_key = words[first_key + 1];
  text_.append(state_key.substr(state_key.rfind(':') + 1)).append(" ");
  text_.append(words[first_key + 3]);
}

void Identity::of_event(const checkers::History& history, const Event& event,
                        std::string_view token) {
  text_.clear();
  if (event.f == name::apply || event.f == name::save) {
    return set(history.text(event.f), history.text(event.key), std::to_string(event.value),
               std::to_string(event.token.value));
  }
  const bool locks = event.f == name::acquire || event.f == name::renew || event.f == name::release;
  const bool uses = event.f == name::write || event.f == name::read || event.f == name::raise;
  if ((!locks || token.empty()) && !uses) return;
  text_.append(history.text(event.f)).append(" ");
  if (locks) {
    text_.append(token).append(":");
  } else if (event.f == name::write) {
    text_.append(std::to_string(event.value));
  } else {
    text_.append(history.text(event.key)).append(" ");
    text_.append(std::to_string(event.token.value));
  }
}

}  // namespace lockstep::scenarios
