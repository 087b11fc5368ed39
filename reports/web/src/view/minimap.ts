// The whole run in a strip: how much happened and how it ended, faults, violations, what the search
// found, and the part that is seen, which can be dragged. Redrawn in full only when those change.
import type { Run } from "../model/run";
import { Outcome } from "../model/operations";
import type { Axis } from "./axis";
import type { Theme } from "./theme";
import { gutter } from "./scene";

export const minimapHeight = 46;

interface Content {
  run: Run;
  axis: Axis;
  theme: Theme;
  matches: Int32Array;
  /// Places of violations: where each begins.
  violations: number[];
}

export class Minimap {
  private readonly back = document.createElement("canvas");
  private content: Content | undefined;
  private width = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly moved: (centre: number) => void,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.drag(event));
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) this.drag(event);
    });
  }

  private drag(event: PointerEvent): void {
    if (!this.content) return;
    this.canvas.setPointerCapture(event.pointerId);
    const { axis } = this.content;
    const part = (event.offsetX - gutter) / Math.max(1, this.width - gutter);
    this.moved(axis.begin + Math.min(1, Math.max(0, part)) * (axis.end - axis.begin));
  }

  setContent(content: Content, width: number): void {
    this.content = content;
    this.width = width;
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.back]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(minimapHeight * ratio);
    }
    const pen = this.back.getContext("2d")!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawAll(pen, content, width);
  }

  /// The strip with the window [from, to] of the axis.
  draw(from: number, to: number): void {
    const { content } = this;
    if (!content || this.width === 0) return;
    const pen = this.canvas.getContext("2d")!;
    const ratio = devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.back, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const x = xOf(content, this.width, from);
    const end = Math.max(x + 3, xOf(content, this.width, to));
    pen.fillStyle = content.theme.paper;
    pen.globalAlpha = 0.6;
    pen.fillRect(gutter, 0, x - gutter, minimapHeight);
    pen.fillRect(end, 0, this.width - end, minimapHeight);
    pen.globalAlpha = 1;
    pen.strokeStyle = content.theme.select;
    pen.lineWidth = 2;
    pen.strokeRect(x, 1, end - x, minimapHeight - 2);
  }
}

function xOf({ axis }: Content, width: number, place: number): number {
  return gutter + ((place - axis.begin) / (axis.end - axis.begin)) * (width - gutter);
}

function drawAll(pen: CanvasRenderingContext2D, content: Content, width: number): void {
  const { theme, axis } = content;
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, width, minimapHeight);
  pen.fillStyle = theme.fault;
  for (const fault of content.run.faults) {
    const x = xOf(content, width, axis.place(fault.from_ns));
    const end = xOf(content, width, axis.place(fault.until_ns ?? fault.from_ns));
    pen.fillRect(x, 10, Math.max(1, end - x), minimapHeight - 10);
  }
  drawHistogram(pen, content, width);
  pen.fillStyle = theme.match;
  for (const row of thinned(content.matches))
    pen.fillRect(xOf(content, width, axis.start[row]), minimapHeight - 4, 1.5, 4);
  pen.fillStyle = theme.alarm;
  for (const place of content.violations) drawFlag(pen, xOf(content, width, place));
  pen.fillStyle = theme.faint;
  pen.font = '11px system-ui, "DejaVu Sans", sans-serif';
  pen.textBaseline = "middle";
  pen.fillText("the whole run", 8, minimapHeight / 2);
}

function thinned(rows: Int32Array): Int32Array {
  const step = Math.ceil(rows.length / 5000);
  return step <= 1 ? rows : rows.filter((_, i) => i % step === 0);
}

function drawFlag(pen: CanvasRenderingContext2D, x: number): void {
  pen.beginPath();
  pen.moveTo(x - 5, 0);
  pen.lineTo(x + 5, 0);
  pen.lineTo(x, 9);
  pen.fill();
}

/// Operations per two pixels, by outcome.
function drawHistogram(pen: CanvasRenderingContext2D, content: Content, width: number): void {
  const { run, axis, theme } = content;
  const bins = Math.max(1, Math.floor((width - gutter) / 2));
  const sums = [new Uint32Array(bins), new Uint32Array(bins), new Uint32Array(bins)];
  const scale = bins / (axis.end - axis.begin);
  const { outcome, rows } = run.operations;
  for (let row = 0; row < rows; row++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((axis.start[row] - axis.begin) * scale)));
    sums[Math.min(outcome[row], Outcome.info)][bin]++;
  }
  let most = 1;
  for (let i = 0; i < bins; i++) most = Math.max(most, sums[0][i] + sums[1][i] + sums[2][i]);
  const colours = [theme.ok, theme.fail, theme.info];
  for (let i = 0; i < bins; i++) {
    let y = minimapHeight - 4;
    for (let kind = 0; kind < 3; kind++) {
      const height = (sums[kind][i] / most) * (minimapHeight - 16);
      pen.fillStyle = colours[kind];
      pen.fillRect(gutter + i * 2, y - height, 2, height);
      y -= height;
    }
  }
}
