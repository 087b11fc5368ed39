// Where a queue is: a path as the folder of a node and the name of a queue in it; a server.
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

Result<QueueServer> QueueServer::of(env::Env& env, const std::string& url) {
  auto options = redis::parse_url(url);
  if (!options) return fail(std::move(options.error()));
  return QueueServer(std::make_unique<redis::Client>(env, std::move(*options)));
}

env::Task<Result<void>> QueueServer::shutdown() {
  co_await client_->shutdown();
  co_return Result<void>{};
}

}  // namespace lockstep::facade
