#include "cli/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "impl/base/assert.hpp"

namespace lockstep::cli {
namespace {

std::string content_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

void redirect(const std::string& file, int to) {
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (opened < 0 || ::dup2(opened, to) < 0) ::_exit(127);
}

}  // namespace

Process::Process(const std::string& program, const std::vector<std::string>& arguments,
                 const std::string& folder)
    : folder_(folder) {
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  id_ = ::fork();
  ASSERT(id_ >= 0);
  if (id_ > 0) return;
  if (::chdir(folder_.c_str()) != 0) ::_exit(127);
  redirect("stdout", STDOUT_FILENO);
  redirect("stderr", STDERR_FILENO);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

Process::~Process() {
  if (id_ < 0) return;
  signal(SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void Process::signal(int number) const { ::kill(id_, number); }

Finished Process::wait() {
  constexpr int patience_ms = 200'000;
  int status = 0;
  int waited_ms = 0;
  while (::waitpid(id_, &status, WNOHANG) == 0) {
    if (waited_ms++ == patience_ms) signal(SIGKILL);
    ::poll(nullptr, 0, 1);
  }
  id_ = -1;
  Finished out;
  out.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  out.out = content_of(folder_ + "/stdout");
  out.err = err();
  return out;
}

std::string Process::err() const { return content_of(folder_ + "/stderr"); }

}  // namespace lockstep::cli
