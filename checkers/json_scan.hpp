// Reads the small JSON that histories consist of, one line at a time: objects of strings, integers,
// booleans and null. It allocates nothing but the strings it returns, never recurses, and reads any
// bytes without harm.
//
// Not here: arrays, fractions and exponents (a history has none: they are errors), whether strings
// are valid UTF-8 (their bytes are passed on as they are).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::checkers {

/// Each reading function moves past what it read and returns true; or returns false, and then
/// found(), expected() and column() say why and the scanner must not be used further.
class JsonScanner {
 public:
  /// `line` outlives the scanner.
  explicit JsonScanner(std::string_view line) : line_(line) {}

  /// Moves past `{`.
  bool open_object();
  /// Inside an object: moves to the next member and reads its name; `more` is false at the `}`.
  bool next_member(std::string& member, bool& more);
  /// Past the outermost `}`: only white space may follow.
  bool end_of_line();

  bool string(std::string& text);
  bool integer(std::int64_t& number);
  bool natural(std::uint64_t& number);  ///< an integer of [0, 2^64)
  bool boolean(bool& truth);
  /// Moves past a `null`, if there is one here. Never fails.
  bool skip_null();
  /// The first byte of the value here: '"', a digit, '-', '{', ...; 0 at the end of the line.
  [[nodiscard]] char peek();

  /// Makes the value that starts here the error: "found <it>, expected <what>".
  bool refuse(std::string_view what);
  /// The same with what was found in words.
  bool refuse(std::string found, std::string_view what);

  [[nodiscard]] const std::string& found() const { return found_; }
  [[nodiscard]] const std::string& expected() const { return expected_; }
  [[nodiscard]] std::size_t column() const { return at_ + 1; }  ///< from 1

 private:
  void skip_space();
  bool literal(std::string_view text);
  bool digits(std::string_view& all);
  bool escape(std::string& text);
  bool unicode(std::string& text);
  bool hex4(std::uint32_t& unit);
  [[nodiscard]] std::string snippet() const;

  std::string_view line_;
  std::size_t at_ = 0;
  bool first_member_ = false;
  std::string found_;
  std::string expected_;
};

/// Appends `text` as a JSON string, quotes included. Its bytes from 0x80 on are passed on as they
/// are.
void append_json(std::string& out, std::string_view text);

}  // namespace lockstep::checkers
