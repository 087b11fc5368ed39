// A folder of its own for each test of the command line, and the program run in it as a user would.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "cli/process.hpp"
#include "scenarios/campaign/scripted_runner.hpp"

namespace lockstep::cli {

namespace fs = std::filesystem;

class Cli : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("cli_") + test->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& file, const std::string& text) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  [[nodiscard]] std::string read(const std::string& file) const {
    std::ostringstream out;
    out << std::ifstream(folder_ / file).rdbuf();
    return std::move(out).str();
  }
  /// A scenario file NAME.json.
  void scenario(const std::string& name, std::string_view implementation,
                std::string_view expect = R"({"verdict": "valid"})") {
    write(name + ".json", campaign::scripted_scenario(name, implementation, expect));
  }

  Finished run(const std::vector<std::string>& arguments) {
    return Process(LOCKSTEP_SCRIPTED, arguments, folder_.string()).wait();
  }

  /// Exit code and exactly one line on stderr that matches.
  void expect_mistake(const std::vector<std::string>& arguments, int exit_code,
                      const std::string& pattern) {
    const Finished end = run(arguments);
    EXPECT_EQ(end.exit_code, exit_code) << end.err;
    EXPECT_EQ(std::ranges::count(end.err, '\n'), 1) << end.err;
    EXPECT_TRUE(std::regex_search(end.err, std::regex(pattern))) << end.err;
  }

  fs::path folder_;
};

}  // namespace lockstep::cli
