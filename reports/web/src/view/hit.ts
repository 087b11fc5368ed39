// What lies below the pointer.
import type { KeyLane, Lane, Series } from "../model/lanes";
import { laneHeight } from "../model/lanes";
import { barOf, visibleRange } from "./bars";
import { faultSpan } from "./bands";
import { leaseRange } from "./resources";
import { rulerHeight, xOf, type Scene, type Selection } from "./scene";

const reach = 5;

export function laneAt(scene: Scene, y: number): Lane | undefined {
  if (y < rulerHeight) return undefined;
  const place = y - rulerHeight + scene.view.top;
  return scene.lanes.find((lane) => place >= lane.y && place < lane.y + lane.height);
}

/// The nearest operation of the series within a few pixels.
function operationAt(scene: Scene, series: Series, x: number): number | undefined {
  const [first, last] = visibleRange(scene, series);
  let best: number | undefined;
  let distance = reach;
  for (let i = first; i < last; i++) {
    const [from, to] = barOf(scene, series.rows[i]);
    if (from > x + reach) break;
    const away = Math.max(0, from - x, x - to);
    if (away < distance || (away === 0 && best === undefined))
      [best, distance] = [series.rows[i], away];
  }
  return best;
}

function faultAt(scene: Scene, node: string, x: number): number | undefined {
  const hits = scene.run.faults.map((fault, i) => ({ fault, i, span: faultSpan(scene, fault) }));
  const near = hits.filter(({ fault, span }) => {
    return (
      (fault.node === undefined || fault.node === node) && x >= span.x - 3 && x <= span.end + 3
    );
  });
  return near.sort((a, b) => a.span.end - a.span.x - (b.span.end - b.span.x))[0]?.i;
}

function inKey(scene: Scene, lane: KeyLane, x: number, y: number): Selection | undefined {
  const band = Math.floor((y - 2) / laneHeight.lease);
  const rows = lane.leases[band];
  if (!rows) return guardedAt(scene, lane, x);
  const [first, last] = leaseRange(scene, rows);
  const { possibleFrom, possibleTo } = scene.run.leases;
  for (let i = last - 1; i >= first; i--) {
    const from = xOf(scene, scene.axis.place(possibleFrom[rows[i]]));
    const to = xOf(scene, scene.axis.place(possibleTo[rows[i]]));
    if (x >= from - 2 && x <= to + 2) return { kind: "lease", row: rows[i] };
  }
  return undefined;
}

function guardedAt(scene: Scene, lane: KeyLane, x: number): Selection | undefined {
  const { stop } = scene.axis;
  let best: number | undefined;
  let distance = reach;
  for (const row of lane.guarded) {
    const away = Math.abs(xOf(scene, stop[row]) - x);
    if (away < distance) [best, distance] = [row, away];
  }
  return best === undefined ? undefined : { kind: "operation", row: best };
}

export function hit(scene: Scene, x: number, y: number): Selection | undefined {
  const lane = laneAt(scene, y);
  if (lane?.kind === "row" || (lane?.kind === "node" && lane.folded)) {
    const row = operationAt(scene, lane.operations, x);
    if (row !== undefined) return { kind: "operation", row };
  }
  if (lane?.kind === "key") return inKey(scene, lane, x, y - rulerHeight + scene.view.top - lane.y);
  if (lane?.kind !== "node" && lane?.kind !== "row") return undefined;
  const fault = faultAt(scene, lane.node, x);
  return fault === undefined ? undefined : { kind: "fault", fault };
}
