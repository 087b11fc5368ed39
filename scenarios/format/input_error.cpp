#include "scenarios/format/input_error.hpp"

#include <utility>

namespace lockstep::scenarios {

InputError bad_file(std::string file, std::string pointer, std::string found,
                    std::string expected) {
  InputError error;
  error.file = std::move(file);
  error.pointer = std::move(pointer);
  error.found = std::move(found);
  error.expected = std::move(expected);
  return error;
}

std::string to_text(const InputError& error) {
  std::string text = error.file;
  if (error.line > 0) {
    text += ":" + std::to_string(error.line) + ":" + std::to_string(error.column);
  }
  if (!error.pointer.empty()) text += (text.empty() ? "" : ": ") + error.pointer;
  text += (text.empty() ? "found " : ": found ") + error.found;
  if (!error.expected.empty()) text += "; expected " + error.expected;
  return text;
}

int exit_code_of(const InputError& error) {
  switch (error.kind) {
    case InputError::Kind::bad_file: return 65;
    case InputError::Kind::missing: return 66;
    case InputError::Kind::bad_option: return 64;
    case InputError::Kind::unwritable: return 74;
  }
  return 70;
}

}  // namespace lockstep::scenarios
