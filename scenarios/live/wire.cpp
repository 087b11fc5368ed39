#include "scenarios/live/wire.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace lockstep::scenarios::live {

namespace {

static_assert(std::is_trivially_copyable_v<checkers::Event>);
static_assert(std::is_trivially_copyable_v<lock::LeaseToken>);
static_assert(std::is_standard_layout_v<checkers::Event>);

constexpr std::ptrdiff_t event_fields_end =
    offsetof(checkers::Event, has_commit) + sizeof(checkers::Event::has_commit);
constexpr std::size_t head_bytes = sizeof(std::uint32_t) + 1;  // of what follows; which message

template <class T>
void append(std::string& out, const T& value) {
  std::array<char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(T));
  out.append(bytes.data(), bytes.size());
}

/// The fields of one message, in order.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T take() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      is_good_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }
  std::string rest() {
    std::string text(bytes_.size(), '\0');
    if (!bytes_.empty()) std::memcpy(text.data(), bytes_.data(), bytes_.size());
    bytes_ = {};
    return text;
  }
  [[nodiscard]] bool are_right() const { return is_good_ && bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  bool is_good_ = true;
};

struct Encoder {
  std::string operator()(const NewName& name) const { return name.text; }
  std::string operator()(const NewLease& lease) const { return plain(lease.token); }
  std::string operator()(const NewEvent& event) const {
    std::string out = plain(event.event);
    std::fill(out.begin() + event_fields_end, out.end(), '\0');  // padding says nothing
    return out;
  }
  std::string operator()(const Taken& taken) const { return plain(taken.n); }
  std::string operator()(const QueueLeft& left) const { return plain(left.queues); }
  std::string operator()(const Labelled& labelled) const {
    return (labelled.present ? "+" : "-") + labelled.label;
  }

  template <class T>
  static std::string plain(const T& value) {
    std::string out;
    append(out, value);
    return out;
  }
};

std::optional<Message> labelled(Fields fields) {
  const char sign = fields.take<char>();
  Labelled out{.label = fields.rest(), .present = sign == '+'};
  if (!fields.are_right() || (sign != '+' && sign != '-')) return std::nullopt;
  return out;
}

template <class M, class T>
std::optional<Message> plain(Fields fields) {
  M message{fields.take<T>()};
  return fields.are_right() ? std::optional<Message>(message) : std::nullopt;
}

/// nullopt: no message. `kind` is the index in the variant.
std::optional<Message> decode(std::uint8_t kind, std::span<const std::byte> bytes) {
  Fields fields(bytes);
  switch (kind) {
    case 0: return NewName{fields.rest()};
    case 1: return plain<NewLease, lock::LeaseToken>(fields);
    case 2: return plain<NewEvent, checkers::Event>(fields);
    case 3: return plain<Taken, std::uint32_t>(fields);
    case 4: return plain<QueueLeft, std::uint32_t>(fields);
    case 5: return labelled(fields);
    default: return std::nullopt;
  }
}

Error no_worker(const char* what) {
  return definite(Errc::protocol, std::string("a worker's messages are broken: ") + what);
}

}  // namespace

std::string encode(const Message& message) {
  const std::string body = std::visit(Encoder{}, message);
  std::string out;
  append(out, static_cast<std::uint32_t>(body.size()));
  append(out, static_cast<std::uint8_t>(message.index()));
  return out + body;
}

bool write_message(int file, const Message& message) {
  const std::string bytes = encode(message);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(file, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void MessageReader::feed(std::span<const std::byte> bytes) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Message>> MessageReader::next() {
  const std::span<const std::byte> rest = std::span(bytes_).subspan(begin_);
  if (rest.size() < head_bytes) return std::nullopt;
  Fields head(rest.first(head_bytes));
  const auto size = head.take<std::uint32_t>();
  const auto kind = head.take<std::uint8_t>();
  if (size > message_bytes_max) return fail(no_worker("one is too long"));
  if (rest.size() < head_bytes + size) return std::nullopt;
  std::optional<Message> message = decode(kind, rest.subspan(head_bytes, size));
  if (!message) return fail(no_worker("one is of no kind"));
  begin_ += head_bytes + size;
  return message;
}

}  // namespace lockstep::scenarios::live
