#include "impl/queue/wal_plan.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>

#include "impl/queue/wal_frames.hpp"

namespace lockstep::queue {
namespace {

constexpr std::size_t batch_header_bytes = 12;  // RocksDB's sequence 8, number of entries 4

std::uint64_t number(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

/// Collects what one write says of itself.
class Reader final : public rocksdb::WriteBatch::Handler {
 public:
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    const auto parsed = parse_key({key.data(), key.size()});
    if (!parsed) error = definite(Errc::corrupt, "it has a key that no queue writes");
    if (!parsed) return rocksdb::Status::Corruption();
    if (parsed->kind == RecordKind::meta) return meta_found({value.data(), value.size()});
    const bool is_lower = write.first_pushed.value == 0 || parsed->id < write.first_pushed;
    if (parsed->kind == RecordKind::event && is_lower) write.first_pushed = parsed->id;
    return {};
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return {}; }

  WalWrite write;
  bool has_meta = false;
  std::optional<Error> error;

 private:
  rocksdb::Status meta_found(std::string_view value) {
    auto meta = read_meta(value);
    if (!meta) error = std::move(meta.error());
    if (!meta) return rocksdb::Status::Corruption();
    write.meta = *meta;
    has_meta = true;
    return {};
  }
};

bool is_empty(std::string_view record) {
  return record.size() == batch_header_bytes && number(record.substr(8, 4)) == 0;
}

Result<WalWrite> parse_write(std::string_view record) {
  if (record.size() < batch_header_bytes) return fail(definite(Errc::corrupt, "it is too short"));
  Reader reader;
  reader.write.rocks_sequence = number(record.substr(0, 8));
  const rocksdb::WriteBatch batch{std::string(record)};
  const rocksdb::Status status = batch.Iterate(&reader);
  if (reader.error) return fail(*std::move(reader.error));
  if (!status.ok()) return fail(definite(Errc::corrupt, status.ToString()));
  if (!reader.has_meta) return fail(definite(Errc::corrupt, "it lacks the queue's state"));
  // a redriven event is put again; what is pushed lies above what was pushed before
  return reader.write;
}

/// Events that the writes of `hole` pushed: above all pushed before, below all pushed behind.
IdRange lost_ids(const Meta& before, const WalWrite& behind) {
  const std::uint64_t first = before.last_id + 1;
  const bool pushes = behind.first_pushed.value >= first;
  const std::uint64_t last = pushes ? behind.first_pushed.value - 1 : behind.meta.last_id;
  return {EventId{first}, EventId{last}};
}

/// Whether some write from `index` on says that number `sequence` was durable.
bool was_durable(const WalContent& wal, std::size_t index, std::uint64_t sequence) {
  return std::any_of(wal.writes.begin() + static_cast<std::ptrdiff_t>(index), wal.writes.end(),
                     [&](const WalWrite& write) { return write.meta.synced >= sequence; });
}

std::string damage_batch(const Meta& meta, const Damage* damage, std::uint64_t rocks_sequence) {
  rocksdb::WriteBatch batch;
  batch.Put(key_of(RecordKind::meta, {}), write_meta(meta)).PermitUncheckedError();
  if (damage != nullptr) {
    const std::string key = key_of(RecordKind::damage, damage->ids.first);
    batch.Put(key, write_damage(key, *damage)).PermitUncheckedError();
  }
  std::string record = batch.Data();
  for (std::size_t i = 0; i < 8; ++i) {
    record[i] = static_cast<char>(rocks_sequence >> (8 * i) & 0xffU);
  }
  return record;
}

/// A write for every missing number, so that the numbers have no hole; the first says what is lost.
void append_hole(std::string& file, const WalContent& wal, const Hole& hole) {
  const WalWrite& behind = wal.writes[hole.before];
  const std::uint64_t missing = hole.to - hole.from + 1;
  std::uint64_t rocks = behind.rocks_sequence - 2 * missing;  // two entries each at least
  Meta meta = behind.meta;
  meta.last_id = hole.before > 0 ? wal.writes[hole.before - 1].meta.last_id : 0;
  meta.last_id = std::max(meta.last_id, hole.lost.last.value);
  const Damage damage{hole.lost, describe(wal, hole) + " are damaged"};
  for (std::uint64_t sequence = hole.from; sequence <= hole.to; ++sequence) {
    meta.sequence = sequence;
    meta.synced = sequence - 1;
    append_frames(file, damage_batch(meta, sequence == hole.from ? &damage : nullptr, rocks));
    rocks += 2;
  }
}

}  // namespace

Result<void> add_file(WalContent& wal, WalFile file, std::string_view content) {
  const std::size_t index = wal.files.size();
  std::optional<Error> error;
  const auto found = [&](std::string_view record, std::uint64_t offset) {
    if (is_empty(record)) return;  // RocksDB writes one after it trimmed a log
    auto write = parse_write(record);
    if (!write && !error) {
      error = std::move(write.error());
      error->detail = file.name + ": the write at offset " + std::to_string(offset) +
                      " is none of a queue: " + error->detail;
    }
    if (!write) return;
    write->file = index;
    write->offset = offset;
    wal.writes.push_back(*write);
  };
  file.tail_bytes = read_frames(content, found).tail;
  if (error) return fail(*std::move(error));
  wal.files.push_back(std::move(file));
  return {};
}

WalPlan plan_for(const WalContent& wal, const Meta& flushed) {
  WalPlan plan;
  const Meta* before = &flushed;
  for (std::size_t i = 0; i < wal.writes.size() && !plan.cut; ++i) {
    const WalWrite& write = wal.writes[i];
    const std::uint64_t expected = before->sequence + 1;
    if (write.meta.sequence > expected) {
      const bool log_is_whole = i == 0 && write.file == 0 && write.offset == 0;
      if (log_is_whole) {
        plan.lacks_tables = true;
        return plan;
      }
      if (was_durable(wal, i, expected)) {
        plan.rot.push_back({i, expected, write.meta.sequence - 1, lost_ids(*before, write)});
      } else {
        plan.cut = i;
      }
    }
    if (write.meta.sequence > before->sequence) before = &write.meta;
  }
  const std::size_t kept = plan.cut.value_or(wal.writes.size());
  const std::size_t last_file = kept > 0 ? wal.writes[kept - 1].file : 0;
  for (std::size_t i = last_file; i < wal.files.size(); ++i) {
    plan.trimmed_bytes += wal.files[i].tail_bytes;
  }
  return plan;
}

std::string repaired(const WalContent& wal, const WalPlan& plan, std::size_t file,
                     std::string_view content) {
  std::string out;
  std::size_t index = 0;  // of the write that comes next, over all files
  while (index < wal.writes.size() && wal.writes[index].file < file) ++index;
  const auto found = [&](std::string_view record, std::uint64_t) {
    if (is_empty(record)) return;
    const std::size_t at = index++;
    if (plan.cut && at >= *plan.cut) return;
    for (const Hole& hole : plan.rot) {
      if (hole.before == at) append_hole(out, wal, hole);
    }
    append_frames(out, record);
  };
  read_frames(content, found);
  return out;
}

std::string describe(const WalContent& wal, const Hole& hole) {
  const std::string& name = wal.files[wal.writes[hole.before].file].name;
  if (hole.from == hole.to) return "write " + std::to_string(hole.from) + " of " + name;
  return "writes " + std::to_string(hole.from) + " to " + std::to_string(hole.to) + " of " + name;
}

}  // namespace lockstep::queue
