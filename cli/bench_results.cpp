#include "cli/bench_results.hpp"

#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "reports/timeline/json_text.hpp"

namespace lockstep::cli {
namespace {

using reports::JsonText;
using scenarios::bad_file;
using scenarios::Input;
using scenarios::InputError;
using scenarios::Json;
using scenarios::JsonArray;
using scenarios::JsonObject;

/// The number of a value; none: it is no number.
std::optional<double> number_of(const Json& value) {
  if (const auto* whole = value.get<std::int64_t>()) return static_cast<double>(*whole);
  if (const auto* great = value.get<std::uint64_t>()) return static_cast<double>(*great);
  const auto* const real = value.get<scenarios::JsonReal>();
  if (real == nullptr) return std::nullopt;
  double number = 0;
  const char* const end = real->text.data() + real->text.size();
  const auto read = std::from_chars(real->text.data(), end, number);
  return read.ec == std::errc{} && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::string digits_of(double number) {
  char text[32];
  const auto end =
      std::to_chars(std::begin(text), std::end(text), number, std::chars_format::general, 9);
  return {std::begin(text), end.ptr};
}

/// One object of the file. The first mistake is kept; after it everything reads as nothing.
class Reader {
 public:
  Reader(const Json& json, std::string pointer, const std::string& file,
         std::optional<InputError>& mistake)
      : object_(json.get<JsonObject>()),
        pointer_(std::move(pointer)),
        file_(file),
        mistake_(mistake) {
    if (object_ == nullptr) refuse({}, &json, "an object");
  }

  [[nodiscard]] const Json* at(const char* name) const {
    return object_ == nullptr ? nullptr : find(*object_, name);
  }

  std::string text(const char* name) {
    const Json* const value = at(name);
    const auto* const text = value == nullptr ? nullptr : value->get<std::string>();
    if (text == nullptr) refuse(name, value, "a string");
    return text == nullptr ? std::string() : *text;
  }

  double number(const char* name) {
    const Json* const value = at(name);
    const auto number = value == nullptr ? std::nullopt : number_of(*value);
    if (!number) refuse(name, value, "a number");
    return number.value_or(0);
  }

  /// None where there is nothing or null.
  std::optional<double> number_if(const char* name) {
    const Json* const value = at(name);
    if (value == nullptr || value->get<std::nullptr_t>() != nullptr) return std::nullopt;
    return number(name);
  }

  bool flag(const char* name) {
    const Json* const value = at(name);
    const bool* const flag = value == nullptr ? nullptr : value->get<bool>();
    if (flag == nullptr) refuse(name, value, "true or false");
    return flag != nullptr && *flag;
  }

  template <class Visit>
  void each(const char* name, const Visit& visit) {
    const Json* const value = at(name);
    const auto* const list = value == nullptr ? nullptr : value->get<JsonArray>();
    if (list == nullptr) return refuse(name, value, "an array");
    for (std::size_t i = 0; i < list->size(); ++i) {
      Reader item((*list)[i], pointer_ + "/" + name + "/" + std::to_string(i), file_, mistake_);
      visit(item);
    }
  }

  template <class Visit>
  void object(const char* name, const Visit& visit) {
    const Json* const value = at(name);
    if (value == nullptr) return refuse(name, value, "an object");
    Reader item(*value, pointer_ + "/" + name, file_, mistake_);
    visit(item);
  }

  void refuse(std::string_view name, const Json* found, std::string expected) {
    if (mistake_) return;
    std::string pointer = pointer_;
    if (!name.empty()) pointer += "/" + std::string(name);
    mistake_ = bad_file(file_, std::move(pointer), found == nullptr ? "nothing" : describe(*found),
                        std::move(expected));
  }

 private:
  const JsonObject* object_;
  std::string pointer_;
  const std::string& file_;
  std::optional<InputError>& mistake_;
};

using Name = std::pair<std::string, std::string>;  // program, benchmark

void put(JsonText& json, std::string_view name, double number) {
  json.key(name).raw(digits_of(number));
}

/// Latencies and memory of the benchmark, as far as they were measured.
void put_measured(JsonText& json, Reader& benchmark) {
  constexpr double ns_of_us = 1e3;
  constexpr double bytes_of_mib = 1U << 20U;
  const auto member = [&](std::string_view name, const char* from, double factor) {
    if (const auto value = benchmark.number_if(from)) put(json, name, *value * factor);
  };
  member("p50_ns", "p50_us", ns_of_us);
  member("p99_ns", "p99_us", ns_of_us);
  member("p999_ns", "p999_us", ns_of_us);
  member("memory_bytes", "peak_MiB", bytes_of_mib);
}

void put_ratio(JsonText& json, Reader& ratio) {
  const std::string counter = ratio.text("counter");
  json.member("unit", counter == "items_per_second" ? "/s" : counter);
  const bool is_cost = ratio.flag("at_most");
  // the page holds every ratio to "at least": of a cost it is that of the ceiling to ours
  const auto put_share = [&](std::string_view name, double share) {
    if (share > 0) put(json, name, is_cost ? 1 / share : share);
  };
  json.member("better", is_cost ? "less" : "more");
  const double ours = ratio.number("ours_value");
  const double target = ratio.number("target");  // 0: there is none
  const auto ceiling = ratio.number_if("ceiling_value");
  put(json, "ours", ours);
  if (ceiling) {
    put(json, "ceiling", *ceiling);
    json.member("ceiling_name", ratio.text("ceiling"));
    put_share("ratio", ratio.number_if("ratio").value_or(0));
    put_share("target", target);
  } else if (target > 0) {  // the value itself is held to it
    put(json, "ceiling", target);
    json.member("ceiling_name", "the target");
    put_share("ratio", ours / target);
    put_share("target", 1);
  }
}

class Run {
 public:
  explicit Run(Reader& results) : results_(results) {}

  std::string json() {
    json_.begin_object();
    head();
    json_.key("rows").begin_array();
    results_.each("ratios", [&](Reader& ratio) { row_of_ratio(ratio); });
    results_.each("benchmarks", [&](Reader& benchmark) { row_of_rate(benchmark); });
    json_.end_array();
    notes();
    return json_.end_object().take();
  }

 private:
  void head() {
    const std::string commit = results_.text("commit");
    const std::string date = results_.text("date");
    json_.member("label", date.substr(0, date.find('T')) + " " + commit.substr(0, 12));
    json_.member("at", date).member("commit", commit).member("compiler", results_.text("compiler"));
    results_.object("machine", [&](Reader& machine) {
      json_.member("machine", machine.text("cpu") + ", " + digits_of(machine.number("cores")) +
                                  " cores, " + digits_of(machine.number("memory_GiB")) + " GiB, " +
                                  machine.text("os"));
    });
  }

  void row_of_ratio(Reader& ratio) {
    const Name name{ratio.text("program"), ratio.text("ours")};
    told_.insert(name);
    json_.begin_object().member("group", name.first).member("name", ratio.text("what"));
    put_ratio(json_, ratio);
    bool is_measured = false;
    results_.each("benchmarks", [&](Reader& benchmark) {
      const Name other{benchmark.text("program"), benchmark.text("name")};
      if (is_measured || other != name) return;
      is_measured = true;
      put_measured(json_, benchmark);
    });
    json_.end_object();
  }

  void row_of_rate(Reader& benchmark) {
    const Name name{benchmark.text("program"), benchmark.text("name")};
    if (told_.contains(name)) return;
    json_.begin_object().member("group", name.first).member("name", name.second);
    json_.member("unit", "/s");
    put(json_, "ours", benchmark.number("rate"));
    put_measured(json_, benchmark);
    json_.end_object();
  }

  void notes() {
    json_.key("notes").begin_array().text(results_.text("command")).text(results_.text("redis"));
    if (results_.flag("dirty")) json_.text("with changes that are not committed");
    results_.each("failures", [&](Reader& failure) {
      json_.text(failure.text("program") + " failed: its rates are not here");
    });
    results_.each("missing", [&](Reader& missing) {
      json_.text("not measured: " + missing.text("what") + ": " + missing.text("why"));
    });
    json_.end_array();
  }

  Reader& results_;
  JsonText json_;
  std::set<Name> told_;
};

}  // namespace

Input<std::string> bench_run(const Json& results, const std::string& file) {
  std::optional<InputError> mistake;
  Reader reader(results, {}, file, mistake);
  if (reader.text("format") != bench_format) {
    reader.refuse("format", reader.at("format"), bench_format);
  }
  std::string json = mistake ? std::string() : Run(reader).json();
  if (mistake) return std::unexpected(*std::move(mistake));
  return json;
}

}  // namespace lockstep::cli
