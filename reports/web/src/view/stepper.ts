// Steps to the next and previous operation, fault or match.
import type { Lane, Series } from "../model/lanes";
import { laneOf } from "./overlay";
import type { Timeline } from "./timeline";

export class Stepper {
  private faultAt = -1;

  constructor(private readonly timeline: Timeline) {}

  forget(): void {
    this.faultAt = -1;
  }

  private get selectedRow(): number | undefined {
    const { selection } = this.timeline.scene;
    return selection?.kind === "operation" ? selection.row : undefined;
  }

  private choose(row: number): void {
    this.timeline.select({ kind: "operation", row });
    this.timeline.reveal(row);
  }

  /// In the lane of the selected operation; without one from the witness, or from the view.
  operation(step: number): void {
    const { scene } = this.timeline;
    const current = this.selectedRow;
    if (current === undefined) {
      const row = scene.witness[step > 0 ? 0 : scene.witness.length - 1] ?? this.firstInView();
      if (row !== undefined) this.choose(row);
      return;
    }
    const lane = laneOf(scene, current);
    const series = seriesOf(lane);
    if (!series) return;
    const next = series.rows[series.rows.indexOf(current) + step];
    if (next !== undefined) this.choose(next);
  }

  private firstInView(): number | undefined {
    const { scene } = this.timeline;
    const { start } = scene.axis;
    for (let row = 0; row < start.length; row++) if (start[row] >= scene.view.from) return row;
    return undefined;
  }

  match(step: number): void {
    const { matches, view, axis } = this.timeline.scene;
    if (matches.length === 0) return;
    const current = this.selectedRow;
    const from = current ?? this.lastBefore(matches, axis.start, view.from);
    const next = step > 0 ? matches.find((row) => row > from) : this.previous(matches, from);
    this.choose(next ?? matches[step > 0 ? 0 : matches.length - 1]);
  }

  private previous(rows: Int32Array, from: number): number | undefined {
    for (let i = rows.length - 1; i >= 0; i--) if (rows[i] < from) return rows[i];
    return undefined;
  }

  private lastBefore(rows: Int32Array, start: Float64Array, place: number): number {
    let last = -1;
    for (const row of rows) {
      if (start[row] >= place) break;
      last = row;
    }
    return last;
  }

  fault(step: number): void {
    const { run } = this.timeline;
    const many = run.faults.length;
    if (many === 0) return;
    const { selection } = this.timeline.scene;
    const current =
      selection?.kind === "fault"
        ? selection.fault
        : this.faultAt < 0
          ? this.nearestFault(step)
          : this.faultAt;
    this.faultAt = (current + step + many) % many;
    this.timeline.select({ kind: "fault", fault: this.faultAt });
    const fault = run.faults[this.faultAt];
    const until = fault.until_ns ?? fault.from_ns;
    const margin = Math.max((until - fault.from_ns) * 0.3, 50e6);
    this.timeline.showTime(fault.from_ns - margin, until + margin);
    const lane = this.timeline.scene.lanes.find(
      (one) => one.kind === "node" && one.node === fault.node,
    );
    if (lane) this.timeline.revealLane(lane);
  }

  /// So that the first step goes to the first fault in view, or the last one before it.
  private nearestFault(step: number): number {
    const { scene, run } = this.timeline;
    const from = scene.axis.time(scene.view.from);
    const next = run.faults.findIndex((fault) => fault.from_ns >= from);
    if (step > 0) return (next < 0 ? run.faults.length : next) - 1;
    return next < 0 ? 0 : next;
  }

  laneOfWitness(): Lane | undefined {
    const { scene } = this.timeline;
    const lanes = scene.witness
      .map((row) => laneOf(scene, row))
      .filter((lane): lane is Lane => lane !== undefined);
    return lanes.sort((a, b) => b.y - a.y)[0];
  }
}

function seriesOf(lane: Lane | undefined): Series | undefined {
  return lane?.kind === "row" || lane?.kind === "node" ? lane.operations : undefined;
}
