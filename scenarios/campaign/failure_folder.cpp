#include "scenarios/campaign/failure_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace lockstep::campaign {
namespace {

namespace fs = std::filesystem;

Error cannot_write(const std::string& path, int number) {
  const Errc code = number == ENOSPC ? Errc::disk_full : Errc::io_error;
  return indefinite(code, "cannot write " + path + ": " + std::generic_category().message(number));
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(cannot_write(folder, error.value()));
  return {};
}

int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string reason(int number) { return std::generic_category().message(number); }

}  // namespace

std::string run_folder(const std::string& out, const std::string& scenario, Seed seed) {
  return (fs::path(out) / scenario / std::to_string(seed.value)).string();
}

Result<void> write_file(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return fail(cannot_write(path, errno));
  const int failed = write_all(file, text);
  const int closed = ::close(file) == 0 ? 0 : errno;
  if (failed != 0) return fail(cannot_write(path, failed));
  if (closed != 0) return fail(cannot_write(path, closed));
  return {};
}

Result<std::string> write_failure_file(const std::string& folder,
                                       const scenarios::Failure& failure) {
  if (Result<void> made = make_folder(folder); !made) return fail(std::move(made.error()));
  std::string path = (fs::path(folder) / "failure.json").string();
  Result<void> written = write_file(path, scenarios::write_failure(failure));
  if (!written) return fail(std::move(written.error()));
  return path;
}

Result<std::string> write_run_folder(const std::string& folder, const scenarios::Failure& failure,
                                     const RunTexts& texts) {
  if (Result<void> made = make_folder(folder); !made) return fail(std::move(made.error()));
  const fs::path base(folder);
  Result<void> history = write_file((base / "history.jsonl").string(), texts.history);
  if (!history) return fail(std::move(history.error()));
  Result<void> trace = write_file((base / "trace.jsonl").string(), texts.trace);
  if (!trace) return fail(std::move(trace.error()));
  return write_failure_file(folder, failure);
}

std::string why_file_unwritable(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) {
    std::error_code error;
    if (fs::is_directory(path, error)) return "it is a folder";
    return ::access(path.c_str(), W_OK) == 0 ? "" : reason(errno);
  }
  if (errno != ENOENT) return reason(errno);
  const fs::path parent = fs::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  if (::access(folder.c_str(), F_OK) != 0) return "there is no folder " + folder;
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? "" : reason(errno);
}

std::string why_folder_unwritable(const std::string& path) {
  fs::path nearest(path);
  std::error_code error;
  while (!nearest.empty() && !fs::exists(fs::symlink_status(nearest, error))) {
    nearest = nearest.parent_path();
  }
  const std::string folder = nearest.empty() ? "." : nearest.string();
  if (!fs::is_directory(folder, error)) return folder + " is not a folder";
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? "" : folder + ": " + reason(errno);
}

}  // namespace lockstep::campaign
