// The ruler: moments on the real axis, positions and moments on the others.
import { duration, moment } from "./ink";
import { gutter, plotWidth, rulerHeight, xOf, type Scene } from "./scene";

type Pen = CanvasRenderingContext2D;

const tickRoom = 110;

/// 1, 2 or 5 times a power of ten, not below `least`.
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (
    [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999) ??
    10 * power
  );
}

/// Moments as short as the step allows: "19.24s".
function shortMoment(ns: number, step: number): string {
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step / 1e9) - 1e-9)));
  return `${(ns / 1e9).toFixed(digits)}s`;
}

export function drawRuler(pen: Pen, scene: Scene): void {
  const { theme, view, axis } = scene;
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, scene.width, rulerHeight);
  const step = niceStep(Math.max(((view.to - view.from) / plotWidth(scene)) * tickRoom, 1e-3));
  pen.strokeStyle = theme.line;
  pen.lineWidth = 1;
  for (let place = Math.ceil(view.from / step) * step; place <= view.to; place += step) {
    const x = Math.round(xOf(scene, place)) + 0.5;
    pen.beginPath();
    pen.moveTo(x, rulerHeight - 6);
    pen.lineTo(x, rulerHeight);
    pen.stroke();
    pen.fillStyle = theme.faint;
    const time = axis.time(place);
    const text = axis.name === "real" ? shortMoment(place, step) : shortMoment(time, 1e6);
    pen.fillText(text, x + 3, rulerHeight / 2);
  }
  drawSpan(pen, scene);
}

function drawSpan(pen: Pen, scene: Scene): void {
  const { theme, view, axis } = scene;
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, gutter, rulerHeight);
  pen.fillStyle = theme.ink;
  pen.fillText(
    `${duration(axis.time(view.to) - axis.time(view.from))} in view`,
    8,
    rulerHeight / 2,
  );
  pen.strokeStyle = theme.line;
  pen.strokeRect(-1, -1, scene.width + 2, rulerHeight + 0.5);
}

/// The moment below the pointer.
export function drawPointer(pen: Pen, scene: Scene, x: number): void {
  if (x < gutter) return;
  const { theme } = scene;
  pen.strokeStyle = theme.faint;
  pen.globalAlpha = 0.5;
  pen.beginPath();
  pen.moveTo(Math.round(x) + 0.5, rulerHeight);
  pen.lineTo(Math.round(x) + 0.5, scene.height);
  pen.stroke();
  pen.globalAlpha = 1;
  const place =
    scene.view.from + ((x - gutter) / plotWidth(scene)) * (scene.view.to - scene.view.from);
  const text = moment(scene.axis.time(place));
  const width = pen.measureText(text).width + 8;
  const left = Math.min(x, scene.width - width);
  pen.fillStyle = theme.ink;
  pen.fillRect(left, 2, width, rulerHeight - 5);
  pen.fillStyle = theme.paper;
  pen.fillText(text, left + 4, rulerHeight / 2);
}
