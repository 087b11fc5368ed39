#include "scenarios/format/files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace lockstep::scenarios {

namespace {

namespace fs = std::filesystem;

std::unexpected<InputError> error(InputError::Kind kind, const std::string& file, std::string found,
                                  std::string expected) {
  InputError error{.kind = kind, .file = file};
  error.found = std::move(found);
  error.expected = std::move(expected);
  return std::unexpected(std::move(error));
}

std::unexpected<InputError> unwritable(const std::string& file, const std::string& why) {
  return error(InputError::Kind::unwritable, file, why, "a file that can be written");
}

}  // namespace

Input<std::string> read_file(const std::string& file, std::size_t bytes_max) {
  std::error_code code;
  const fs::file_status status = fs::status(file, code);
  if (!fs::exists(status)) {
    return error(InputError::Kind::missing, file, "no such file", "a file");
  }
  if (fs::is_directory(status)) return error(InputError::Kind::missing, file, "a folder", "a file");
  std::ifstream in(file, std::ios::binary);
  if (!in) return error(InputError::Kind::missing, file, "a file that cannot be read", "a file");
  std::string content;
  std::array<char, 65536> chunk{};
  while (in.read(chunk.data(), chunk.size()) || in.gcount() > 0) {
    content.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (content.size() > bytes_max) {
      return error(InputError::Kind::bad_file, file, "a larger file",
                   "at most " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (in.bad()) return error(InputError::Kind::missing, file, "an error while reading", "a file");
  return content;
}

Input<void> write_file(const std::string& file, std::string_view content) {
  const fs::path path(file);
  const std::string beside = file + ".part";
  std::error_code code;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), code);
  if (code) return unwritable(file, "no folder to write to (" + code.message() + ")");
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) {
      fs::remove(beside, code);
      return unwritable(file, "an error while writing");
    }
  }
  fs::rename(beside, path, code);
  if (!code) return {};
  const std::string why = code.message();
  fs::remove(beside, code);
  return unwritable(file, "an error while renaming (" + why + ")");
}

}  // namespace lockstep::scenarios
