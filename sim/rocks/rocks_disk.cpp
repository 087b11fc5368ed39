#include "sim/rocks/rocks_disk.hpp"

#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include "sim/rocks/sim_env.hpp"

namespace lockstep::sim {

RocksDisk::RocksDisk(const DiskOptions& options) : entropy_(options.seed), disk_(options) {}
RocksDisk::~RocksDisk() = default;

void RocksDisk::power_off() {
  if (!envs_.empty()) envs_.back()->die();
}

std::uint64_t RocksDisk::power_cut(std::uint64_t crash_number) {
  power_off();
  return disk_.power_cut(crash_number);
}

rocksdb::Env* RocksDisk::rocks_env(DiskHost& host) {
  envs_.push_back(std::make_unique<SimEnv>(std::make_shared<SimFileSystem>(disk_.disk()), host));
  return envs_.back().get();
}

void RocksDisk::adapt(rocksdb::Options& options) { make_deterministic(options); }

// The one use of options_check.cpp: without it that would not be linked.
OptionsChecks RocksDisk::options_checks() { return sim::options_checks(); }

void make_deterministic(rocksdb::Options& options) {
  // No threads, and nothing that waits for one: a stall is a wait.
  options.max_background_jobs = 1;
  options.max_subcompactions = 1;
  options.max_file_opening_threads = 1;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_write_buffer_number = 1'000;
  options.level0_file_num_compaction_trigger = 8;
  options.level0_slowdown_writes_trigger = 1 << 30;
  options.level0_stop_writes_trigger = 1 << 30;
  options.soft_pending_compaction_bytes_limit = 0;
  options.hard_pending_compaction_bytes_limit = 0;
  options.max_bgerror_resume_count = 0;
  options.avoid_flush_during_shutdown = true;
  // One writer at a time, always on the same path.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.enable_pipelined_write = false;
  // Of the cache of open tables: nobody else looks into it, and making 64 shards takes longer.
  options.table_cache_numshardbits = 0;
  // Nothing of this machine in a file, and nothing remembered between databases.
  options.db_host_id = "lockstep";
  options.info_log = nullptr;
  options.allow_mmap_reads = false;
  options.allow_mmap_writes = false;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Small, so that flushes and compactions happen within a run.
  options.write_buffer_size = 64U << 10U;
  options.max_bytes_for_level_base = 1U << 20U;
  options.compression = rocksdb::kNoCompression;
}

}  // namespace lockstep::sim
