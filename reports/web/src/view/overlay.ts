// What lies above the lanes: the witness, what is selected, what the search found, arrows between
// the operations of one message.
import { chainOf } from "../model/chains";
import type { Lane } from "../model/lanes";
import { barOf, isFar, visibleRange } from "./bars";
import { clipText } from "./ink";
import { firstFrom, gutter, rulerHeight, visibleLanes, xOf, yOf, type Scene } from "./scene";

type Pen = CanvasRenderingContext2D;

interface Spot {
  x: number;
  end: number;
  y: number;
  height: number;
}

/// Where rows lie, also those above and below what is seen.
export class Places {
  private readonly lanes = new Map<number, Lane>();

  constructor(scene: Scene, rows: Iterable<number>) {
    for (const row of rows) {
      const lane = laneOf(scene, row);
      if (lane) this.lanes.set(row, lane);
    }
  }

  spot(scene: Scene, row: number): Spot | undefined {
    const lane = this.lanes.get(row);
    if (!lane) return undefined;
    const [x, end] = barOf(scene, row);
    return { x, end, y: yOf(scene, lane), height: lane.height };
  }
}

function holds(lane: Lane, row: number, place: number, scene: Scene): boolean {
  if (lane.kind !== "row" && !(lane.kind === "node" && lane.folded)) return false;
  const { rows } = lane.operations;
  const { start } = scene.axis;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[rows[middle]] < place) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < rows.length && start[rows[i]] === place; i++)
    if (rows[i] === row) return true;
  return false;
}

/// The lane that shows an operation; none if it is filtered out.
export function laneOf(scene: Scene, row: number): Lane | undefined {
  const node = scene.run.operations.text("node", row);
  const place = scene.axis.start[row];
  const candidates = scene.lanes.filter((lane) => "node" in lane && lane.node === node);
  return candidates.find((lane) => holds(lane, row, place, scene));
}

const matchesMax = 1500;

/// Of more matches than can be told apart every n-th.
function matchesInView(scene: Scene): number[] {
  const { start } = scene.axis;
  const { matches, view } = scene;
  const first = Math.max(0, firstFrom(matches, start, view.from, 0, matches.length) - 1);
  const last = firstFrom(matches, start, view.to, first, matches.length);
  const step = Math.ceil((last - first) / matchesMax);
  const rows: number[] = [];
  for (let i = first; i < last; i += Math.max(1, step)) rows.push(matches[i]);
  return rows;
}

export function drawMatches(pen: Pen, scene: Scene): void {
  const free = new Map<number, number>();
  pen.strokeStyle = scene.theme.match;
  pen.lineWidth = 2;
  for (const row of matchesInView(scene)) {
    const lane = laneOf(scene, row);
    if (!lane) continue;
    const [x, end] = barOf(scene, row);
    if (x < (free.get(lane.y) ?? -Infinity)) continue;
    pen.strokeRect(x - 1, yOf(scene, lane) + 2, Math.max(3, end - x + 2), lane.height - 4);
    free.set(lane.y, end + 2);
  }
}

/// Every chain while few operations are seen; of far views those of witness and selection only.
export function drawArrows(pen: Pen, scene: Scene): void {
  if (!scene.before || !scene.after) return;
  const chains = { before: scene.before, after: scene.after };
  const strong = new Set<number>();
  const chosen = scene.selection?.kind === "operation" ? [scene.selection.row] : [];
  for (const row of [...scene.witness, ...chosen])
    for (const step of chainOf(chains, row, 30)) strong.add(step);
  const near = nearRows(scene);
  const rows = new Set([...strong, ...near]);
  const places = new Places(scene, withNext(rows, scene.after));
  for (const row of rows) {
    const next = scene.after[row];
    if (next >= 0) drawArrow(pen, scene, places, [row, next], strong.has(row) && strong.has(next));
  }
}

function withNext(rows: Set<number>, after: Int32Array): Set<number> {
  const all = new Set(rows);
  for (const row of rows) if (after[row] >= 0) all.add(after[row]);
  return all;
}

const nearMax = 120;

function nearRows(scene: Scene): number[] {
  const rows: number[] = [];
  for (const lane of visibleLanes(scene)) {
    if (lane.kind !== "row") continue;
    const [first, last] = visibleRange(scene, lane.operations);
    if (isFar(scene, last - first) || rows.length + last - first > nearMax) return [];
    for (let i = first; i < last; i++) rows.push(lane.operations.rows[i]);
  }
  return rows;
}

function drawArrow(
  pen: Pen,
  scene: Scene,
  places: Places,
  [from, to]: [number, number],
  strong: boolean,
): void {
  const a = places.spot(scene, from);
  const b = places.spot(scene, to);
  if (!a || !b || (a.end < gutter && b.x < gutter) || (a.x > scene.width && b.x > scene.width))
    return;
  const [x0, y0, x1, y1] = [a.end, a.y + a.height / 2, b.x, b.y + b.height / 2];
  pen.strokeStyle = strong ? scene.theme.select : scene.theme.faint;
  pen.fillStyle = pen.strokeStyle;
  pen.lineWidth = strong ? 1.8 : 0.8;
  const bend = Math.max(8, Math.min(60, Math.abs(x1 - x0) / 2)) + (y0 === y1 ? 0 : 4);
  const lift = y0 === y1 ? -12 : 0;
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.bezierCurveTo(x0 + bend, y0 + lift, x1 - bend, y1 + lift, x1, y1);
  pen.stroke();
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x1 - 6, y1 - 3.5 + lift / 4);
  pen.lineTo(x1 - 6, y1 + 3.5 + lift / 4);
  pen.fill();
}

/// The witness: outlined, numbered and named, wherever it is in view.
export function drawWitness(pen: Pen, scene: Scene): void {
  const places = new Places(scene, scene.witness);
  let free = -Infinity;
  let height = NaN;
  for (const row of scene.witness) drawGuide(pen, scene, xOf(scene, scene.axis.start[row]));
  scene.witness.forEach((row, i) => {
    const spot = places.spot(scene, row);
    if (!spot || spot.end < gutter || spot.x > scene.width || spot.y < rulerHeight) return;
    if (spot.y !== height) free = -Infinity;
    height = spot.y;
    pen.strokeStyle = scene.theme.alarm;
    pen.lineWidth = 2.5;
    pen.strokeRect(spot.x - 2, spot.y + 1, spot.end - spot.x + 4, spot.height - 2);
    free = drawFlag(pen, scene, `${i + 1}  ${witnessText(scene, row)}`, spot, free);
  });
}

/// A line through all lanes: what else was so at that moment.
function drawGuide(pen: Pen, scene: Scene, x: number): void {
  pen.strokeStyle = scene.theme.alarm;
  pen.lineWidth = 1;
  pen.setLineDash([2, 4]);
  pen.beginPath();
  pen.moveTo(Math.round(x) + 0.5, rulerHeight);
  pen.lineTo(Math.round(x) + 0.5, scene.height);
  pen.stroke();
  pen.setLineDash([]);
}

function witnessText(scene: Scene, row: number): string {
  const ops = scene.run.operations;
  const token = ops.text("token", row);
  const answer =
    ops.outcomeName(row) === "ok" ? "" : ` ${ops.text("error", row) || ops.outcomeName(row)}`;
  return `#${ops.index[row]} ${ops.label(row)}${token ? ` t${token}` : ""}${answer}`;
}

/// A name on a ground of its own; to the left of what it names where the right has no room.
function drawFlag(pen: Pen, scene: Scene, text: string, spot: Spot, free: number): number {
  const label = clipText(pen, text, 260);
  const width = pen.measureText(label).width + 8;
  let x = Math.max(spot.end + 4, gutter + 2);
  if (x + width > scene.width) x = Math.max(gutter + 2, spot.x - 6 - width);
  if (x < free) return free;
  pen.fillStyle = scene.theme.alarm;
  pen.fillRect(x, spot.y + 1, width, spot.height - 2);
  pen.fillStyle = scene.theme.paper;
  pen.fillText(label, x + 4, spot.y + spot.height / 2 + 0.5);
  return x + width + 2;
}

export function drawSelection(pen: Pen, scene: Scene): void {
  if (scene.selection?.kind !== "operation") return;
  const { row } = scene.selection;
  const spot = new Places(scene, [row]).spot(scene, row);
  if (!spot) return;
  pen.strokeStyle = scene.theme.select;
  pen.lineWidth = 2;
  pen.setLineDash([5, 2]);
  pen.strokeRect(spot.x - 3.5, spot.y - 0.5, spot.end - spot.x + 7, spot.height + 1);
  pen.setLineDash([]);
  const x = xOf(scene, scene.axis.start[row]);
  pen.fillStyle = scene.theme.select;
  pen.fillRect(Math.max(gutter, x), rulerHeight - 5, 2, 5);
}
