// Operations as bars. Near: a bar each, with what it is where there is room. Far: a column per two
// pixels whose parts are the shares of ok, fail and unclear.
import { Outcome } from "../model/operations";
import type { Series } from "../model/lanes";
import { clipText, fits, hatch } from "./ink";
import { firstFrom, gutter, plotWidth, scaleOf, xOf, type Scene } from "./scene";

const columnWidth = 2;
const labelRoom = 26;
const tailWidth = 26;

type Pen = CanvasRenderingContext2D;

export interface Box {
  y: number;
  height: number;
}

/// Positions in the series that can be seen; the one before the first may reach into view.
export function visibleRange(scene: Scene, series: Series): [number, number] {
  const { start } = scene.axis;
  const count = series.rows.length;
  const first = firstFrom(series.rows, start, scene.view.from, 0, count);
  const last = firstFrom(series.rows, start, scene.view.to, first, count);
  return [Math.max(0, first - 1), last];
}

export function isFar(scene: Scene, count: number): boolean {
  return count > plotWidth(scene) / 3;
}

export function drawSeries(pen: Pen, scene: Scene, series: Series, box: Box): void {
  const [first, last] = visibleRange(scene, series);
  if (isFar(scene, last - first)) drawColumns(pen, scene, series, box, first, last);
  else drawBars(pen, scene, series, box, first, last);
}

/// Shares as steps, so that columns alike run together.
const steps = 6;

class Columns {
  private from = -1;
  private to = -1;
  private failed = 0;
  private unclear = 0;

  constructor(
    private readonly pen: Pen,
    private readonly scene: Scene,
    private readonly box: Box,
  ) {}

  add(x: number, end: number, failed: number, unclear: number): void {
    const same = failed === this.failed && unclear === this.unclear && x <= this.to + 1;
    if (same && this.from >= 0) {
      this.to = Math.max(this.to, end);
      return;
    }
    this.flush();
    [this.from, this.to, this.failed, this.unclear] = [Math.max(x, this.to), end, failed, unclear];
  }

  flush(): void {
    if (this.from < 0 || this.to <= this.from) return;
    const { pen, box } = this;
    const { theme } = this.scene;
    const width = this.to - this.from;
    const low = (box.height * this.failed) / steps;
    const high = (box.height * this.unclear) / steps;
    this.fill(theme.ok, box.y + high, width, box.height - low - high);
    if (low > 0) this.fill(theme.fail, box.y + box.height - low, width, low);
    if (high > 0) this.fill(theme.info, box.y, width, high);
    pen.globalAlpha = 1;
  }

  private fill(colour: string, y: number, width: number, height: number): void {
    this.pen.fillStyle = colour;
    this.pen.fillRect(this.from, y, width, height);
  }
}

const share = (part: number, all: number) =>
  part === 0 ? 0 : Math.max(1, Math.round((steps * part) / all));

function drawColumns(
  pen: Pen,
  scene: Scene,
  series: Series,
  box: Box,
  first: number,
  last: number,
): void {
  const { rows, failed, unclear } = series;
  const { start, stop } = scene.axis;
  const scale = scaleOf(scene);
  const columns = new Columns(pen, scene, box);
  for (let i = first; i < last; ) {
    const raw = xOf(scene, start[rows[i]]);
    const x = Math.floor((raw - gutter) / columnWidth) * columnWidth + gutter;
    const next = scene.view.from + (x + columnWidth - gutter) / scale;
    const j = Math.max(i + 1, firstFrom(rows, start, next, i, last));
    const all = j - i;
    const end = Math.max(x + columnWidth, Math.floor(xOf(scene, stop[rows[j - 1]])));
    const low = share(failed[j] - failed[i], all);
    columns.add(x, end, low, Math.min(steps - low, share(unclear[j] - unclear[i], all)));
    i = j;
  }
  columns.flush();
}

function barColour(scene: Scene, outcome: number): string {
  const { theme } = scene;
  if (outcome === Outcome.ok) return theme.ok;
  return outcome === Outcome.fail ? theme.fail : theme.info;
}

function drawBars(
  pen: Pen,
  scene: Scene,
  series: Series,
  box: Box,
  first: number,
  last: number,
): void {
  const { rows } = series;
  for (let i = first; i < last; i++) {
    const next = i + 1 < rows.length ? xOf(scene, scene.axis.start[rows[i + 1]]) : scene.width;
    drawBar(pen, scene, rows[i], box, next);
  }
}

/// Where a bar lies; at least as wide as can be seen.
export function barOf(scene: Scene, row: number): [number, number] {
  const x = xOf(scene, scene.axis.start[row]);
  return [x, Math.max(x + 2, xOf(scene, scene.axis.stop[row]))];
}

function drawBar(pen: Pen, scene: Scene, row: number, box: Box, next: number): void {
  const outcome = scene.run.operations.outcome[row];
  const [x, end] = barOf(scene, row);
  const y = box.y + 3;
  const height = box.height - 6;
  pen.fillStyle =
    outcome === Outcome.info
      ? hatch(pen, scene.theme.info, scene.theme.ink)
      : barColour(scene, outcome);
  if (outcome !== Outcome.pending) pen.fillRect(x, y, end - x, height);
  if (outcome >= Outcome.info)
    drawTail(pen, scene, end, y, height, Math.min(tailWidth, next - end - 1));
  drawLabel(pen, scene, row, box, [x, end, next]);
}

/// What is unknown after an operation without an answer.
function drawTail(
  pen: Pen,
  scene: Scene,
  x: number,
  y: number,
  height: number,
  width: number,
): void {
  if (width < 2) return;
  const fade = pen.createLinearGradient(x, 0, x + width, 0);
  fade.addColorStop(0, scene.theme.info);
  fade.addColorStop(1, "transparent");
  pen.fillStyle = fade;
  pen.fillRect(x, y, width, height);
}

/// As much as fits of "acquire k0 t7": all of it, the operation and its key, the operation.
function wording(pen: Pen, scene: Scene, row: number, room: number): string {
  const ops = scene.run.operations;
  const token = ops.text("token", row);
  const label = ops.label(row);
  const choices = [
    token ? `${label} t${token}` : label,
    label,
    `${ops.text("f", row)} #${ops.text("id", row)}`,
    ops.text("f", row),
  ];
  const fitting = choices
    .filter((text) => !text.endsWith("#"))
    .find((text) => fits(pen, text, room));
  return fitting ? clipText(pen, fitting, room) : "";
}

/// Inside of the bar, or behind it where nothing else begins.
function drawLabel(
  pen: Pen,
  scene: Scene,
  row: number,
  box: Box,
  [x, end, next]: [number, number, number],
): void {
  const inside = Math.min(end, scene.width) - Math.max(x, gutter);
  const room = inside >= labelRoom ? inside : next - end;
  if (room < labelRoom) return;
  const ops = scene.run.operations;
  const text = wording(pen, scene, row, room - 6);
  const dark = inside >= labelRoom && ops.outcome[row] <= Outcome.fail;
  pen.fillStyle = dark ? scene.theme.onBar : scene.theme.ink;
  pen.fillText(
    text,
    inside >= labelRoom ? Math.max(x, gutter) + 3 : end + 3,
    box.y + box.height / 2 + 0.5,
  );
}
