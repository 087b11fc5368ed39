// One frame of the timeline.
import type { Lane, NodeLane, StretchLane } from "../model/lanes";
import { drawClock, drawFaultNames, drawFaults, drawHeal } from "./bands";
import { drawSeries } from "./bars";
import { clipText, count, duration, font } from "./ink";
import { drawArrows, drawMatches, drawSelection, drawWitness } from "./overlay";
import { drawKey } from "./resources";
import { drawPointer, drawRuler } from "./ruler";
import { gutter, rulerHeight, visibleLanes, xOf, yOf, type Scene } from "./scene";

type Pen = CanvasRenderingContext2D;

export function paint(pen: Pen, scene: Scene, pointer: number | undefined): void {
  pen.font = font;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.fillStyle = scene.theme.paper;
  pen.fillRect(0, 0, scene.width, scene.height);
  const lanes = visibleLanes(scene);
  clipped(pen, [gutter, rulerHeight, scene.width, scene.height], () => drawPlot(pen, scene, lanes));
  clipped(pen, [0, rulerHeight, gutter, scene.height], () => drawGutter(pen, scene, lanes));
  drawRuler(pen, scene);
  if (pointer !== undefined) drawPointer(pen, scene, pointer);
}

function clipped(
  pen: Pen,
  [left, top, right, bottom]: [number, number, number, number],
  draw: () => void,
): void {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, right - left, bottom - top);
  pen.clip();
  draw();
  pen.restore();
}

function drawPlot(pen: Pen, scene: Scene, lanes: Lane[]): void {
  for (const lane of lanes) drawGround(pen, scene, lane);
  drawFaults(pen, scene);
  drawHeal(pen, scene);
  for (const lane of lanes) drawLane(pen, scene, lane);
  drawMatches(pen, scene);
  drawArrows(pen, scene);
  drawWitness(pen, scene);
  drawSelection(pen, scene);
}

function drawGround(pen: Pen, scene: Scene, lane: Lane): void {
  const y = yOf(scene, lane);
  if (lane.kind === "title" || lane.kind === "node") {
    pen.fillStyle = scene.theme.band;
    pen.fillRect(gutter, y, scene.width - gutter, lane.height);
  }
  pen.fillStyle = scene.theme.line;
  pen.fillRect(gutter, y + lane.height - 1, scene.width - gutter, 1);
}

function drawLane(pen: Pen, scene: Scene, lane: Lane): void {
  const y = yOf(scene, lane);
  if (lane.kind === "row") drawSeries(pen, scene, lane.operations, { y, height: lane.height });
  if (lane.kind === "key") drawKey(pen, scene, lane, y);
  if (lane.kind === "stretch") drawStretch(pen, scene, lane, y);
  if (lane.kind === "node") drawNode(pen, scene, lane, y);
}

function drawNode(pen: Pen, scene: Scene, lane: NodeLane, y: number): void {
  if (lane.folded) drawSeries(pen, scene, lane.operations, { y: y + 9, height: lane.height - 10 });
  drawClock(pen, scene, lane, y);
  drawFaultNames(pen, scene, lane, y);
}

function drawStretch(pen: Pen, scene: Scene, lane: StretchLane, y: number): void {
  const { stretch } = lane;
  const x = xOf(scene, scene.axis.place(stretch.from_ns));
  const end = Math.max(x + 2, xOf(scene, scene.axis.place(stretch.to_ns)));
  pen.fillStyle = scene.theme.alarm;
  pen.fillRect(x, y + 3, end - x, lane.height - 7);
  const left = Math.max(x, gutter);
  pen.fillStyle = scene.theme.paper;
  const text = `${lane.label}: ${duration(stretch.to_ns - stretch.from_ns)}`;
  const fitting = clipText(pen, text, Math.min(end, scene.width) - left - 8);
  pen.fillText(fitting, left + 4, y + lane.height / 2);
}

function drawGutter(pen: Pen, scene: Scene, lanes: Lane[]): void {
  pen.fillStyle = scene.theme.paper;
  pen.fillRect(0, rulerHeight, gutter, scene.height);
  for (const lane of lanes) drawName(pen, scene, lane);
  pen.fillStyle = scene.theme.line;
  pen.fillRect(gutter - 1, rulerHeight, 1, scene.height);
}

function drawName(pen: Pen, scene: Scene, lane: Lane): void {
  const y = yOf(scene, lane);
  const strong = lane.kind === "title" || lane.kind === "node";
  if (strong) {
    pen.fillStyle = scene.theme.band;
    pen.fillRect(0, y, gutter, lane.height);
  }
  pen.fillStyle = scene.theme.line;
  pen.fillRect(0, y + lane.height - 1, gutter, 1);
  pen.fillStyle = lane.kind === "title" ? scene.theme.faint : scene.theme.ink;
  pen.font = strong ? `600 ${font}` : font;
  pen.fillText(clipText(pen, nameOf(lane), gutter - 14), 8, y + Math.min(lane.height, 22) / 2);
  pen.font = font;
  if (lane.kind === "node") drawFold(pen, scene, lane, y);
}

function nameOf(lane: Lane): string {
  if (lane.kind !== "node") return lane.label;
  return `${lane.rows > 0 ? (lane.folded ? "▸ " : "▾ ") : "   "}${lane.label}`;
}

function drawFold(pen: Pen, scene: Scene, lane: NodeLane, y: number): void {
  if (lane.hidden === 0) return;
  pen.textAlign = "right";
  pen.fillStyle = scene.theme.faint;
  pen.fillText(
    `+${count(lane.hidden)} ${lane.hidden === 1 ? "row" : "rows"}`,
    gutter - 8,
    y + lane.height / 2,
  );
  pen.textAlign = "left";
}
