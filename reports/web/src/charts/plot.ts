// One chart: uPlot in the colours of the page, with the faults shaded behind the lines.
import uPlot from "uplot";
import { append, el } from "../dom";
import type { Fault } from "../data/document";

export interface Line {
  label: string;
  values: (number | null)[];
  colour: string;
  dash?: number[];
  points?: boolean;
}

export interface ChartOptions {
  title: string;
  /// What the numbers are: "ms", "operations/s".
  unit: string;
  x: number[];
  /// Called when the chart is drawn: most readers never scroll to it.
  lines: () => Line[];
  log?: boolean;
  xLabel?: string;
  xValues?: (values: number[]) => string[];
  faults?: Fault[];
  /// A click tells the moment in seconds.
  clicked?: (seconds: number) => void;
}

const height = 210;

function colourOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/// "colour" is the name of a colour of the style sheet, read when it is drawn.
function series(line: Line): uPlot.Series {
  return {
    label: line.label,
    stroke: () => colourOf(line.colour),
    width: line.points ? 0 : 1.5,
    dash: line.dash,
    spanGaps: false,
    points: {
      size: line.points ? 6 : 4,
      fill: () => colourOf(line.colour),
      ...(line.points && { show: true }),
    },
    value: (_, value) => (value === null || value === undefined ? "-" : short(value)),
  };
}

export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))}G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

function shade(faults: Fault[]): uPlot.Plugin {
  const draw = (plot: uPlot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = colourOf("fault");
    for (const fault of faults) {
      const from = plot.valToPos(fault.from_ns / 1e9, "x", true);
      const to = plot.valToPos((fault.until_ns ?? fault.from_ns) / 1e9, "x", true);
      ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
    }
    ctx.restore();
  };
  return { hooks: { drawClear: draw } };
}

function axes(options: ChartOptions): uPlot.Axis[] {
  const common = {
    stroke: () => colourOf("faint"),
    grid: { stroke: () => colourOf("line"), width: 1 },
    ticks: { stroke: () => colourOf("line"), width: 1 },
  };
  const xValues = options.xValues;
  return [
    {
      ...common,
      label: options.xLabel ?? "s",
      labelSize: 16,
      size: 34,
      values: xValues ? (_, splits) => xValues(splits) : (_, splits) => splits.map(String),
    },
    {
      ...common,
      label: options.unit,
      labelSize: 16,
      size: 52,
      values: (_, splits) => splits.map((value) => (value === null ? "" : short(value))),
    },
  ];
}

export class Chart {
  readonly element: HTMLElement;
  private plot: uPlot | undefined;

  constructor(private options: ChartOptions) {
    this.element = el(
      "figure.chart",
      { "aria-label": options.title },
      el("figcaption", {}, options.title),
    );
  }

  get drawn(): boolean {
    return this.plot !== undefined;
  }

  setLines(lines: () => Line[]): void {
    this.options = { ...this.options, lines };
    if (this.plot) this.plot.setData(this.data(lines()));
  }

  draw(): void {
    if (this.plot) return;
    const { options } = this;
    const lines = options.lines();
    const settings: uPlot.Options = {
      width: Math.max(280, this.element.clientWidth),
      height,
      scales: {
        x: { time: false },
        y: {
          distr: options.log ? 3 : 1,
          range: options.log
            ? undefined
            : (_, least, most) => [
                Math.min(0, least ?? 0),
                Math.max(most ?? 1, (least ?? 0) + 1e-6) * 1.06,
              ],
        },
      },
      axes: axes(options),
      series: [
        {
          label: options.xLabel ?? "s",
          value: (_, value) => (value === null ? "-" : short(value)),
        },
        ...lines.map(series),
      ],
      plugins: options.faults ? [shade(options.faults)] : [],
      cursor: { drag: { x: false, y: false } },
      legend: { live: true },
    };
    this.plot = new uPlot(settings, this.data(lines), this.element);
    const { clicked } = options;
    if (clicked) this.plot.over.addEventListener("click", () => this.click(clicked));
    new ResizeObserver(() =>
      this.plot?.setSize({ width: Math.max(280, this.element.clientWidth), height }),
    ).observe(this.element);
  }

  private click(clicked: (seconds: number) => void): void {
    const left = this.plot?.cursor.left;
    if (this.plot && left !== undefined && left >= 0) clicked(this.plot.posToVal(left, "x"));
  }

  redraw(): void {
    this.plot?.redraw();
  }

  private data(lines: Line[]): uPlot.AlignedData {
    return [this.options.x, ...lines.map((line) => line.values)] as uPlot.AlignedData;
  }
}

/// Charts cost time: each is made when it comes into view, all of them before the page is printed.
export class Charts {
  private readonly charts: Chart[] = [];
  private readonly observer: IntersectionObserver;

  constructor(private readonly parent: HTMLElement) {
    this.observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) if (entry.isIntersecting) this.draw(entry.target);
      },
      { rootMargin: "200px" },
    );
    window.addEventListener("beforeprint", () => this.charts.forEach((chart) => chart.draw()));
    document.addEventListener("themechange", () => this.charts.forEach((chart) => chart.redraw()));
  }

  add(chart: Chart): Chart {
    this.charts.push(chart);
    append(this.parent, chart.element);
    this.observer.observe(chart.element);
    return chart;
  }

  private draw(element: Element): void {
    const chart = this.charts.find((candidate) => candidate.element === element);
    if (!chart || chart.drawn) return;
    this.observer.unobserve(element);
    chart.draw();
  }
}
