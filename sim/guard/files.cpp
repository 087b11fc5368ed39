// Files and folders of the machine. std::fstream and std::filesystem come here.
//
// Not refused: writing to what is open already. Simulated code may complain to stderr, and nothing
// comes back from there.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

#include "sim/guard/pass.hpp"

using lockstep::sim::guard::pass;

namespace {

constexpr const char* a_file = "env::Storage, the node's own disk";

/// Whether open() has an argument after the flags.
bool has_mode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = has_mode(flags) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return pass<"open", decltype(::open)>(a_file, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = has_mode(flags) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return pass<"openat", decltype(::openat)>(a_file, folder, path, flags, mode);
}

int creat(const char* path, mode_t mode) {
  return pass<"creat", decltype(::creat)>(a_file, path, mode);
}

FILE* fopen(const char* path, const char* mode) {
  return pass<"fopen", decltype(::fopen)>(a_file, path, mode);
}

FILE* freopen(const char* path, const char* mode, FILE* file) {
  return pass<"freopen", decltype(::freopen)>(a_file, path, mode, file);
}

FILE* tmpfile() { return pass<"tmpfile", decltype(::tmpfile)>(a_file); }

int mkstemp(char* path) { return pass<"mkstemp", decltype(::mkstemp)>(a_file, path); }

char* mkdtemp(char* path) noexcept { return pass<"mkdtemp", decltype(::mkdtemp)>(a_file, path); }

ssize_t read(int file, void* into, size_t size) {
  return pass<"read", decltype(::read)>(a_file, file, into, size);
}

ssize_t pread(int file, void* into, size_t size, off_t offset) {
  return pass<"pread", decltype(::pread)>(a_file, file, into, size, offset);
}

DIR* opendir(const char* path) { return pass<"opendir", decltype(::opendir)>(a_file, path); }

int stat(const char* path, struct stat* out) noexcept {
  return pass<"stat", decltype(::stat)>(a_file, path, out);
}

int lstat(const char* path, struct stat* out) noexcept {
  return pass<"lstat", decltype(::lstat)>(a_file, path, out);
}

int fstatat(int folder, const char* path, struct stat* out, int flags) noexcept {
  return pass<"fstatat", decltype(::fstatat)>(a_file, folder, path, out, flags);
}

int statvfs(const char* path, struct statvfs* out) noexcept {
  return pass<"statvfs", decltype(::statvfs)>(a_file, path, out);
}

int access(const char* path, int mode) noexcept {
  return pass<"access", decltype(::access)>(a_file, path, mode);
}

ssize_t readlink(const char* path, char* into, size_t size) noexcept {
  return pass<"readlink", decltype(::readlink)>(a_file, path, into, size);
}

char* realpath(const char* path, char* into) noexcept {
  return pass<"realpath", decltype(::realpath)>(a_file, path, into);
}

char* getcwd(char* into, size_t size) noexcept {
  return pass<"getcwd", decltype(::getcwd)>(a_file, into, size);
}

int chdir(const char* path) noexcept { return pass<"chdir", decltype(::chdir)>(a_file, path); }

int mkdir(const char* path, mode_t mode) noexcept {
  return pass<"mkdir", decltype(::mkdir)>(a_file, path, mode);
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  return pass<"mkdirat", decltype(::mkdirat)>(a_file, folder, path, mode);
}

int rmdir(const char* path) noexcept { return pass<"rmdir", decltype(::rmdir)>(a_file, path); }

int rename(const char* from, const char* to) noexcept {
  return pass<"rename", decltype(::rename)>(a_file, from, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return pass<"renameat", decltype(::renameat)>(a_file, from_folder, from, to_folder, to);
}

int link(const char* from, const char* to) noexcept {
  return pass<"link", decltype(::link)>(a_file, from, to);
}

int symlink(const char* from, const char* to) noexcept {
  return pass<"symlink", decltype(::symlink)>(a_file, from, to);
}

int unlink(const char* path) noexcept { return pass<"unlink", decltype(::unlink)>(a_file, path); }

int unlinkat(int folder, const char* path, int flags) noexcept {
  return pass<"unlinkat", decltype(::unlinkat)>(a_file, folder, path, flags);
}

int remove(const char* path) noexcept { return pass<"remove", decltype(::remove)>(a_file, path); }

int truncate(const char* path, off_t size) noexcept {
  return pass<"truncate", decltype(::truncate)>(a_file, path, size);
}

// Where offsets have 64 bits anyway, these are other names of the same functions.
static_assert(sizeof(off_t) == sizeof(off64_t));
int open64(const char* path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char* path, int flags, ...) __attribute__((alias("openat")));
int creat64(const char* path, mode_t mode) __attribute__((alias("creat")));
FILE* fopen64(const char* path, const char* mode) __attribute__((alias("fopen")));
FILE* freopen64(const char* path, const char* mode, FILE* file) __attribute__((alias("freopen")));
FILE* tmpfile64() __attribute__((alias("tmpfile")));
int mkstemp64(char* path) __attribute__((alias("mkstemp")));
ssize_t pread64(int file, void* into, size_t size, off64_t offset) __attribute__((alias("pread")));
int truncate64(const char* path, off64_t size) noexcept __attribute__((alias("truncate")));

}  // extern "C"
