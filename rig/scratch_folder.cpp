#include "rig/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace lockstep::rig {

Result<ScratchFolder> ScratchFolder::make(const std::string& name) {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base != nullptr ? base : "/tmp") + "/" + name + "-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return fail(definite(Errc::io_error, path + ": " + std::strerror(errno)));
  }
  ScratchFolder folder;
  folder.path_ = std::move(path);
  return folder;
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // a folder left in /tmp is no reason to end the process
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace lockstep::rig
