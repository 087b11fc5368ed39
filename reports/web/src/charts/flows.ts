// Numbers for charts of queues and outboxes: how much waits, for how long, and what came again.
import { Outcome } from "../model/operations";
import type { Run } from "../model/run";
import type { Buckets } from "./series";

interface Step {
  time: number;
  change: number;
}

/// Successful operations of one kind in the order in which they were answered.
function steps(run: Run, name: string, change: number): Step[] {
  const kind = run.strings.indexOf(name);
  const ops = run.operations;
  const f = ops.table.column("f");
  const list: Step[] = [];
  for (let row = 0; kind > 0 && row < ops.rows; row++) {
    if (f[row] === kind && ops.outcome[row] === Outcome.ok)
      list.push({ time: ops.end[row], change });
  }
  return list;
}

/// The greatest sum within each bucket.
function levels(all: Step[], buckets: Buckets): number[] {
  const sorted = all.sort((a, b) => a.time - b.time);
  const most = new Array<number>(buckets.count).fill(-1);
  let level = 0;
  for (const step of sorted) {
    level += step.change;
    const bucket = buckets.of(step.time);
    most[bucket] = Math.max(most[bucket], level);
  }
  let last = 0;
  let at = 0;
  const ends = new Array<number>(buckets.count).fill(0);
  let sum = 0;
  for (const step of sorted) {
    const bucket = buckets.of(step.time);
    while (at < bucket) ends[at++] = sum;
    sum += step.change;
  }
  while (at < buckets.count) ends[at++] = sum;
  return most.map((value, i) => {
    const level = Math.max(value, last);
    last = ends[i];
    return Math.max(0, level);
  });
}

export function has(run: Run, name: string): boolean {
  const kind = run.strings.indexOf(name);
  return kind > 0 && run.operations.table.column("f").includes(kind);
}

/// Pushed and not acknowledged, as far as their clients were told.
export function queueDepth(run: Run, buckets: Buckets): number[] {
  return levels([...steps(run, "push", 1), ...steps(run, "ack", -1)], buckets);
}

/// Deliveries of an attempt above the first, per bucket.
export function redeliveries(run: Run, buckets: Buckets): number[] {
  const ops = run.operations;
  const pop = run.strings.indexOf("pop");
  const f = ops.table.column("f");
  const attempt = ops.table.column("attempt");
  const sums = new Array<number>(buckets.count).fill(0);
  for (let row = 0; row < ops.rows; row++) {
    if (f[row] === pop && attempt[row] > 1 && ops.outcome[row] === Outcome.ok)
      sums[buckets.of(ops.end[row])]++;
  }
  return sums;
}

/// Committed and not yet published.
export function outboxWaiting(run: Run, buckets: Buckets): number[] {
  const first = firstPublished(run);
  const commits = committed(run);
  const all: Step[] = [];
  for (const [id, time] of commits) {
    all.push({ time, change: 1 });
    const published = first.get(id);
    if (published !== undefined) all.push({ time: Math.max(time, published), change: -1 });
  }
  return levels(all, buckets);
}

/// From commit to first publication: the longest of the entries published in each bucket, in ms.
export function outboxLag(run: Run, buckets: Buckets): (number | null)[] {
  const commits = committed(run);
  const most = new Array<number | null>(buckets.count).fill(null);
  for (const [id, published] of firstPublished(run)) {
    const time = commits.get(id);
    if (time === undefined) continue;
    const bucket = buckets.of(published);
    most[bucket] = Math.max(most[bucket] ?? 0, Math.max(0, published - time) / 1e6);
  }
  return most;
}

function earliest(run: Run, name: string): Map<string, number> {
  const ops = run.operations;
  const kind = run.strings.indexOf(name);
  const f = ops.table.column("f");
  const times = new Map<string, number>();
  for (let row = 0; row < ops.rows; row++) {
    if (f[row] !== kind || ops.outcome[row] !== Outcome.ok) continue;
    const id = ops.text("id", row);
    if (!(times.get(id)! <= ops.end[row])) times.set(id, ops.end[row]);
  }
  return times;
}

const committed = (run: Run) => earliest(run, "commit");
const firstPublished = (run: Run) => earliest(run, "publish");
