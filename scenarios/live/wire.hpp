// What a worker tells the process that started it, over its stdout: its history as it happens, and
// what must outlive it. Between two processes of one program, so the form is that of memory; nobody
// keeps it.
//
// A message is written whole before the worker goes on. So an operation is known before it is sent,
// and what a worker was told is known unless it was killed before it could say so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "checkers/history.hpp"
#include "impl/base/result.hpp"
#include "impl/lock/lease.hpp"

namespace lockstep::scenarios::live {

/// Names and leases get their numbers in order, before an event uses them.
struct NewName {
  std::string text;
};
struct NewLease {
  lock::LeaseToken token;
};
/// The next event of the worker's history; names, leases, processes and `pair` are its own.
struct NewEvent {
  checkers::Event event;
};
/// An operation of the plan was begun.
struct Taken {
  std::uint32_t n = 0;
};
/// See ClientJob::leave_queue().
struct QueueLeft {
  std::uint32_t queues = 0;
};
struct Labelled {
  std::string label;
  bool present = false;
};
using Message = std::variant<NewName, NewLease, NewEvent, Taken, QueueLeft, Labelled>;

/// A longer one was not written by a worker.
inline constexpr std::size_t message_bytes_max = 64U << 10U;

[[nodiscard]] std::string encode(const Message& message);

/// Writes all of it. False: nobody reads any more.
[[nodiscard]] bool write_message(int file, const Message& message);

/// Messages out of bytes as they come.
class MessageReader {
 public:
  void feed(std::span<const std::byte> bytes);
  /// nullopt: the next is not whole yet. Errors, definite: protocol - this is no worker; nothing
  /// further is read.
  [[nodiscard]] Result<std::optional<Message>> next();

 private:
  std::vector<std::byte> bytes_;
  std::size_t begin_ = 0;
};

}  // namespace lockstep::scenarios::live
