// Axes: what a place on the timeline means. Every axis maps moments to places monotonically.
//   real   a place is a moment
//   index  a place is a position in the history: every event takes the same room
//   warped as index, but a gap takes the logarithm of its length: everything is legible, and long
//          waits still look longer than short ones
import type { Run } from "../model/run";

export type AxisName = "real" | "warped" | "index";
export const axisNames: AxisName[] = ["real", "warped", "index"];

export interface Axis {
  readonly name: AxisName;
  /// Place of each operation's invocation and completion, by row.
  readonly start: Float64Array;
  readonly stop: Float64Array;
  readonly begin: number;
  readonly end: number;
  place(time: number): number;
  time(place: number): number;
}

function realAxis(run: Run): Axis {
  const ops = run.operations;
  const same = (x: number) => x;
  return {
    name: "real",
    start: ops.at,
    stop: ops.end,
    begin: run.begin,
    end: run.end,
    place: same,
    time: same,
  };
}

/// The moment of every event by its index; events of no operation take the moment before them.
function momentsOf(run: Run): Float64Array {
  const ops = run.operations;
  const done = ops.table.column("done");
  let last = 0;
  for (let row = 0; row < ops.rows; row++) last = Math.max(last, ops.index[row] + done[row]);
  for (const mark of run.marks) last = Math.max(last, mark.index);
  const moments = new Float64Array(last + 2).fill(-Infinity);
  for (let row = 0; row < ops.rows; row++) {
    moments[ops.index[row]] = ops.at[row];
    if (done[row] > 0) moments[ops.index[row] + done[row]] = ops.end[row];
  }
  for (const mark of run.marks) moments[mark.index] = mark.at_ns;
  moments[last + 1] = run.end;
  let before = run.begin;
  for (let i = 0; i < moments.length; i++) {
    before = Math.max(before, moments[i]);
    moments[i] = before;
  }
  return moments;
}

/// Room for the gap before an event, in units of one event.
const warpedRoom = (gap: number) => 1 + Math.log2(1 + gap / 1e6);

function placesOf(moments: Float64Array, room: (gap: number) => number): Float64Array {
  const places = new Float64Array(moments.length);
  for (let i = 1; i < moments.length; i++)
    places[i] = places[i - 1] + room(moments[i] - moments[i - 1]);
  return places;
}

/// The last position whose value is not above `x`.
export function lastNotAbove(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function interpolate(from: Float64Array, to: Float64Array, x: number): number {
  const i = lastNotAbove(from, x);
  if (i < 0) return to[0];
  if (i >= from.length - 1) return to[to.length - 1];
  const width = from[i + 1] - from[i];
  return to[i] + (width > 0 ? ((x - from[i]) / width) * (to[i + 1] - to[i]) : 0);
}

function positionAxis(run: Run, name: AxisName, room: (gap: number) => number): Axis {
  const moments = momentsOf(run);
  const places = placesOf(moments, room);
  const ops = run.operations;
  const done = ops.table.column("done");
  const start = new Float64Array(ops.rows);
  const stop = new Float64Array(ops.rows);
  for (let row = 0; row < ops.rows; row++) {
    start[row] = places[ops.index[row]];
    stop[row] = places[ops.index[row] + done[row]];
  }
  return {
    name,
    start,
    stop,
    begin: places[0],
    end: places[places.length - 1],
    place: (time) => interpolate(moments, places, time),
    time: (place) => interpolate(places, moments, place),
  };
}

/// The axes of a run, each made when it is first asked for.
export class Axes {
  private readonly made = new Map<AxisName, Axis>();

  constructor(private readonly run: Run) {}

  get(name: AxisName): Axis {
    let axis = this.made.get(name);
    if (!axis) this.made.set(name, (axis = this.make(name)));
    return axis;
  }

  private make(name: AxisName): Axis {
    if (name === "real") return realAxis(this.run);
    return positionAxis(this.run, name, name === "index" ? () => 1 : warpedRoom);
  }
}
