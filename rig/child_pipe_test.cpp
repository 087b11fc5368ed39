// A child's stdout as a pipe, read on a loop.
#include <gtest/gtest.h>

#include <filesystem>

#include "rig/child_process.hpp"
#include "rig/pipe_reader.hpp"

namespace lockstep::rig {
namespace {

class ChildPipe : public ::testing::Test {
 protected:
  /// A shell whose stdout is a pipe.
  ChildProcess start(const std::string& script) {
    auto child = ChildProcess::start(
        {.arguments = {"sh", "-c", script}, .output_file = "/dev/null", .piped = true});
    EXPECT_TRUE(child);
    return std::move(*child);
  }
  PipeReader::OnBytes keep() {
    return [this](std::span<const std::byte> bytes) {
      for (const std::byte byte : bytes) heard_ += static_cast<char>(byte);
    };
  }

  live::Loop loop_;
  std::string heard_;
};

TEST_F(ChildPipe, is_heard_to_its_end) {
  ChildProcess child = start("echo one; echo two");
  bool ended = false;
  const PipeReader reader(loop_, child.take_pipe(), keep(), [&] {
    ended = true;
    loop_.stop();
  });
  loop_.run_for(seconds(10));
  EXPECT_TRUE(ended);
  EXPECT_EQ(heard_, "one\ntwo\n");
}

TEST_F(ChildPipe, what_was_said_before_a_kill_is_heard_after_it) {
  ChildProcess child = start("echo before; exec sleep 100");
  PipeReader reader(loop_, child.take_pipe(), keep(), [] { FAIL() << "it was killed by us"; });
  while (heard_.empty()) loop_.run_for(milliseconds(5));
  child.kill_now();
  reader.finish();
  loop_.run_for(milliseconds(5));
  EXPECT_EQ(heard_, "before\n");
}

TEST_F(ChildPipe, is_taken_once) {
  ChildProcess child = start("true");
  const int pipe = child.take_pipe();
  EXPECT_GE(pipe, 0);
  EXPECT_EQ(child.take_pipe(), -1);
  const PipeReader reader(loop_, pipe, keep(), [this] { loop_.stop(); });
  loop_.run_for(seconds(10));
}

}  // namespace
}  // namespace lockstep::rig
