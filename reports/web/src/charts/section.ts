// The charts of one run.
import { append, el, table } from "../dom";
import type { Run } from "../model/run";
import { count } from "../view/ink";
import type { Timeline } from "../view/timeline";
import { has, outboxLag, outboxWaiting, queueDepth, redeliveries } from "./flows";
import { Chart, Charts, type ChartOptions, type Line } from "./plot";
import {
  bucketsOf,
  kindsOf,
  latencyOverTime,
  outcomeMix,
  quantilesByKind,
  quantilesShown,
  rates,
  takesTime,
  type Buckets,
} from "./series";

const person = (i: number) => `person-${i % 8}`;

class Section {
  private readonly buckets: Buckets;
  private readonly grid = el("div.charts");
  private readonly charts = new Charts(this.grid);
  readonly element = el(
    "section.card",
    { id: "charts" },
    el("h2", {}, "Charts"),
    el("p.quiet", {}, "Faults are shaded. A click shows that moment in the timeline."),
    this.grid,
  );

  constructor(
    private readonly run: Run,
    private readonly timeline: Timeline,
  ) {
    this.buckets = bucketsOf(run);
    this.latency();
    this.add({ title: "Rate by outcome", unit: "operations/s", lines: () => this.rateLines() });
    this.quantiles();
    this.handover();
    this.flows();
    this.clocks();
    append(this.element, this.mix());
  }

  private add(
    options: Partial<ChartOptions> & { title: string; unit: string; lines: () => Line[] },
  ): Chart {
    return this.charts.add(
      new Chart({
        x: this.buckets.middles,
        faults: this.run.faults,
        clicked: (seconds) => this.goTo(seconds),
        ...options,
      }),
    );
  }

  private goTo(seconds: number): void {
    const { scene } = this.timeline;
    const half = (this.run.end - this.run.begin) / 100;
    this.timeline.showTime(seconds * 1e9 - half, seconds * 1e9 + half);
    scene.view.top = 0;
    this.timeline.canvas.scrollIntoView({ block: "center" });
  }

  private latency(): void {
    const lines = (f: number): Line[] => {
      const [half, most, all] = latencyOverTime(this.run, this.buckets, f);
      return [
        { label: "p50", values: half, colour: "person-0" },
        { label: "p99", values: most, colour: "person-1" },
        { label: "max", values: all, colour: "person-2", dash: [3, 3] },
      ];
    };
    const kinds = kindsOf(this.run);
    const first = (kinds.find(({ f }) => takesTime(this.run, f)) ?? kinds[0]).f;
    const chart = this.add({
      title: "Latency over time",
      unit: "ms",
      log: true,
      lines: () => lines(first),
    });
    const choose = el("select", { "aria-label": "Operation" });
    for (const { f, name } of kinds)
      append(choose, el("option", { value: f, selected: f === first }, name));
    choose.addEventListener("change", () => chart.setLines(() => lines(Number(choose.value))));
    chart.element.querySelector("figcaption")!.append(" of ", choose);
  }

  private rateLines(): Line[] {
    const [ok, fail, info] = rates(this.run, this.buckets);
    return [
      { label: "ok", values: ok, colour: "ok" },
      { label: "fail", values: fail, colour: "fail", dash: [6, 3] },
      { label: "info", values: info, colour: "info-line", dash: [2, 2] },
    ];
  }

  private quantiles(): void {
    const lines = (): Line[] => {
      const kinds = quantilesByKind(this.run)
        .filter((kind) => kind.count > 0)
        .slice(0, 8);
      return kinds.map((kind, i) => ({ label: kind.name, values: kind.values, colour: person(i) }));
    };
    this.charts.add(
      new Chart({
        title: "Latency by quantile",
        unit: "ms",
        log: true,
        x: quantilesShown.map((_, i) => i),
        xLabel: "quantile",
        xValues: (splits) => splits.map((i) => quantileName(quantilesShown[i])),
        lines,
      }),
    );
  }

  private handover(): void {
    for (const { name, samples, bound_ns: bound } of this.run.doc.measurements ?? []) {
      if (samples.length === 0) continue;
      const sorted = samples.every(([at]) => at >= 0)
        ? [...samples].sort((a, b) => a[0] - b[0])
        : samples;
      const timed = sorted === samples ? samples.every(([at]) => at >= 0) : true;
      const values = sorted.map(([, took]) => took / 1e6);
      const lines: Line[] = [{ label: name, values, colour: "person-0", points: true }];
      if (bound)
        lines.push({
          label: "bound",
          values: values.map(() => bound / 1e6),
          colour: "alarm",
          dash: [6, 4],
        });
      const x = timed ? sorted.map(([at]) => at / 1e9) : sorted.map((_, i) => i + 1);
      const options = timed ? {} : { faults: [], clicked: undefined, xLabel: "number" };
      this.add({ title: `Time of ${name}`, unit: "ms", x, lines: () => lines, ...options });
    }
  }

  private flows(): void {
    const { run, buckets } = this;
    if (has(run, "push")) {
      this.add({
        title: "Queue: depth and redeliveries",
        unit: "messages",
        lines: () => [
          { label: "not acknowledged", values: queueDepth(run, buckets), colour: "person-0" },
          {
            label: "redelivered",
            values: redeliveries(run, buckets),
            colour: "person-1",
            dash: [4, 3],
          },
        ],
      });
    }
    if (!has(run, "commit")) return;
    this.add({
      title: "Outbox: entries waiting",
      unit: "entries",
      lines: () => [
        {
          label: "committed, not published",
          values: outboxWaiting(run, buckets),
          colour: "person-0",
        },
      ],
    });
    this.add({
      title: "Outbox: lag from commit to publication",
      unit: "ms",
      log: true,
      lines: () => [
        { label: "longest", values: outboxLag(run, buckets), colour: "person-2", points: true },
      ],
    });
  }

  private clocks(): void {
    const clocks = (this.run.doc.clocks ?? []).filter((clock) => clock.points.length > 0);
    if (clocks.length === 0) return;
    const x = [
      ...new Set(clocks.flatMap((clock) => momentsOf(clock.points)).concat(this.run.end / 1e9)),
    ].sort((a, b) => a - b);
    const lines = clocks.map((clock, i): Line => {
      return {
        label: clock.node,
        values: x.map((time) => offsetOf(clock.points, time * 1e9) / 1e6),
        colour: person(i),
        dash: i >= 8 ? [4, 3] : undefined,
      };
    });
    this.add({ title: "Wall clocks against true time", unit: "ms", x, lines: () => lines });
  }

  private mix(): HTMLElement {
    const rows = outcomeMix(this.run).map(({ name, counts }) => {
      const all = counts.reduce((sum, part) => sum + part, 0);
      const bar = el("span.mix", {
        role: "img",
        "aria-label": `${counts[0]} ok, ${counts[1]} fail, ${counts[2]} info`,
      });
      ["ok", "fail", "info"].forEach((kind, i) => {
        if (counts[i] > 0)
          append(bar, el(`span.${kind}` as "span", { style: `flex-grow:${counts[i]}` }));
      });
      return [name, bar, count(all), ...counts.map((part) => count(part))];
    });
    return el(
      "div",
      {},
      el("h3", {}, "Outcomes by operation"),
      table(["operation", "mix", "all", "ok", "fail", "info"], rows, [2, 3, 4, 5]),
    );
  }
}

function quantileName(q: number | undefined): string {
  if (q === undefined) return "";
  return q === 1 ? "max" : `p${Number((q * 100).toFixed(1))}`;
}

/// Seconds at which a line of a clock bends; right before a jump as well.
function momentsOf(points: [number, number][]): number[] {
  const jumps = points.filter(([time], i) => i > 0 && points[i - 1][0] === time);
  return [...points.map(([time]) => time / 1e9), ...jumps.map(([time]) => (time - 1000) / 1e9)];
}

function offsetOf(points: [number, number][], time: number): number {
  const after = points.findIndex(([at]) => at > time);
  if (after < 0) return points[points.length - 1][1];
  if (after === 0) return points[0][1];
  const [t0, a] = points[after - 1];
  const [t1, b] = points[after];
  return a + ((time - t0) / (t1 - t0)) * (b - a);
}

export function chartsSection(run: Run, timeline: Timeline): HTMLElement | undefined {
  if (run.operations.rows === 0) return undefined;
  return new Section(run, timeline).element;
}
