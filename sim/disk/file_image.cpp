#include "sim/disk/file_image.hpp"

#include <algorithm>

#include "impl/base/assert.hpp"

namespace lockstep::sim {

namespace {

constexpr std::uint64_t prefix_unit = ~std::uint64_t{0};  // draw keys that no sector number takes
constexpr std::uint64_t truncation_unit = ~std::uint64_t{1};

// Of `count` writes in order, how many reached one sector: often all, often none, else a drawn
// number. A sector goes to the medium as a whole, with every write up to then.
std::uint64_t writes_that_reached(std::uint64_t bits, std::uint64_t count) {
  const std::uint64_t kind = bits & 3U;
  if (kind == 0) return 0;
  if (kind <= 2) return count;
  return below(mix64(bits), count + 1);
}

}  // namespace

Loss& Loss::operator+=(const Loss& other) {
  bytes += other.bytes;
  ranges += other.ranges;
  zeroed += other.zeroed;
  names += other.names;
  return *this;
}

void FileImage::write(std::uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) return;
  apply(data_, offset, bytes);
  pending_.push_back({.offset = offset, .bytes = std::string(bytes)});
}

void FileImage::truncate(std::uint64_t size) {
  data_.resize(size);
  pending_.push_back({.offset = size, .bytes = {}, .is_truncation = true});
}

void FileImage::sync() {
  for (const Pending& pending : pending_) apply_durably(pending);
  pending_.clear();
}

Loss FileImage::settle(Remains remains, const UnitDraw& draw) {
  Loss loss;
  switch (remains) {
    case Remains::everything: sync(); break;
    case Remains::nothing: loss = keep_nothing(); break;
    case Remains::prefix: loss = keep_prefix(draw); break;
    case Remains::holes_512: loss = keep_sectors(512, draw); break;
    case Remains::holes_4k: loss = keep_sectors(4096, draw); break;
    case Remains::zero_tail:
      loss = keep_prefix(draw);
      if (data_.size() > durable_.size()) {
        loss.zeroed += data_.size() - durable_.size();
        durable_.resize(data_.size());
      }
      break;
  }
  pending_.clear();
  return loss;
}

Loss FileImage::crash(Remains remains, const UnitDraw& draw) {
  const Loss loss = settle(remains, draw);
  data_ = durable_;
  return loss;
}

void FileImage::flip_bit(std::uint64_t offset, unsigned bit) {
  ASSERT(offset < durable_.size() && bit < 8);
  const auto flip = [=](std::string& image) {
    if (offset >= image.size()) return;
    image[offset] = static_cast<char>(static_cast<unsigned char>(image[offset]) ^ (1U << bit));
  };
  flip(durable_);
  flip(data_);
}

void FileImage::apply(std::string& image, std::uint64_t offset, std::string_view bytes) {
  if (offset == image.size()) {
    image.append(bytes);
    return;
  }
  if (image.size() < offset + bytes.size()) image.resize(offset + bytes.size());
  std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(offset));
}

void FileImage::apply_durably(const Pending& pending) {
  if (pending.is_truncation) {
    durable_.resize(pending.offset);
  } else {
    apply(durable_, pending.offset, pending.bytes);
  }
}

Loss FileImage::keep_nothing() const {
  Loss loss;
  for (const Pending& pending : pending_) loss.bytes += pending.bytes.size();
  loss.ranges = pending_.size();
  return loss;
}

// A truncation weighs one byte, so that a cut can fall on either side of it.
Loss FileImage::keep_prefix(const UnitDraw& draw) {
  const auto weight = [](const Pending& p) -> std::uint64_t {
    return p.is_truncation ? 1 : p.bytes.size();
  };
  std::uint64_t total = 0;
  for (const Pending& pending : pending_) total += weight(pending);
  std::uint64_t left = below(draw(prefix_unit), total + 1);
  Loss loss;
  for (const Pending& pending : pending_) {
    const std::uint64_t kept = std::min(left, weight(pending));
    left -= kept;
    if (kept == weight(pending)) {
      apply_durably(pending);
      continue;
    }
    loss.ranges += 1;
    if (pending.is_truncation) continue;
    if (kept > 0) apply(durable_, pending.offset, std::string_view(pending.bytes).substr(0, kept));
    loss.bytes += pending.bytes.size() - kept;
  }
  return loss;
}

Loss FileImage::keep_sectors(std::uint64_t sector_bytes, const UnitDraw& draw) {
  Loss loss;
  const std::uint64_t truncations = writes_that_reached(draw(truncation_unit), pending_.size());
  for (std::uint64_t n = 0; n < pending_.size(); ++n) {
    const Pending& pending = pending_[n];
    if (pending.is_truncation) {
      if (n < truncations) durable_.resize(pending.offset);
      if (n >= truncations) loss.ranges += 1;
      continue;
    }
    std::string_view rest = pending.bytes;
    for (std::uint64_t at = pending.offset; !rest.empty();) {
      const std::uint64_t sector = at / sector_bytes;
      const std::uint64_t size =
          std::min<std::uint64_t>(rest.size(), (sector + 1) * sector_bytes - at);
      if (n < writes_that_reached(draw(sector), pending_.size())) {
        apply(durable_, at, rest.substr(0, size));
      } else {
        loss.bytes += size;
        loss.ranges += 1;
      }
      at += size;
      rest.remove_prefix(size);
    }
  }
  return loss;
}

}  // namespace lockstep::sim
