#include "cli/campaign_pages.hpp"

#include <filesystem>
#include <map>
#include <system_error>

#include "cli/load_run.hpp"
#include "reports/html/campaign_page.hpp"
#include "reports/html/run_page.hpp"
#include "reports/json.hpp"
#include "scenarios/campaign/failure_folder.hpp"

namespace lockstep::cli {
namespace {

namespace fs = std::filesystem;

/// Writes a page. Returns why not.
std::string write_page(const fs::path& file, const reports::Page& page) {
  const Result<std::string> html = reports::to_html(page);
  if (!html) return html.error().detail;
  const Result<void> written = campaign::write_file(file.string(), *html);
  return written ? std::string() : written.error().detail;
}

/// Names come out of files: nothing in one leads out of the folder.
std::string safe_name(const std::string& scenario) {
  std::string out;
  for (const char c : scenario) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
    out += is_plain ? c : '_';
  }
  return out;
}

class Pages {
 public:
  explicit Pages(const fs::path& page) : page_(page) {}

  /// Returns why one could not be written.
  std::string write(const reports::Results& results) {
    for (const reports::ScenarioResult& scenario : results.scenarios) {
      for (const reports::Failure& failure : scenario.failures) {
        std::string unwritten = write_failure(scenario, failure);
        if (!unwritten.empty()) return unwritten;
      }
    }
    return write_page(page_, reports::campaign_page(reports::to_json(results), links_));
  }

 private:
  std::string write_failure(const reports::ScenarioResult& scenario,
                            const reports::Failure& failure) {
    std::optional<reports::RunRecord> run = kept_run(failure.file);
    if (!run) return {};
    if (failure.shrunk) run->shrunk = failure.shrunk;
    const std::string prefix = page_.stem() == "index" ? "" : page_.stem().string() + "-";
    const std::string name =
        prefix + safe_name(scenario.name) + "-" + std::to_string(failure.seed.value) + ".html";
    links_[failure.file] = name;
    if (failure.shrunk) links_[failure.shrunk->file] = name;
    return write_page(fs::path(page_).replace_filename(name), reports::run_page(*run));
  }

  fs::path page_;
  std::map<std::string, std::string> links_;
};

}  // namespace

std::string page_file(const std::string& path) {
  return path.ends_with(".html") ? path : (fs::path(path) / "index.html").string();
}

std::string why_page_unwritable(const std::string& path) {
  return path.ends_with(".html") ? campaign::why_file_unwritable(path)
                                 : campaign::why_folder_unwritable(path);
}

std::string write_campaign_pages(const std::string& path, const reports::Results& results) {
  const fs::path page(page_file(path));
  if (!path.ends_with(".html")) {
    std::error_code error;
    fs::create_directories(page.parent_path(), error);
    if (error) return "cannot write " + path + ": " + error.message();
  }
  return Pages(page).write(results);
}

}  // namespace lockstep::cli
