// A folder for one owner, gone with it.
#pragma once

#include <string>

#include "impl/base/result.hpp"

namespace lockstep::rig {

class ScratchFolder {
 public:
  /// `<temporary folder>/<name>-XXXXXX`, for this user alone. Errors, definite: io_error.
  [[nodiscard]] static Result<ScratchFolder> make(const std::string& name);
  ScratchFolder() = default;
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ~ScratchFolder();

  /// Empty: there is none.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace lockstep::rig
