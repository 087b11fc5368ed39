// The page of benchmarks: what was measured beside its ceiling, and the trend over several results.
import { append, el, facts, table } from "../dom";
import type { BenchDocument, BenchRow, BenchRun } from "../data/document";
import { Chart, Charts, short } from "../charts/plot";
import { themeButton } from "../view/header";
import { duration } from "../view/ink";
import { verdictBadge } from "../view/verdict";

const rowName = (row: BenchRow) => `${row.group ?? ""}\n${row.name}`;

/// Ours against the ceiling, so that 1 is as good as the ceiling, whichever way is better.
export function ratioOf(row: BenchRow): number | undefined {
  if (row.ratio !== undefined) return row.ratio;
  if (!row.ceiling || !row.ours) return undefined;
  return row.better === "less" ? row.ceiling / row.ours : row.ours / row.ceiling;
}

function missed(row: BenchRow): boolean {
  const ratio = ratioOf(row);
  return row.target !== undefined && ratio !== undefined && ratio < row.target;
}

function ratioBar(row: BenchRow): HTMLElement | string {
  const ratio = ratioOf(row);
  if (ratio === undefined) return "";
  const part = Math.min(1, Math.max(0, ratio));
  const bar = el(
    "span.ratio",
    { role: "img", "aria-label": `${(ratio * 100).toFixed(0)}% of the ceiling` },
    el("span", { style: `width:${part * 100}%`, class: missed(row) ? "missed" : "met" }),
  );
  if (row.target !== undefined)
    append(
      bar,
      el("i", { style: `left:${Math.min(1, row.target) * 100}%`, title: `target ${row.target}` }),
    );
  return bar;
}

function standing(row: BenchRow): HTMLElement | string {
  if (row.target === undefined || ratioOf(row) === undefined) return "";
  return missed(row)
    ? verdictBadge("invalid", `below ${row.target}`)
    : verdictBadge("valid", `target ${row.target}`);
}

const time = (ns: number | undefined) => (ns === undefined ? "" : duration(ns));

function bytes(many: number | undefined): string {
  return many === undefined ? "" : `${short(many)}B`;
}

function cells(row: BenchRow) {
  const ratio = ratioOf(row);
  return [
    el("span", {}, row.name, row.note && el("div.quiet", {}, row.note)),
    `${short(row.ours)} ${row.unit}`,
    row.ceiling === undefined
      ? ""
      : `${short(row.ceiling)}${row.ceiling_name ? ` (${row.ceiling_name})` : ""}`,
    ratioBar(row),
    ratio === undefined ? "" : ratio.toFixed(2),
    standing(row),
    time(row.p50_ns),
    time(row.p99_ns),
    time(row.p999_ns),
    bytes(row.memory_bytes),
  ];
}

function groupSection(name: string, rows: BenchRow[]): HTMLElement {
  const head = ["", "ours", "ceiling", "", "ratio", "target", "p50", "p99", "p99.9", "memory"];
  return el(
    "section.card",
    {},
    el("h2", {}, name || "Results"),
    el("div.scroll", {}, table(head, rows.map(cells), [1, 2, 4, 6, 7, 8, 9])),
  );
}

function groups(run: BenchRun): [string, BenchRow[]][] {
  const found = new Map<string, BenchRow[]>();
  for (const row of run.rows)
    found.set(row.group ?? "", [...(found.get(row.group ?? "") ?? []), row]);
  return [...found];
}

function trendChart(runs: BenchRun[], name: string, last: BenchRow): Chart {
  const rows = runs.map((run) => run.rows.find((row) => rowName(row) === name));
  const lines = [
    { label: "ours", values: rows.map((row) => row?.ours ?? null), colour: "person-0" },
  ];
  const ceiling = {
    label: last.ceiling_name ?? "ceiling",
    values: rows.map((row) => row?.ceiling ?? null),
    colour: "faint",
    dash: [5, 4],
  };
  if (ceiling.values.some((value) => value !== null)) lines.push(ceiling);
  return new Chart({
    title: [last.group, last.name].filter((text) => text).join(": "),
    unit: last.unit,
    x: runs.map((_, i) => i),
    lines: () => lines,
    xLabel: "results",
    xValues: (splits) => splits.map((i) => (Number.isInteger(i) ? (runs[i]?.label ?? "") : "")),
  });
}

function trendSection(runs: BenchRun[]): HTMLElement | undefined {
  if (runs.length < 2) return undefined;
  const grid = el("div.charts");
  const charts = new Charts(grid);
  for (const row of runs[runs.length - 1].rows) charts.add(trendChart(runs, rowName(row), row));
  return el(
    "section.card",
    { id: "trend" },
    el("h2", {}, `Trend over ${runs.length} results`),
    grid,
  );
}

export function benchPage(app: HTMLElement, doc: BenchDocument): void {
  const last = doc.runs[doc.runs.length - 1];
  app.replaceChildren();
  document.title = "Lockstep benchmarks";
  if (!last) {
    append(app, el("p.opening", { role: "alert" }, "There are no results in this report."));
    return;
  }
  const below = last.rows.filter(missed).length;
  const judged = last.rows.filter((row) => row.target !== undefined).length;
  const text =
    judged === 0
      ? "no targets"
      : below === 0
        ? "all targets met"
        : `${below} of ${judged} targets missed`;
  append(
    app,
    el(
      "header.top",
      {},
      el(
        "div.title",
        {},
        verdictBadge(below > 0 ? "invalid" : judged > 0 ? "valid" : "unknown", text),
        el("h1", {}, "Benchmarks"),
        themeButton(),
      ),
      el(
        "p.sentence",
        { role: "status", id: "verdict-text" },
        `${last.label}: ${last.rows.length} measurements, ${text}.`,
      ),
      facts([
        ["machine", last.machine ?? ""],
        ["compiler", last.compiler ?? ""],
        ["commit", last.commit ?? ""],
        ["at", last.at ?? ""],
      ]),
      ...(last.notes ?? []).map((note) => el("p.quiet", {}, note)),
    ),
    ...groups(last).map(([name, rows]) => groupSection(name, rows)),
    trendSection(doc.runs),
  );
}
