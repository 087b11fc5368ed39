#include "scenarios/campaign/histogram.hpp"

#include <algorithm>
#include <bit>

#include "impl/base/assert.hpp"

namespace lockstep::campaign {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < per_power) return value;
  const auto power = static_cast<unsigned>(std::bit_width(value)) - 1 - precision_bits;
  return power * per_power + static_cast<std::size_t>(value >> power);
}

std::uint64_t Histogram::upper_bound_of(std::size_t bucket) {
  if (bucket < per_power) return bucket;
  const std::size_t power = bucket / per_power - 1;
  return ((bucket - power * per_power + 1) << power) - 1;
}

void Histogram::add(Nanos sample) {
  const std::int64_t value = std::max<std::int64_t>(sample.count(), 0);
  counts_[bucket_of(static_cast<std::uint64_t>(value))] += 1;
  count_ += 1;
  least_ = std::min(least_, value);
  most_ = std::max(most_, value);
}

void Histogram::add(const std::vector<reports::Bucket>& buckets, Nanos least, Nanos most) {
  if (buckets.empty()) return;
  ASSERT(bucket_number(least) == buckets.front().number);
  ASSERT(bucket_number(most) == buckets.back().number && buckets.back().number < bucket_count);
  for (const reports::Bucket& bucket : buckets) {
    counts_[bucket.number] += bucket.count;
    count_ += bucket.count;
  }
  least_ = std::min(least_, static_cast<std::int64_t>(least.count()));
  most_ = std::max(most_, static_cast<std::int64_t>(most.count()));
}

std::vector<reports::Bucket> Histogram::buckets() const {
  std::vector<reports::Bucket> out;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    if (counts_[bucket] > 0) out.push_back({bucket, counts_[bucket]});
  }
  return out;
}

std::uint64_t Histogram::bucket_number(Nanos sample) {
  return bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(sample.count(), 0)));
}

Nanos Histogram::percentile(std::uint64_t percent) const {
  ASSERT(percent > 0 && percent <= 100);
  if (count_ == 0) return Nanos(0);
  const auto rank =
      static_cast<std::uint64_t>((static_cast<unsigned __int128>(count_) * percent + 99) / 100);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += counts_[bucket];
    if (seen < rank) continue;
    const auto bound = static_cast<std::int64_t>(upper_bound_of(bucket));
    return Nanos(std::clamp(bound, least_, most_));
  }
  return Nanos(most_);
}

}  // namespace lockstep::campaign
