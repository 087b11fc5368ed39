// A durable queue between threads of one process: two producers push jobs, two consumers do them.
// Kill it at any moment (kill -9) and start it again: every job that it said it pushed comes, until
// it said that it is done.
//
//   job_queue FOLDER [sync|group] [JOBS]      a line of output per step
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "impl/facade/blocking_event_queue.hpp"
#include "impl/queue/json_codec.hpp"

using namespace lockstep;

struct Job {
  std::string what;
  int size = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Job, what, size)

using Jobs = facade::BlockingEventQueue<Job>;

std::atomic<bool> failed = false;

void say(const char* what, std::uint64_t number) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::printf("%s %llu\n", what, static_cast<unsigned long long>(number));
  std::fflush(stdout);
}

void report(const Error& error) {
  std::fprintf(stderr, "job_queue: %s\n", to_text(error).c_str());
  failed = true;
}

void produce(Jobs& jobs, int count) {
  for (int n = 0; !failed && n < count; ++n) {
    const auto id = jobs.push({"resize", n});
    if (!id) return report(id.error());
    say("pushed", id->value);
  }
}

void consume(Jobs& jobs) {
  while (!failed) {
    const auto job = jobs.poll(milliseconds(300));
    if (!job) return report(job.error());
    if (!*job) return;  // nothing came for a while
    const queue::Receipt receipt = (*job)->receipt;
    say("doing", receipt.id.value);
    const auto acked = jobs.ack(receipt);
    if (!acked) return report(acked.error());
    say("done", receipt.id.value);
  }
}

int main(int argc, char** argv) {
  const std::string level = argc > 2 ? argv[2] : "group";
  const int count = argc > 3 ? std::atoi(argv[3]) : 1'000;
  if (argc < 2 || argc > 4 || (level != "sync" && level != "group") || count <= 0) {
    std::fprintf(stderr, "usage: job_queue FOLDER [sync|group] [JOBS]\n");
    return 64;
  }
  queue::QueueOptions options;
  options.push_level = level == "sync" ? queue::Level::sync : queue::Level::group;
  options.ack_level = options.push_level;
  auto jobs = Jobs::open(argv[1], options);
  if (!jobs) {
    report(jobs.error());
    return 1;
  }
  say("waiting", jobs->len());
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { produce(*jobs, count / 2); });
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { consume(*jobs); });
  for (std::thread& one : threads) one.join();
  say("left", jobs->len());
  return failed ? 1 : 0;
}
