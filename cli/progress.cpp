#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "cli/terminal.hpp"

namespace lockstep::cli {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

bool can_rewrite_lines() {
  const char* const kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string clock_text(Nanos time) {
  const std::int64_t all = std::max<std::int64_t>(time.count(), 0) / 1'000'000'000;
  const std::string rest = two_digits(all / 60 % 60) + ":" + two_digits(all % 60);
  if (all >= 3600) return std::to_string(all / 3600) + ":" + rest;
  return rest.starts_with("0") ? rest.substr(1) : rest;
}

std::uint64_t rate(const campaign::Progress& progress) {
  const std::int64_t ms = progress.elapsed.count() / 1'000'000;
  return ms <= 0 ? 0 : progress.seeds_done * 1000 / static_cast<std::uint64_t>(ms);
}

std::string left_text(const campaign::Progress& progress) {
  if (progress.total) return clock_text(*progress.total - progress.elapsed) + " left";
  if (progress.seeds_done == 0) return "";
  const auto left = static_cast<unsigned __int128>(progress.elapsed.count()) *
                    (progress.seeds_all - progress.seeds_done) / progress.seeds_done;
  return clock_text(Nanos(static_cast<std::int64_t>(left))) + " left";
}

}  // namespace

std::string progress_text(const campaign::Progress& progress) {
  std::string text = std::to_string(progress.seeds_done);
  if (progress.seeds_all > 0) {
    text += "/" + std::to_string(progress.seeds_all) + " seeds  ";
    text += std::to_string(progress.seeds_done * 100 / progress.seeds_all) + "%";
  } else {
    text += " seeds";
  }
  text += "  " + std::to_string(rate(progress)) + "/s";
  if (progress.failures > 0) text += "  " + std::to_string(progress.failures) + " failed";
  return text + "  " + left_text(progress);
}

std::string progress_text(const shrink::Progress& progress) {
  std::string text = "shrinking ";
  text += progress.pass;
  return text + ": " + std::to_string(progress.runs) + " runs; " + shrink::to_text(progress.size);
}

StatusLine::StatusLine() : is_terminal_(can_rewrite_lines()) {}

StatusLine::~StatusLine() { clear(); }

void StatusLine::update(const std::function<std::string()>& text) {
  if (!is_terminal_) return;
  const Nanos now = wall_now();
  if (is_drawn_ && now - drawn_at_ < milliseconds(100)) return;
  complain_raw(std::string(erase_line) + text());
  is_drawn_ = true;
  drawn_at_ = now;
}

void StatusLine::clear() {
  if (is_drawn_) complain_raw(erase_line);
  is_drawn_ = false;
}

}  // namespace lockstep::cli
