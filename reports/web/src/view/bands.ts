// Faults as bands behind the lanes of their node, and the offset of a node's wall clock.
import type { Fault } from "../data/document";
import { laneHeight, type Lane, type NodeLane } from "../model/lanes";
import { lastNotAbove } from "./axis";
import { clipText, duration, hatch, signed } from "./ink";
import { gutter, rulerHeight, xOf, yOf, type Scene } from "./scene";

type Pen = CanvasRenderingContext2D;

export interface Span {
  x: number;
  end: number;
  lasting: boolean;
}

/// Where a fault lies. One without an end is a moment.
export function faultSpan(scene: Scene, fault: Fault): Span {
  const x = xOf(scene, scene.axis.place(fault.from_ns));
  if (fault.until_ns === undefined) return { x, end: x + 2, lasting: false };
  return { x, end: Math.max(x + 2, xOf(scene, scene.axis.place(fault.until_ns))), lasting: true };
}

/// Top and bottom of all lanes of a node; of no node, of everything.
function extent(scene: Scene, node: string | undefined): [number, number] | undefined {
  const lanes =
    node === undefined ? scene.lanes : scene.lanes.filter((lane) => belongs(lane, node));
  if (lanes.length === 0) return undefined;
  const last = lanes[lanes.length - 1];
  return [yOf(scene, lanes[0]), yOf(scene, last) + last.height];
}

function belongs(lane: Lane, node: string): boolean {
  return (lane.kind === "node" || lane.kind === "row") && lane.node === node;
}

export function drawFaults(pen: Pen, scene: Scene): void {
  const extents = new Map<string | undefined, [number, number] | undefined>();
  for (const fault of scene.run.faults) {
    const span = faultSpan(scene, fault);
    if (span.end < gutter || span.x > scene.width) continue;
    if (!extents.has(fault.node)) extents.set(fault.node, extent(scene, fault.node));
    const rows = extents.get(fault.node);
    if (rows) drawBand(pen, scene, fault, span, rows);
  }
}

function drawBand(
  pen: Pen,
  scene: Scene,
  fault: Fault,
  span: Span,
  [top, bottom]: [number, number],
): void {
  const { theme } = scene;
  const idle = fault.fired === false || fault.effective === false;
  const width = span.end - span.x;
  pen.fillStyle = idle ? hatch(pen, "transparent", theme.fault) : theme.fault;
  if (span.lasting) pen.fillRect(span.x, top, width, bottom - top);
  pen.fillStyle = theme.faultLine;
  pen.fillRect(span.x, top, span.lasting ? 1 : 2, bottom - top);
  if (span.lasting) pen.fillRect(span.end - 1, top, 1, bottom - top);
}

/// The panel says the rest.
function faultText(fault: Fault): string {
  if (fault.until_ns !== undefined)
    return `${fault.kind} ${duration(fault.until_ns - fault.from_ns)}`;
  return fault.detail ? `${fault.kind}: ${fault.detail}` : fault.kind;
}

/// Kept free at the right for what a clock shows.
const clockRoom = 104;

/// Names of faults in the head of their node, where one does not run into the next.
export function drawFaultNames(pen: Pen, scene: Scene, lane: NodeLane, y: number): void {
  let free = gutter;
  const own = scene.run.faults.filter((fault) => fault.node === lane.node);
  own.forEach((fault, i) => {
    const span = faultSpan(scene, fault);
    if (span.end < gutter || span.x > scene.width) return;
    const x = Math.max(span.x + 3, free);
    const next = own[i + 1] ? faultSpan(scene, own[i + 1]).x : scene.width;
    const room = Math.min(Math.max(next, span.end), scene.width - clockRoom) - x - 3;
    const text = clipText(pen, faultText(fault), room);
    if (text === "") return;
    pen.fillStyle = scene.theme.band;
    pen.fillRect(x - 2, y + 3, pen.measureText(text).width + 4, laneHeight.node - 6);
    pen.fillStyle = scene.theme.faultLine;
    pen.fillText(text, x, y + laneHeight.node / 2);
    free = x + pen.measureText(text).width + 6;
  });
}

function offsetAt(points: [number, number][], time: number): number {
  const times = Float64Array.from(points, (point) => point[0]);
  const i = lastNotAbove(times, time);
  if (i < 0) return points[0][1];
  if (i >= points.length - 1) return points[points.length - 1][1];
  const [t0, a] = points[i];
  const [t1, b] = points[i + 1];
  return t1 > t0 ? a + ((time - t0) / (t1 - t0)) * (b - a) : b;
}

/// One scale for all clocks, so that the one that is wrong stands out.
function mostOffset(scene: Scene): number {
  const offsets = (scene.run.doc.clocks ?? []).flatMap((clock) =>
    clock.points.map(([, offset]) => Math.abs(offset)),
  );
  return offsets.reduce((most, offset) => Math.max(most, offset), 1);
}

/// The clock's line in the head of its node: the middle is true time.
export function drawClock(pen: Pen, scene: Scene, lane: NodeLane, y: number): void {
  const clock = scene.run.doc.clocks?.find((line) => line.node === lane.node);
  if (!clock || clock.points.length === 0) return;
  const most = mostOffset(scene);
  const half = laneHeight.node / 2 - 3;
  const yAt = (offset: number) => y + laneHeight.node / 2 - (offset / most) * half;
  pen.strokeStyle = scene.theme.clock;
  pen.lineWidth = 1.5;
  pen.beginPath();
  const first = offsetAt(clock.points, scene.axis.time(scene.view.from));
  pen.moveTo(gutter, yAt(first));
  for (const [time, offset] of clock.points) {
    const x = xOf(scene, scene.axis.place(time));
    if (x > gutter && x < scene.width) pen.lineTo(x, yAt(offset));
  }
  pen.lineTo(scene.width, yAt(offsetAt(clock.points, scene.axis.time(scene.view.to))));
  pen.stroke();
  pen.textAlign = "right";
  const now = offsetAt(clock.points, scene.axis.time((scene.view.from + scene.view.to) / 2));
  const width = pen.measureText(`clock ${signed(now)}`).width + 8;
  pen.fillStyle = scene.theme.band;
  pen.fillRect(scene.width - width - 2, y + 2, width, laneHeight.node - 4);
  pen.fillStyle = scene.theme.clock;
  pen.fillText(`clock ${signed(now)}`, scene.width - 6, y + laneHeight.node / 2);
  pen.textAlign = "left";
}

/// From here on nothing is broken any more.
export function drawHeal(pen: Pen, scene: Scene): void {
  const heal = scene.run.doc.heal_ns;
  if (heal === undefined) return;
  const x = xOf(scene, scene.axis.place(heal));
  if (x < gutter || x > scene.width) return;
  pen.strokeStyle = scene.theme.faint;
  pen.setLineDash([4, 3]);
  pen.beginPath();
  pen.moveTo(x, rulerHeight);
  pen.lineTo(x, scene.height);
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = scene.theme.faint;
  pen.fillText("healed", x + 4, scene.height - 8);
}
