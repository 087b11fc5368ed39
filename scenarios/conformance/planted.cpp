#include "scenarios/conformance/planted.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <string>
#include <thread>

namespace lockstep::conformance {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

// Each function uses the result after the call, so that its frame is on the stack during it.

// ---- time
bool plants_steady_clock() {
  const auto before = steady_clock::now();
  return steady_clock::now() >= before;
}
bool plants_system_clock() { return system_clock::now().time_since_epoch() > milliseconds(0); }
bool plants_time() { return std::time(nullptr) > 1'500'000'000; }
bool plants_gettimeofday() {
  timeval now{};
  return ::gettimeofday(&now, nullptr) == 0 && now.tv_sec > 1'500'000'000;
}
bool plants_clock() { return std::clock() >= 0; }
bool plants_localtime() {
  const std::time_t epoch = 0;
  std::tm out{};
  return ::localtime_r(&epoch, &out) == &out;
}
bool plants_sleep_for() {
  std::this_thread::sleep_for(milliseconds(1));
  return errno >= 0;
}
bool plants_usleep() { return ::usleep(1) == 0; }
bool plants_wait_for() {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  return never.wait_for(lock, milliseconds(1)) == std::cv_status::timeout;
}

// ---- randomness
volatile unsigned int drawn_last = 0;
bool plants_random_device() {
  drawn_last = std::random_device()();
  return true;
}
/// Made before there is a world, drawn from inside it.
bool plants_old_random_device() {
  static std::random_device device;
  drawn_last = device();
  return true;
}
bool plants_getrandom() {
  std::array<char, 8> drawn{};
  return ::getrandom(drawn.data(), drawn.size(), 0) == 8;
}
bool plants_getentropy() {
  std::array<char, 8> drawn{};
  return ::getentropy(drawn.data(), drawn.size()) == 0;
}
bool plants_arc4random() { return ::arc4random_uniform(5) < 5; }
bool plants_rand() { return std::rand() >= 0; }
bool plants_random() { return ::random() >= 0; }

// ---- threads and processes
bool plants_thread() {
  int done = 0;
  std::thread([&done] { done = 1; }).join();
  return done == 1;
}
bool plants_fork() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(3);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3;
}
bool plants_getpid() { return ::getpid() > 0; }
bool plants_gethostname() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size()) == 0 && std::strlen(name.data()) > 0;
}
bool plants_getenv() { return std::getenv("PATH") != nullptr; }
bool plants_syscall() { return ::syscall(SYS_getppid) == ::getppid(); }

// ---- sockets
bool plants_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  return socket >= 0 && ::close(socket) == 0;
}
bool plants_connect() {
  const sockaddr nowhere{};
  return ::connect(-1, &nowhere, sizeof nowhere) == -1 && errno == EBADF;
}
bool plants_getaddrinfo() {
  addrinfo* found = nullptr;
  const bool resolved = ::getaddrinfo("127.0.0.1", "7", nullptr, &found) == 0;
  if (resolved) ::freeaddrinfo(found);
  return resolved;
}

// ---- files
fs::path some_file(const char* name) {
  return fs::path("/tmp") / ("lockstep-planted-" + std::to_string(::getpid()) + "-" +
                             std::to_string(::gettid()) + name);
}
bool plants_open() {
  const int file = ::open("/dev/null", O_RDONLY);
  return file >= 0 && ::close(file) == 0;
}
/// With a mode, which must arrive.
bool plants_creating_open() {
  const int folder = ::open("/tmp", O_RDONLY | O_DIRECTORY);
  const std::string name = some_file("created").filename();
  const int file = ::openat(folder, name.c_str(), O_CREAT | O_WRONLY | O_EXCL, 0600);
  const bool created = file >= 0 && ::close(file) == 0 &&
                       fs::status(some_file("created")).permissions() == fs::perms(0600);
  ::unlinkat(folder, name.c_str(), 0);
  return ::close(folder) == 0 && created;
}
bool plants_ifstream() {
  std::string line;
  return std::getline(std::ifstream("/proc/self/comm"), line) && !line.empty();
}
bool plants_exists() { return fs::exists("/dev/null"); }
bool plants_read() {
  char byte = 0;
  return ::read(-1, &byte, 1) == -1 && errno == EBADF;
}
bool plants_directory_iterator() { return fs::directory_iterator("/") != fs::directory_iterator(); }
bool plants_create_directory() {
  std::error_code error;
  fs::create_directory("/dev/null/folder", error);
  return error == std::errc::not_a_directory;
}
bool plants_rename() {
  std::error_code error;
  fs::rename("/dev/null/nothing", "/dev/null/neither", error);
  return error == std::errc::not_a_directory;
}

constexpr Planted planted[] = {
    {"clock_gettime", "plants_steady_clock", plants_steady_clock},
    {"clock_gettime", "plants_system_clock", plants_system_clock},
    {"time", "plants_time", plants_time},
    {"gettimeofday", "plants_gettimeofday", plants_gettimeofday},
    {"clock", "plants_clock", plants_clock},
    {"localtime_r", "plants_localtime", plants_localtime},
    {"nanosleep", "plants_sleep_for", plants_sleep_for},
    {"usleep", "plants_usleep", plants_usleep},
    {"clock_gettime", "plants_wait_for", plants_wait_for},
    {"std::random_device::_M_init", "plants_random_device", plants_random_device},
    {"std::random_device::_M_getval", "plants_old_random_device", plants_old_random_device},
    {"getrandom", "plants_getrandom", plants_getrandom},
    {"getentropy", "plants_getentropy", plants_getentropy},
    {"arc4random_uniform", "plants_arc4random", plants_arc4random},
    {"rand", "plants_rand", plants_rand},
    {"random", "plants_random", plants_random},
    {"pthread_create", "plants_thread", plants_thread},
    {"fork", "plants_fork", plants_fork},
    {"getpid", "plants_getpid", plants_getpid},
    {"gethostname", "plants_gethostname", plants_gethostname},
    {"getenv", "plants_getenv", plants_getenv},
    {"syscall", "plants_syscall", plants_syscall},
    {"socket", "plants_socket", plants_socket},
    {"connect", "plants_connect", plants_connect},
    {"getaddrinfo", "plants_getaddrinfo", plants_getaddrinfo},
    {"open", "plants_open", plants_open},
    {"open", "plants_creating_open", plants_creating_open},
    {"fopen", "plants_ifstream", plants_ifstream},
    {"stat", "plants_exists", plants_exists},
    {"read", "plants_read", plants_read},
    {"openat", "plants_directory_iterator", plants_directory_iterator},
    {"mkdir", "plants_create_directory", plants_create_directory},
    {"rename", "plants_rename", plants_rename},
};

}  // namespace

std::span<const Planted> all_planted() { return planted; }

}  // namespace lockstep::conformance
