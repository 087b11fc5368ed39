// The harness's side of the clock shim: the file through which the wall clock of a child process is
// set, and the environment that makes a child use it.
//
// Not done: finding out whether a child did load the shim; ask it for its time (Redis: TIME).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/base/result.hpp"
#include "impl/base/time.hpp"

namespace lockstep::rig {

/// What the number in the file means.
enum class ClockMode : std::uint8_t {
  offset,    ///< the child's wall clock is the real one plus that
  absolute,  ///< the child's wall clock stands at that time since 1970
};

/// One child's wall clock. Created at 0; `set` takes effect at the child's next reading, from any
/// thread. The file is removed with it; children that mapped it keep the last value.
class ClockFile {
 public:
  /// Errors, definite: `io_error` (the file cannot be made), `not_found` (no shim library).
  [[nodiscard]] static Result<ClockFile> create(std::string path, ClockMode mode);
  ClockFile(ClockFile&& other) noexcept;
  ClockFile& operator=(ClockFile&& other) noexcept;
  ~ClockFile();

  /// The offset, or the time since 1970.
  void set(Nanos value);
  [[nodiscard]] Nanos value() const;

  /// "NAME=value" for the child: LD_PRELOAD, LOCKSTEP_CLOCK_FILE and LOCKSTEP_CLOCK_MODE.
  [[nodiscard]] std::vector<std::string> environment() const;

 private:
  ClockFile() = default;

  std::string path_;
  std::string library_;
  ClockMode mode_ = ClockMode::offset;
  std::int64_t* shared_ns_ = nullptr;
};

/// The shim: $LOCKSTEP_CLOCK_SHIM, else libclock_shim.so beside this program, else where it was
/// built. Errors, definite: `not_found`, naming the places.
[[nodiscard]] Result<std::string> clock_shim_library();

}  // namespace lockstep::rig
