// A path as the folder of a node and the name of a queue in it.
#include "impl/facade/blocking_event_queue.hpp"

namespace lockstep::facade {

Result<QueueFolder> QueueFolder::of(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path whole;
  if (!folder.empty()) whole = std::filesystem::absolute(folder / "", error).parent_path();
  if (error || !whole.has_filename()) {
    return fail(
        definite(Errc::invalid_argument, "'" + folder.string() + "' names no folder for a queue"));
  }
  std::filesystem::create_directories(whole.parent_path(), error);
  if (error) {
    return fail(definite(Errc::io_error,
                         "cannot make " + whole.parent_path().string() + ": " + error.message()));
  }
  return QueueFolder{whole.parent_path().string(), whole.filename().string()};
}

}  // namespace lockstep::facade
