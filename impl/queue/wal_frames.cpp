#include "impl/queue/wal_frames.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <optional>

namespace lockstep::queue {
namespace {

constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;  // crc 4, length 2, type 1

enum class Type : std::uint8_t { zero = 0, full = 1, first = 2, middle = 3, last = 4 };

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

/// Of type and payload; masked, since a checksum of bytes that hold checksums is a weak one.
std::uint32_t masked_crc(std::string_view covered) {
  Crc32c crc;
  crc.process_bytes(covered.data(), covered.size());
  const std::uint32_t plain = crc.checksum();
  return ((plain >> 15U) | (plain << 17U)) + 0xa282ead8U;
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

struct Frame {
  Type type{};
  std::string_view payload;
  std::size_t end = 0;
};

std::size_t block_end(std::size_t at) { return (at / block_bytes + 1) * block_bytes; }

/// Where a frame at `at` would end by its own length; nullopt: not inside its block and file.
std::optional<std::size_t> claimed_end(std::string_view file, std::size_t at) {
  if (at + header_bytes > file.size()) return std::nullopt;
  const std::size_t end = at + header_bytes + number(file.substr(at + 4, 2));
  return end <= std::min(block_end(at), file.size()) ? std::optional(end) : std::nullopt;
}

std::optional<Frame> frame_at(std::string_view file, std::size_t at) {
  const auto end = claimed_end(file, at);
  if (!end) return std::nullopt;
  const auto type = static_cast<unsigned char>(file[at + 6]);
  if (type < 1 || type > 4) return std::nullopt;
  const std::string_view covered = file.substr(at + 6, *end - at - 6);
  if (masked_crc(covered) != number(file.substr(at, 4))) return std::nullopt;
  return Frame{static_cast<Type>(type), covered.substr(1), *end};
}

/// Where reading goes on behind a damaged frame: at the next good one of its block, wherever that
/// begins, since the length may be what is damaged. (Only one offset in 64 has a type that is one,
/// and is worth a checksum.)
std::size_t resume(std::string_view file, std::size_t at) {
  const std::size_t next_block = std::min(block_end(at), file.size());
  for (++at; at < next_block; ++at) {
    if (frame_at(file, at)) return at;
  }
  return next_block;
}

/// Too little room for a header: zeros up to the end of the block.
bool is_padding(std::size_t at) { return block_end(at) - at < header_bytes; }

Type type_of(bool first, bool last) {
  if (first) return last ? Type::full : Type::first;
  return last ? Type::last : Type::middle;
}

void append_frame(std::string& file, Type type, std::string_view payload) {
  std::string covered(1, static_cast<char>(type));
  covered += payload;
  const std::uint32_t crc = masked_crc(covered);
  for (unsigned i = 0; i < 4; ++i) file.push_back(static_cast<char>(crc >> (8 * i) & 0xffU));
  for (unsigned i = 0; i < 2; ++i) {
    file.push_back(static_cast<char>(payload.size() >> (8 * i) & 0xffU));
  }
  file += covered;
}

/// Puts records together from their fragments.
class Assembler {
 public:
  /// The record that `frame` completes.
  std::optional<std::string_view> add(const Frame& frame, std::size_t at) {
    const bool begins = frame.type == Type::full || frame.type == Type::first;
    if (begins) begin_ = at;
    if (begins) partial_.clear();
    if (!begins && !open_) return std::nullopt;
    open_ = frame.type == Type::first || frame.type == Type::middle;
    if (frame.type == Type::full) return frame.payload;
    partial_ += frame.payload;
    return open_ ? std::nullopt : std::optional<std::string_view>(partial_);
  }
  void drop() { open_ = false; }
  [[nodiscard]] std::size_t begin() const { return begin_; }

 private:
  std::string partial_;
  std::size_t begin_ = 0;
  bool open_ = false;
};

}  // namespace

WalExtent read_frames(std::string_view file,
                      const std::function<void(std::string_view, std::uint64_t)>& found) {
  WalExtent extent;
  Assembler assembler;
  bool is_sound = true;
  for (std::size_t at = 0; at < file.size();) {
    if (is_padding(at)) {
      at = block_end(at);
      continue;
    }
    const auto frame = frame_at(file, at);
    if (!frame) {
      is_sound = false;
      assembler.drop();
      at = resume(file, at);
      continue;
    }
    if (const auto record = assembler.add(*frame, at); record) {
      found(*record, assembler.begin());
      extent.whole_end = frame->end;
      if (is_sound) extent.sound_end = frame->end;
    }
    at = frame->end;
  }
  const std::size_t pad = is_padding(extent.whole_end) ? block_end(extent.whole_end) : 0;
  extent.tail = file.size() - std::min(file.size(), std::max(pad, extent.whole_end));
  return extent;
}

void append_frames(std::string& file, std::string_view record) {
  for (bool first = true;; first = false) {
    if (is_padding(file.size())) file.append(block_end(file.size()) - file.size(), '\0');
    const std::size_t room = block_end(file.size()) - file.size() - header_bytes;
    const std::size_t length = std::min(record.size(), room);
    const bool last = length == record.size();
    append_frame(file, type_of(first, last), record.substr(0, length));
    record.remove_prefix(length);
    if (last) return;
  }
}

}  // namespace lockstep::queue
