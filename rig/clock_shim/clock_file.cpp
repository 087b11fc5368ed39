#include "rig/clock_shim/clock_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace lockstep::rig {

namespace {

std::int64_t* map_new_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return nullptr;
  void* at = MAP_FAILED;
  if (::ftruncate(file, sizeof(std::int64_t)) == 0) {
    at = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  }
  ::close(file);
  return at == MAP_FAILED ? nullptr : static_cast<std::int64_t*>(at);
}

}  // namespace

Result<std::string> clock_shim_library() {
  namespace fs = std::filesystem;
  std::vector<std::string> places;
  if (const char* chosen = std::getenv("LOCKSTEP_CLOCK_SHIM")) places.emplace_back(chosen);
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  places.push_back((self.parent_path() / "libclock_shim.so").string());
  places.emplace_back(LOCKSTEP_CLOCK_SHIM_BUILT);
  std::string tried;
  for (const std::string& place : places) {
    if (fs::is_regular_file(place, ignored)) return place;
    tried += (tried.empty() ? "" : ", ") + place;
  }
  return fail(definite(Errc::not_found, "no clock shim library at " + tried));
}

Result<ClockFile> ClockFile::create(std::string path, ClockMode mode) {
  Result<std::string> library = clock_shim_library();
  if (!library) return fail(library.error());
  ClockFile clock;
  clock.shared_ns_ = map_new_file(path);
  if (clock.shared_ns_ == nullptr) {
    return fail(definite(Errc::io_error, "cannot make the clock file " + path));
  }
  clock.path_ = std::move(path);
  clock.library_ = std::move(*library);
  clock.mode_ = mode;
  return clock;
}

ClockFile::ClockFile(ClockFile&& other) noexcept { *this = std::move(other); }

ClockFile& ClockFile::operator=(ClockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(library_, other.library_);
  std::swap(mode_, other.mode_);
  std::swap(shared_ns_, other.shared_ns_);
  return *this;
}

ClockFile::~ClockFile() {
  if (shared_ns_ == nullptr) return;
  ::munmap(shared_ns_, sizeof(std::int64_t));
  ::unlink(path_.c_str());
}

void ClockFile::set(Nanos value) {
  std::atomic_ref(*shared_ns_).store(value.count(), std::memory_order_release);
}

Nanos ClockFile::value() const {
  return Nanos(std::atomic_ref(*shared_ns_).load(std::memory_order_acquire));
}

std::vector<std::string> ClockFile::environment() const {
  return {
      "LD_PRELOAD=" + library_, "LOCKSTEP_CLOCK_FILE=" + path_,
      std::string("LOCKSTEP_CLOCK_MODE=") + (mode_ == ClockMode::absolute ? "absolute" : "offset")};
}

}  // namespace lockstep::rig
