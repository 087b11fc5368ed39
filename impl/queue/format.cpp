#include "impl/queue/format.hpp"

#include <array>

#include "impl/base/hash.hpp"

namespace lockstep::queue {
namespace {

constexpr std::size_t id_bytes = 8;
constexpr std::size_t checksum_bytes = 4;
constexpr std::string_view meta_key{"m"};

template <class Integer>
void append(std::string& out, Integer number) {  // least significant byte first
  std::array<char, sizeof(Integer)> bytes{};
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes[i] = static_cast<char>(
        static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> (8 * i)));
  }
  out.append(bytes.data(), bytes.size());
}

/// Takes numbers from the front; what is missing reads as zero and is remembered.
class Body {
 public:
  explicit Body(std::string_view bytes) : bytes_(bytes) {}
  template <class Integer>
  Integer take() {
    std::uint64_t number = 0;
    if (bytes_.size() < sizeof(Integer)) {
      is_short_ = true;
      return Integer{};
    }
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      number |= std::uint64_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    }
    bytes_.remove_prefix(sizeof(Integer));
    return static_cast<Integer>(number);
  }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool is_whole() const { return !is_short_; }
  [[nodiscard]] bool is_used_up() const { return !is_short_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool is_short_ = false;
};

std::uint32_t checksum(std::string_view key, std::string_view value) {
  return static_cast<std::uint32_t>(digest(value, digest(key)));
}

std::string begin(std::size_t body_bytes) {
  std::string value;
  value.reserve(1 + body_bytes + checksum_bytes);
  value.push_back(static_cast<char>(format_version));
  return value;
}

std::string end(std::string_view key, std::string value) {
  append(value, checksum(key, value));
  return value;
}

std::string record_name(std::string_view key) {
  const auto parsed = parse_key(key);
  if (!parsed) return "a record with an unknown key";
  if (parsed->kind == RecordKind::meta) return "the queue's state";
  if (parsed->kind == RecordKind::data) return "the data of '" + std::string(key.substr(1)) + "'";
  return std::string("record '") + static_cast<char>(parsed->kind) + "' of event " +
         std::to_string(parsed->id.value);
}

std::unexpected<Error> corrupt(std::string_view key, std::string_view why) {
  return fail(definite(Errc::corrupt, record_name(key) + " is damaged: " + std::string(why)));
}

/// The body, if checksum and version are right. The checksum first: it is the same in every
/// version, so that damage is never taken for a later version.
Result<Body> open(std::string_view key, std::string_view value) {
  if (value.size() < 1 + checksum_bytes) return corrupt(key, "too short");
  const auto version = static_cast<unsigned char>(value.front());
  const std::string_view covered = value.substr(0, value.size() - checksum_bytes);
  const auto stored = Body(value.substr(covered.size())).take<std::uint32_t>();
  if (version == 0 || stored != checksum(key, covered)) {
    return corrupt(key, "its checksum does not match");
  }
  if (version > format_version) {
    return fail(definite(Errc::newer_format, record_name(key) + " has format version " +
                                                 std::to_string(version) +
                                                 "; this build knows versions up to " +
                                                 std::to_string(format_version)));
  }
  return Body(covered.substr(1));
}

}  // namespace

std::string_view name_of(DeadCause cause) {
  switch (cause) {
    case DeadCause::nacked: return "nacked";
    case DeadCause::timed_out: return "timed_out";
    case DeadCause::reopened: return "reopened";
  }
  return "unknown";
}

std::string key_of(RecordKind kind, EventId id) {
  std::string key(1, static_cast<char>(kind));
  if (kind == RecordKind::meta) return key;
  for (std::size_t i = 0; i < id_bytes; ++i) {
    key.push_back(static_cast<char>(static_cast<unsigned char>(id.value >> (56 - 8 * i))));
  }
  return key;
}

std::string data_key_of(std::string_view name) {
  std::string key(1, static_cast<char>(RecordKind::data));
  key += name;
  return key;
}

std::optional<Key> parse_key(std::string_view key) {
  if (key == meta_key) return Key{RecordKind::meta, {}};
  if (!key.empty() && key.front() == static_cast<char>(RecordKind::data)) {
    return Key{RecordKind::data, {}};
  }
  constexpr std::string_view kinds{"eadx"};
  if (key.size() != 1 + id_bytes || kinds.find(key.front()) == kinds.npos) return std::nullopt;
  std::uint64_t id = 0;
  for (const char byte : key.substr(1)) id = id << 8U | static_cast<unsigned char>(byte);
  return Key{static_cast<RecordKind>(key.front()), EventId{id}};
}

std::string write_meta(const Meta& meta) {
  const std::array numbers{meta.sequence, meta.synced, meta.last_id, meta.reserved,  meta.first_id,
                           meta.live,     meta.dead,   meta.bytes,   meta.generation};
  std::string value = begin(sizeof(numbers));
  for (const std::uint64_t number : numbers) append(value, number);
  return end(meta_key, std::move(value));
}

Result<Meta> read_meta(std::string_view value) {
  auto body = open(meta_key, value);
  if (!body) return fail(std::move(body.error()));
  Meta meta;
  for (std::uint64_t* number :
       {&meta.sequence, &meta.synced, &meta.last_id, &meta.reserved, &meta.first_id, &meta.live,
        &meta.dead, &meta.bytes, &meta.generation}) {
    *number = body->take<std::uint64_t>();
  }
  if (!body->is_used_up()) return corrupt(meta_key, "a wrong length");
  return meta;
}

std::string write_event(std::string_view key, std::string_view payload) {
  std::string value = begin(payload.size());
  value += payload;
  return end(key, std::move(value));
}

Result<std::string_view> read_event(std::string_view key, std::string_view value) {
  auto body = open(key, value);
  if (!body) return fail(std::move(body.error()));
  return body->rest();
}

std::string write_data(std::string_view key, std::string_view value) {
  return write_event(key, value);
}
Result<std::string_view> read_data(std::string_view key, std::string_view value) {
  return read_event(key, value);
}

std::string write_attempt(std::string_view key, const Attempt& attempt) {
  std::string value = begin(12);
  append(value, attempt.attempts);
  append(value, attempt.delay.count());
  return end(key, std::move(value));
}

Result<Attempt> read_attempt(std::string_view key, std::string_view value) {
  auto body = open(key, value);
  if (!body) return fail(std::move(body.error()));
  Attempt attempt;
  attempt.attempts = body->take<std::uint32_t>();
  attempt.delay = Nanos(body->take<std::int64_t>());
  if (!body->is_used_up() || attempt.delay.count() < 0) return corrupt(key, "a wrong field");
  return attempt;
}

std::string write_dead(std::string_view key, const DeadBody& dead) {
  std::string value = begin(5 + dead.payload.size());
  append(value, dead.attempts);
  append(value, static_cast<std::uint8_t>(dead.cause));
  value += dead.payload;
  return end(key, std::move(value));
}

Result<DeadBody> read_dead(std::string_view key, std::string_view value) {
  auto body = open(key, value);
  if (!body) return fail(std::move(body.error()));
  DeadBody dead;
  dead.attempts = body->take<std::uint32_t>();
  const auto cause = body->take<std::uint8_t>();
  if (!body->is_whole() || cause > static_cast<std::uint8_t>(DeadCause::reopened)) {
    return corrupt(key, "a wrong field");
  }
  dead.cause = static_cast<DeadCause>(cause);
  dead.payload = body->rest();
  return dead;
}

std::string write_damage(std::string_view key, const Damage& damage) {
  std::string value = begin(16 + damage.detail.size());
  append(value, damage.ids.first.value);
  append(value, damage.ids.last.value);
  value += damage.detail;
  return end(key, std::move(value));
}

Result<Damage> read_damage(std::string_view key, std::string_view value) {
  auto body = open(key, value);
  if (!body) return fail(std::move(body.error()));
  Damage damage;
  damage.ids.first.value = body->take<std::uint64_t>();
  damage.ids.last.value = body->take<std::uint64_t>();
  if (!body->is_whole()) return corrupt(key, "too short");
  damage.detail = body->rest();
  return damage;
}

}  // namespace lockstep::queue
