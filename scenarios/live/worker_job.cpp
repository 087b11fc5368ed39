#include "scenarios/live/worker_job.hpp"

#include <charconv>
#include <string_view>

namespace lockstep::scenarios::live {

namespace {

constexpr std::string_view plan_line = "plan\n";

InputError mistake(const std::string& file, std::size_t line, std::string found) {
  InputError error;
  error.file = file;
  error.line = line;
  error.found = std::move(found);
  error.expected = "a job that lockstep live wrote for a worker of its own";
  return error;
}

template <class Integer>
bool read_number(std::string_view text, Integer& to) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), to);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

/// "name value". False: no such name, or no such value.
bool read_field(std::string_view line, WorkerJob& job) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, space);
  const std::string_view value = line.substr(space + 1);
  std::int64_t start_ns = 0;
  if (name == "client") return read_number(value, job.client);
  if (name == "life") return read_number(value, job.life) && job.life < lives_max;
  if (name == "queues") return read_number(value, job.queues);
  if (name == "root") job.root = value;
  if (name == "redis") job.lock_urls.emplace_back(value);
  if (name == "sink") job.sink_url = value;
  if (name != "start") return name == "root" || name == "redis" || name == "sink";
  if (!read_number(value, start_ns)) return false;
  job.start = MonoTime(Nanos(start_ns));
  return true;
}

}  // namespace

std::string write_job(const WorkerJob& job) {
  std::string out;
  const auto add = [&out](std::string_view name, const std::string& value) {
    out.append(name).append(" ").append(value).append("\n");
  };
  add("client", std::to_string(job.client));
  add("life", std::to_string(job.life));
  add("start", std::to_string(job.start.time_since_epoch().count()));
  add("queues", std::to_string(job.queues));
  add("root", job.root);
  for (const std::string& url : job.lock_urls) add("redis", url);
  if (!job.sink_url.empty()) add("sink", job.sink_url);
  out += plan_line;
  return out + write_plan(job.plan);
}

Input<WorkerJob> parse_job(std::string_view text, const std::string& file) {
  WorkerJob job;
  std::size_t number = 1;
  while (!text.starts_with(plan_line)) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return std::unexpected(mistake(file, number, "the end without a plan"));
    }
    if (!read_field(text.substr(0, end), job)) {
      return std::unexpected(mistake(file, number, "a line that says nothing"));
    }
    text.remove_prefix(end + 1);
    ++number;
  }
  Input<Plan> plan = parse_plan(text.substr(plan_line.size()), file);
  if (!plan) return std::unexpected(std::move(plan.error()));
  job.plan = std::move(*plan);
  if (job.client < job.plan.config.workload.clients) return job;
  return std::unexpected(mistake(file, number, "a client that the plan does not have"));
}

}  // namespace lockstep::scenarios::live
