// A folder of its own for each test of the command line, and programs run in it as a user would.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/process.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

namespace lockstep::cli {

namespace fs = std::filesystem;

/// The folder goes with the object.
class Sandbox {
 public:
  /// `folder` with the number of the process, so that two checkouts are tested side by side. It
  /// must not hold anything worth keeping.
  explicit Sandbox(const fs::path& folder)
      : folder_(folder.string() + "-" + std::to_string(::getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Sandbox() { fs::remove_all(folder_); }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  [[nodiscard]] const fs::path& folder() const { return folder_; }

  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ostringstream out;
    out << std::ifstream(folder_ / file).rdbuf();
    return std::move(out).str();
  }
  /// A scenario file NAME.json for the scripted runner.
  void scenario(const std::string& name, std::string_view implementation,
                std::string_view expect = R"({"verdict": "valid"})") const {
    write(name + ".json", campaign::scripted_scenario(name, implementation, expect));
  }

  [[nodiscard]] Finished run(const std::string& program,
                             const std::vector<std::string>& arguments) const {
    return Process(program, arguments, folder_.string()).wait();
  }

 private:
  fs::path folder_;
};

}  // namespace lockstep::cli
