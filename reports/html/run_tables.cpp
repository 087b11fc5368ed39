#include "reports/html/run_tables.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "checkers/lease_windows.hpp"

namespace lockstep::reports {
namespace {

using checkers::Event;
using checkers::EventType;
using checkers::LeaseWindow;
using checkers::Resolution;

/// One operation: what was asked and what was told, the same event where nothing was.
struct Row {
  const Event* asked = nullptr;
  const Event* told = nullptr;
  const Resolution* resolution = nullptr;  ///< nullptr: no service's log says anything
  std::uint32_t index = 0;

  [[nodiscard]] bool is_pending() const { return asked == told; }
};

std::vector<Row> rows_of(const checkers::History& history) {
  std::vector<const Resolution*> resolved;
  if (!history.resolutions.empty()) resolved.resize(history.events.size());
  for (const Resolution& one : history.resolutions) resolved[one.operation.value] = &one;
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < history.events.size(); ++i) {
    const Event& asked = history.events[i];
    if (asked.type != EventType::invoke || asked.process == checkers::nemesis) continue;
    const bool is_open = asked.pair == checkers::no_event;
    rows.push_back({&asked, is_open ? &asked : &history.events[asked.pair.value],
                    resolved.empty() ? nullptr : resolved[i], i});
  }
  return rows;
}

Cell outcome_of(const Row& row) {
  if (row.is_pending()) return 3;
  return static_cast<Cell>(row.told->type) - static_cast<Cell>(EventType::ok);
}

Cell flags_of(const Row& row) {
  Cell flags = 0;
  if (row.told->has_value) flags += 1;
  if (row.told->has_commit) flags += 2;
  if (row.resolution != nullptr) flags += row.resolution->happened ? 4 : 8;
  return flags;
}

class OperationColumns {
 public:
  OperationColumns(const std::vector<Row>& rows, Table& table) : rows_(rows), table_(table) {}

  /// A column of the row.
  template <class CellOf>
  void add(std::string_view name, Packing packing, const CellOf& cell) {
    table_.column(name, packing, [&](std::size_t row) { return Cell{cell(rows_[row])}; });
  }
  /// A column of what was told.
  template <class CellOf>
  void told(std::string_view name, Packing packing, const CellOf& cell) {
    add(name, packing, [&](const Row& row) { return Cell{cell(*row.told)}; });
  }

 private:
  const std::vector<Row>& rows_;
  Table& table_;
};

void add_ends(OperationColumns& columns, std::int64_t base_ns) {
  columns.add("index", Packing::delta, [](const Row& row) { return Cell{row.index}; });
  columns.add("done", Packing::plain, [](const Row& row) {
    return row.is_pending() ? Cell{0} : Cell{row.asked->pair.value} - row.index;
  });
  columns.add("at", Packing::delta,
              [&](const Row& row) { return Cell{row.asked->time_ns} - base_ns; });
  columns.add("took", Packing::plain,
              [](const Row& row) { return Cell{row.told->time_ns} - row.asked->time_ns; });
  columns.add("outcome", Packing::plain, &outcome_of);
  columns.add("process", Packing::plain,
              [](const Row& row) { return Cell{row.asked->process.value}; });
}

void add_names(OperationColumns& columns, Strings& strings) {
  const auto name = [&](std::string_view column, checkers::NameId Event::* id) {
    columns.told(column, Packing::text,
                 [id, &strings](const Event& event) { return strings.add(event.*id); });
  };
  name("f", &Event::f);
  name("node", &Event::node);
  name("key", &Event::key);
  name("sink", &Event::sink);
  name("error", &Event::error);
  name("cause", &Event::cause);
}

void add_numbers(OperationColumns& columns) {
  const auto number = [&](std::string_view column, auto Event::* member) {
    columns.told(column, Packing::plain, [member](const Event& event) {
      if constexpr (requires { (event.*member).value; }) {
        return (event.*member).value;
      } else {
        return event.*member;
      }
    });
  };
  number("lease", &Event::lease);
  number("owner", &Event::owner);
  number("token", &Event::token);
  number("seen", &Event::seen);
  number("id", &Event::id);
  number("attempt", &Event::attempt);
  number("ttl", &Event::ttl_ns);
}

void add_effects(OperationColumns& columns, std::int64_t base_ns) {
  columns.add("flags", Packing::plain, &flags_of);
  columns.told("value", Packing::plain, [](const Event& event) { return event.value; });
  columns.told("commit_at", Packing::plain, [&](const Event& event) {
    return event.has_commit ? Cell{event.commit_ns} - base_ns : Cell{0};
  });
  columns.told("commit_index", Packing::plain,
               [](const Event& event) { return event.commit_index; });
  columns.add("resolved_at", Packing::plain, [&](const Row& row) {
    const bool happened = row.resolution != nullptr && row.resolution->happened;
    return happened ? Cell{row.resolution->at_ns} - base_ns : Cell{0};
  });
}

std::vector<LeaseWindow> leases_of(const checkers::History& history) {
  auto windows = checkers::lease_windows(history, history.header.params, checkers::Judge::oracle);
  std::ranges::sort(windows, [](const LeaseWindow& a, const LeaseWindow& b) {
    return std::tie(a.proof, a.certain_from_ns) < std::tie(b.proof, b.certain_from_ns);
  });
  return windows;
}

void add_leases(const std::vector<LeaseWindow>& windows, const checkers::History& history,
                std::int64_t base_ns, Strings& strings, Table& table) {
  const std::int64_t end_ns = end_of(history);
  const auto add = [&](std::string_view name, Packing packing, const auto& cell) {
    table.column(name, packing, [&](std::size_t row) { return Cell{cell(windows[row])}; });
  };
  const auto relative = [=](std::int64_t time_ns) {
    return Cell{std::min(time_ns, end_ns)} - base_ns;
  };
  add("acquire", Packing::delta, [](const LeaseWindow& w) { return w.proof.value; });
  add("key", Packing::text, [&](const LeaseWindow& w) { return strings.add(w.key); });
  add("node", Packing::text, [&](const LeaseWindow& w) { return strings.add(w.node); });
  add("lease", Packing::plain, [](const LeaseWindow& w) { return w.lease.value; });
  add("owner", Packing::plain,
      [&](const LeaseWindow& w) { return history.events[w.proof.value].owner.value; });
  add("token", Packing::plain, [](const LeaseWindow& w) { return w.token.value; });
  add("possible_from", Packing::delta,
      [&](const LeaseWindow& w) { return relative(w.possible_from_ns); });
  add("possible_to", Packing::delta,
      [&](const LeaseWindow& w) { return relative(w.possible_to_ns); });
  add("certain_from", Packing::delta, [&](const LeaseWindow& w) {
    return relative(w.is_certain ? w.certain_from_ns : w.possible_from_ns);
  });
  add("certain_to", Packing::delta, [&](const LeaseWindow& w) {
    return relative(w.is_certain ? w.certain_to_ns : w.possible_from_ns);
  });
}

}  // namespace

std::string write_tables(const RunRecord& run, std::int64_t base_ns, JsonText& json) {
  std::string bytes;
  Strings strings(run.history.names);
  const std::vector<Row> rows = rows_of(run.history);
  Table operations("operations", rows.size(), strings, bytes);
  OperationColumns columns(rows, operations);
  add_ends(columns, base_ns);
  add_names(columns, strings);
  add_numbers(columns);
  add_effects(columns, base_ns);
  const std::vector<LeaseWindow> windows = leases_of(run.history);
  Table leases("leases", windows.size(), strings, bytes);
  add_leases(windows, run.history, base_ns, strings, leases);
  strings.write(json);
  json.key("tables").begin_object();
  operations.write(json);
  leases.write(json);
  json.end_object();
  return bytes;
}

}  // namespace lockstep::reports
