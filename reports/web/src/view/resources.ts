// A resource's lane: leases as bands, hatched where somebody may have held it, solid where somebody
// held it for certain; below them what its sink was shown, with the fencing token where it changes.
import { laneHeight, type KeyLane } from "../model/lanes";
import { Outcome } from "../model/operations";
import { clipText, hatch } from "./ink";
import { firstFrom, gutter, placeOf, plotWidth, xOf, type Scene } from "./scene";

type Pen = CanvasRenderingContext2D;

export function drawKey(pen: Pen, scene: Scene, lane: KeyLane, y: number): void {
  lane.leases.forEach((rows, i) => drawLeases(pen, scene, rows, y + 2 + i * laneHeight.lease));
  if (lane.guarded.length > 0)
    drawTokens(pen, scene, lane, y + 2 + lane.leases.length * laneHeight.lease);
}

/// Leases are kept in moments, not in places: there are few enough to map those in view.
export function leaseRange(scene: Scene, rows: Int32Array): [number, number] {
  const { possibleFrom } = scene.run.leases;
  const from = scene.axis.time(scene.view.from);
  const to = scene.axis.time(scene.view.to);
  const first = firstFrom(rows, possibleFrom, from, 0, rows.length);
  const last = firstFrom(rows, possibleFrom, to, first, rows.length);
  return [Math.max(0, first - 1), Math.min(rows.length, last + 1)];
}

function drawLeases(pen: Pen, scene: Scene, rows: Int32Array, y: number): void {
  const [first, last] = leaseRange(scene, rows);
  if (last - first > plotWidth(scene) / 2) {
    drawManyLeases(pen, scene, rows, y, first, last);
    return;
  }
  for (let i = first; i < last; i++) drawLease(pen, scene, rows[i], y);
}

/// Too many to tell apart: those that begin a pixel stand for the rest of it.
function drawManyLeases(
  pen: Pen,
  scene: Scene,
  rows: Int32Array,
  y: number,
  first: number,
  last: number,
): void {
  const { possibleFrom, possibleTo } = scene.run.leases;
  for (let i = first; i < last; ) {
    const x = Math.floor(xOf(scene, scene.axis.place(possibleFrom[rows[i]])));
    const end = xOf(scene, scene.axis.place(possibleTo[rows[i]]));
    pen.fillStyle = scene.colourOf(scene.run.leases.nodeOf(rows[i]));
    pen.fillRect(x, y, Math.max(1, end - x), laneHeight.lease - 3);
    const next = scene.axis.time(
      scene.view.from + ((x + 2 - gutter) / plotWidth(scene)) * (scene.view.to - scene.view.from),
    );
    i = Math.max(i + 1, firstFrom(rows, possibleFrom, next, i, last));
  }
}

export function leaseLabel(scene: Scene, row: number): string {
  const lease = scene.run.leases.at(row);
  const parts = [
    lease.node,
    lease.lease && `lease ${lease.lease}`,
    lease.token && `token ${lease.token}`,
  ];
  return parts.filter((part) => part).join(" · ");
}

function drawLease(pen: Pen, scene: Scene, row: number, y: number): void {
  const { leases } = scene.run;
  const place = (time: number) => xOf(scene, scene.axis.place(time));
  const colour = scene.colourOf(leases.nodeOf(row));
  const height = laneHeight.lease - 3;
  const [x, end] = [place(leases.possibleFrom[row]), place(leases.possibleTo[row])];
  pen.fillStyle = hatch(pen, "transparent", colour);
  pen.fillRect(x, y, Math.max(1, end - x), height);
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.strokeRect(x + 0.5, y + 0.5, Math.max(1, end - x - 1), height - 1);
  drawCertain(pen, scene, row, [y, height, colour]);
}

function drawCertain(
  pen: Pen,
  scene: Scene,
  row: number,
  [y, height, colour]: [number, number, string],
): void {
  const { leases } = scene.run;
  const from = xOf(scene, scene.axis.place(leases.certainFrom(row)));
  const to = xOf(scene, scene.axis.place(leases.certainTo(row)));
  if (leases.certainTo(row) <= leases.certainFrom(row)) return;
  pen.fillStyle = colour;
  pen.fillRect(from, y, Math.max(1, to - from), height);
  const left = Math.max(from, gutter);
  const room = Math.min(to, scene.width) - left - 6;
  if (room < 24) return;
  pen.fillStyle = scene.theme.onBar;
  pen.fillText(clipText(pen, leaseLabel(scene, row), room), left + 3, y + height / 2 + 0.5);
}

function drawTokens(pen: Pen, scene: Scene, lane: KeyLane, y: number): void {
  const { start, stop } = scene.axis;
  const first = firstFrom(lane.guarded, start, scene.view.from, 0, lane.guarded.length);
  const last = firstFrom(lane.guarded, start, scene.view.to, first, lane.guarded.length);
  const token = scene.run.operations.table.column("token");
  const strip = { free: -Infinity, token: -1, tick: -Infinity };
  if (last - first > plotWidth(scene) / 2) {
    drawManyTokens(pen, scene, lane, [first, last], y);
    return;
  }
  for (let i = Math.max(0, first - 1); i < last; i++) {
    const row = lane.guarded[i];
    const x = xOf(scene, stop[row]);
    if (x < strip.tick + 1 && token[row] === strip.token) continue;
    drawTick(pen, scene, row, x, y);
    if (x > strip.free && token[row] !== strip.token) strip.free = drawToken(pen, scene, row, x, y);
    strip.token = token[row];
    strip.tick = x;
  }
}

/// Too many to tell apart: a strip where there are any, and a token now and then.
function drawManyTokens(
  pen: Pen,
  scene: Scene,
  lane: KeyLane,
  [first, last]: [number, number],
  y: number,
): void {
  const { start } = scene.axis;
  const width = 70;
  pen.fillStyle = scene.theme.faint;
  for (let x = gutter; x < scene.width; x += 3) {
    const [from, to] = [x, x + 3].map((edge) =>
      firstFrom(lane.guarded, start, placeOf(scene, edge), first, last),
    );
    if (to > from) pen.fillRect(x, y + 10, 3, 3);
  }
  for (let x = gutter; x < scene.width; x += width) {
    const i = firstFrom(lane.guarded, start, placeOf(scene, x), first, last);
    if (i < last && xOf(scene, start[lane.guarded[i]]) < x + width)
      drawToken(pen, scene, lane.guarded[i], x, y - 2);
  }
}

/// Accepted: a tick; refused: a cross; unclear: a hollow tick.
function drawTick(pen: Pen, scene: Scene, row: number, x: number, y: number): void {
  const outcome = scene.run.operations.outcome[row];
  pen.strokeStyle = outcome === Outcome.fail ? scene.theme.alarm : scene.theme.ink;
  pen.lineWidth = outcome === Outcome.fail ? 2 : 1;
  pen.setLineDash(outcome >= Outcome.info ? [2, 2] : []);
  pen.beginPath();
  if (outcome === Outcome.fail) {
    pen.moveTo(x - 3, y + 3);
    pen.lineTo(x + 3, y + 10);
    pen.moveTo(x + 3, y + 3);
    pen.lineTo(x - 3, y + 10);
  } else {
    pen.moveTo(Math.round(x) + 0.5, y + 2);
    pen.lineTo(Math.round(x) + 0.5, y + 11);
  }
  pen.stroke();
  pen.setLineDash([]);
}

/// Returns where the next label may stand.
function drawToken(pen: Pen, scene: Scene, row: number, x: number, y: number): number {
  const text = scene.run.operations.text("token", row);
  if (text === "") return x;
  pen.fillStyle = scene.theme.ink;
  pen.fillText(`t${text}`, x + 4, y + 7);
  return x + 8 + pen.measureText(`t${text}`).width;
}
