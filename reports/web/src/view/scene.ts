// What is drawn in one frame, and where: places of the axis to pixels and back.
import type { Lane } from "../model/lanes";
import type { Run } from "../model/run";
import type { Axis } from "./axis";
import type { Theme } from "./theme";

export const gutter = 168;
export const rulerHeight = 24;

export type Selection =
  | { kind: "operation"; row: number }
  | { kind: "fault"; fault: number }
  | { kind: "lease"; row: number };

/// The part of the axis and of the lanes that is seen.
export interface View {
  from: number;
  to: number;
  top: number;
}

export interface Scene {
  run: Run;
  axis: Axis;
  lanes: Lane[];
  view: View;
  width: number;
  height: number;
  theme: Theme;
  selection: Selection | undefined;
  /// Rows of the witness of the violation that is looked at, in its order.
  witness: number[];
  /// Rows that the search found, ascending.
  matches: Int32Array;
  /// Rows before and after each operation on the same message.
  before: Int32Array | undefined;
  after: Int32Array | undefined;
  /// Colour of each node's leases, by position in the dictionary.
  colourOf: (node: number) => string;
}

export const plotWidth = (scene: Scene) => Math.max(1, scene.width - gutter);

export function scaleOf(scene: Scene): number {
  return plotWidth(scene) / (scene.view.to - scene.view.from);
}

export function xOf(scene: Scene, place: number): number {
  return gutter + (place - scene.view.from) * scaleOf(scene);
}

export function placeOf(scene: Scene, x: number): number {
  return scene.view.from + (x - gutter) / scaleOf(scene);
}

export function yOf(scene: Scene, lane: Lane): number {
  return rulerHeight + lane.y - scene.view.top;
}

export function visibleLanes(scene: Scene): Lane[] {
  const bottom = scene.view.top + scene.height - rulerHeight;
  return scene.lanes.filter((lane) => lane.y + lane.height > scene.view.top && lane.y < bottom);
}

export function lanesHeight(lanes: Lane[]): number {
  const last = lanes[lanes.length - 1];
  return last ? last.y + last.height : 0;
}

/// The first position in rows[from, to) whose place is not below `place`; gallops, for the next one
/// is mostly near.
export function firstFrom(
  rows: Int32Array,
  places: Float64Array,
  place: number,
  from: number,
  to: number,
): number {
  let step = 1;
  let low = from;
  while (low < to && places[rows[low]] < place) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low, to);
  low = Math.max(from, low - step / 2);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[rows[middle]] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
