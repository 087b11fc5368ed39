// One file's content as two images: what a reader sees now, and what the medium is certain to hold;
// between them the writes since the last sync, of which a power cut keeps what `Remains` says.
//
// Not modelled: sectors that fail to read back, and media caches that lie about a sync.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impl/base/draw.hpp"

namespace lockstep::sim {

/// Draws for one file at one event: a pure function of what it was made from.
struct UnitDraw {
  Seed seed;
  std::uint64_t event = 0;  ///< which node and which crash or failure
  std::uint64_t file = 0;

  [[nodiscard]] std::uint64_t operator()(std::uint64_t unit) const {
    return draw(seed, DrawStream::disk, event, file, unit);
  }
};

/// What is left of the writes since the last sync.
enum class Remains : std::uint8_t {
  everything,
  nothing,
  prefix,     ///< the writes in order, up to a drawn byte
  holes_512,  ///< each 512-byte sector as it was at a drawn time of its own
  holes_4k,   ///< the same with 4 KiB pages
  zero_tail,  ///< a prefix; the length got through but the bytes behind it read as zero
};

/// What a crash or a failed sync took away.
struct Loss {
  std::uint64_t bytes = 0;   ///< written, not kept
  std::uint64_t ranges = 0;  ///< writes, truncations or sectors of writes not kept
  std::uint64_t zeroed = 0;  ///< of these, bytes of a tail that reads as zero
  std::uint64_t names = 0;   ///< creations, removals and renames taken back

  Loss& operator+=(const Loss& other);
  [[nodiscard]] bool any() const { return ranges + names > 0; }
};

class FileImage {
 public:
  /// What a reader sees.
  [[nodiscard]] const std::string& data() const { return data_; }
  /// What survives whatever happens.
  [[nodiscard]] const std::string& durable() const { return durable_; }
  /// Writes and truncations that a power cut may still take.
  [[nodiscard]] std::size_t pending_count() const { return pending_.size(); }

  /// Writes `bytes` at `offset`; a gap behind the end reads as zeros.
  void write(std::uint64_t offset, std::string_view bytes);
  void truncate(std::uint64_t size);

  /// Makes everything visible durable.
  void sync();
  /// Decides the fate of every pending write for good: survivors are durable, the others never will
  /// be, though readers see them until `crash`. What a failed fsync does.
  Loss settle(Remains remains, const UnitDraw& draw);
  /// As `settle`, and readers see only what survived.
  Loss crash(Remains remains, const UnitDraw& draw);

  /// Flips one bit on the medium and in what readers see. Requires offset < durable().size().
  void flip_bit(std::uint64_t offset, unsigned bit);

 private:
  struct Pending {
    std::uint64_t offset = 0;
    std::string bytes;
    bool is_truncation = false;  // to `offset`
  };

  static void apply(std::string& image, std::uint64_t offset, std::string_view bytes);
  void apply_durably(const Pending& pending);
  Loss keep_prefix(const UnitDraw& draw);
  Loss keep_sectors(std::uint64_t sector_bytes, const UnitDraw& draw);
  Loss keep_nothing() const;

  std::string data_;
  std::string durable_;
  std::vector<Pending> pending_;  // in order; at most one sync's worth
};

}  // namespace lockstep::sim
