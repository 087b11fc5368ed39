// Durations of a whole campaign in fixed memory: log-linear buckets, so that every percentile is
// exact to one part in sixteen; smallest and greatest are exact. The order of samples is forgotten.
//
// Source of the bucketing: HdrHistogram (Tene), with 4 bits of precision.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "impl/base/time.hpp"
#include "reports/counts.hpp"

namespace lockstep::campaign {

class Histogram {
  static constexpr unsigned precision_bits = 4;
  static constexpr std::size_t per_power = std::size_t{1} << precision_bits;

 public:
  static constexpr std::size_t bucket_count = (64 - precision_bits + 1) * per_power;

  /// A negative sample counts as zero.
  void add(Nanos sample);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Zero when there is no sample.
  [[nodiscard]] Nanos least() const { return Nanos(count_ == 0 ? 0 : least_); }
  [[nodiscard]] Nanos most() const { return Nanos(most_); }
  /// The smallest bucket bound that at least `percent` of 100 samples do not pass, never above
  /// most(). Zero when there is no sample. 0 < percent <= 100.
  [[nodiscard]] Nanos percentile(std::uint64_t percent) const;

  /// What another histogram told of itself: its buckets, its smallest and greatest sample. Nothing
  /// that this one says afterwards differs from what it would say of all samples added one by one.
  /// Requires bucket numbers below bucket_count, and least and most in the outermost of them.
  void add(const std::vector<reports::Bucket>& buckets, Nanos least, Nanos most);
  /// Those that hold a sample, ascending.
  [[nodiscard]] std::vector<reports::Bucket> buckets() const;
  /// The bucket that `sample` falls into; below bucket_count.
  [[nodiscard]] static std::uint64_t bucket_number(Nanos sample);

 private:
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound_of(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t least_ = INT64_MAX;
  std::int64_t most_ = 0;
};

}  // namespace lockstep::campaign
