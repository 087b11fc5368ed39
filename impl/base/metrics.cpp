#include "impl/base/metrics.hpp"

#include <algorithm>
#include <numeric>

namespace lockstep {

void DurationHistogram::add(Nanos duration) {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), duration);
  ++counts_[static_cast<std::size_t>(bucket - bounds.begin())];
  sum_ += duration;
  max_ = std::max(max_, duration);
}

std::uint64_t DurationHistogram::at_most(std::size_t i) const {
  const auto end = counts_.begin() + static_cast<std::ptrdiff_t>(i) + 1;
  return std::accumulate(counts_.begin(), end, std::uint64_t{0});
}

namespace {

/// Exact, without floating point: 1500000 ns is 0.0015.
std::string seconds_text(Nanos duration) {
  constexpr std::size_t digits = 9;
  const std::int64_t second = Nanos(seconds(1)).count();
  std::string fraction = std::to_string(duration.count() % second);
  fraction.insert(0, digits - fraction.size(), '0');
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const std::string whole = std::to_string(duration.count() / second);
  return fraction.empty() ? whole : whole + "." + fraction;
}

std::string json_text(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte >= 0x20) {
      out += c;
    } else {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    }
  }
  return out + "\"";
}

std::string json_of(const DurationHistogram& histogram) {
  std::string out = "{\"count\":" + std::to_string(histogram.count()) +
                    ",\"sum_ns\":" + std::to_string(histogram.sum().count()) +
                    ",\"max_ns\":" + std::to_string(histogram.max().count()) + ",\"buckets\":[";
  for (std::size_t i = 0; i < DurationHistogram::bounds.size(); ++i) {
    out += i == 0 ? "" : ",";
    out += "{\"le_ns\":" + std::to_string(DurationHistogram::bounds[i].count()) +
           ",\"count\":" + std::to_string(histogram.at_most(i)) + "}";
  }
  return out + "]}";
}

/// A label's value: backslash, quote and line feed are escaped.
std::string label_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void add_head(std::string& out, const std::string& name, std::string_view about,
              std::string_view type) {
  out.append("# HELP ").append(name).append(" ").append(about).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void add_line(std::string& out, std::string_view name, const std::string& labels,
              const std::string& value) {
  out.append(name).append("{").append(labels).append("} ").append(value).append("\n");
}

void add_histogram(std::string& out, const std::string& name, const std::string& labels,
                   const DurationHistogram& histogram) {
  for (std::size_t i = 0; i <= DurationHistogram::bounds.size(); ++i) {
    const bool last = i == DurationHistogram::bounds.size();
    const std::string le = last ? "+Inf" : seconds_text(DurationHistogram::bounds[i]);
    add_line(out, name + "_bucket", labels + ",le=\"" + le + "\"",
             std::to_string(histogram.at_most(i)));
  }
  add_line(out, name + "_sum", labels, seconds_text(histogram.sum()));
  add_line(out, name + "_count", labels, std::to_string(histogram.count()));
}

std::string labels_of(const MetricSet& set, const MetricSeries& series) {
  return std::string(set.label) + "=\"" + label_text(series.label) + "\"";
}

void add_numbers(std::string& out, const MetricSet& set, std::size_t i) {
  const MetricNumber& first = set.series[0].numbers[i];
  const std::string name =
      std::string(set.prefix) + std::string(first.name) + (first.is_gauge ? "" : "_total");
  add_head(out, name, first.about, first.is_gauge ? "gauge" : "counter");
  for (const MetricSeries& series : set.series) {
    add_line(out, name, labels_of(set, series), std::to_string(series.numbers[i].value));
  }
}

void add_durations(std::string& out, const MetricSet& set, std::size_t i) {
  const MetricDuration& first = set.series[0].durations[i];
  const std::string name = std::string(set.prefix) + std::string(first.name) + "_seconds";
  add_head(out, name, first.about, "histogram");
  for (const MetricSeries& series : set.series) {
    add_histogram(out, name, labels_of(set, series), series.durations[i].value);
  }
}

}  // namespace

std::string to_json(const MetricSet& set) {
  std::string out = "{\"" + std::string(set.list) + "\":[";
  bool is_first = true;
  for (const MetricSeries& series : set.series) {
    out += std::string(is_first ? "" : ",") + "{\"" + std::string(set.label) +
           "\":" + json_text(series.label);
    is_first = false;
    for (const MetricNumber& number : series.numbers) {
      out.append(",\"").append(number.name).append("\":");
      out += std::to_string(number.value);
    }
    for (const MetricDuration& duration : series.durations) {
      out.append(",\"").append(duration.name).append("\":");
      out += json_of(duration.value);
    }
    out += "}";
  }
  return out + "]}";
}

std::string to_prometheus(const MetricSet& set) {
  std::string out;
  if (set.series.empty()) return out;
  for (std::size_t i = 0; i < set.series[0].numbers.size(); ++i) add_numbers(out, set, i);
  for (std::size_t i = 0; i < set.series[0].durations.size(); ++i) add_durations(out, set, i);
  return out;
}

}  // namespace lockstep
