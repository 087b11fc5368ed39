// Numbers for charts, from the operations alone. Times in seconds, for people.
import { Outcome, type Operations } from "../model/operations";
import type { Run } from "../model/run";

export const bucketsWanted = 240;

export interface Buckets {
  count: number;
  width: number;
  begin: number;
  /// Middle of each bucket in seconds.
  middles: number[];
  of(time: number): number;
}

export function bucketsOf(run: Run): Buckets {
  const count = bucketsWanted;
  const width = (run.end - run.begin) / count;
  return {
    count,
    width,
    begin: run.begin,
    middles: Array.from({ length: count }, (_, i) => (run.begin + (i + 0.5) * width) / 1e9),
    of: (time) => Math.min(count - 1, Math.max(0, Math.floor((time - run.begin) / width))),
  };
}

/// Operations that were answered clearly: what took how long means little for others.
function answered(ops: Operations, row: number): boolean {
  return ops.outcome[row] === Outcome.ok || ops.outcome[row] === Outcome.fail;
}

/// The names of operations, the most frequent first.
export function kindsOf(run: Run): { f: number; name: string; count: number }[] {
  const counts = new Uint32Array(run.strings.length);
  for (const f of run.operations.table.column("f")) counts[f]++;
  const used = [...counts.keys()].filter((f) => counts[f] > 0);
  return used
    .map((f) => ({ f, name: run.strings[f], count: counts[f] }))
    .sort((a, b) => b.count - a.count);
}

/// Whether some operation of a kind took time: surveys and the like take none.
export function takesTime(run: Run, f: number): boolean {
  const kind = run.operations.table.column("f");
  const ops = run.operations;
  for (let row = 0; row < ops.rows; row++) if (kind[row] === f && ops.took(row) > 0) return true;
  return false;
}

/// The value below which a part `q` of the sorted samples lies.
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

/// How long operations of one kind (-1: of all) took, sorted, per group; groupOf -1 leaves one out.
function durations(
  run: Run,
  f: number,
  groups: number,
  groupOf: (row: number) => number,
): Float64Array[] {
  const ops = run.operations;
  const kind = ops.table.column("f");
  const wanted = (row: number) => answered(ops, row) && (f < 0 || kind[row] === f);
  const sizes = new Uint32Array(groups);
  for (let row = 0; row < ops.rows; row++) if (wanted(row)) sizes[groupOf(row)]++;
  const lists = Array.from(sizes, (size) => new Float64Array(size));
  sizes.fill(0);
  for (let row = 0; row < ops.rows; row++) {
    if (!wanted(row)) continue;
    const group = groupOf(row);
    lists[group][sizes[group]++] = ops.took(row);
  }
  return lists.map((list) => list.sort());
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value / 1e6);

/// Latency in ms per bucket of the invocation: half, 99 of 100, all.
export function latencyOverTime(run: Run, buckets: Buckets, f: number): (number | null)[][] {
  const ops = run.operations;
  const lists = durations(run, f, buckets.count, (row) => buckets.of(ops.at[row]));
  return [0.5, 0.99, 1].map((q) => lists.map((list) => orNull(quantile(list, q))));
}

export const quantilesShown = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1];

/// Latency in ms per quantile for each kind of operation.
export function quantilesByKind(
  run: Run,
): { name: string; count: number; values: (number | null)[] }[] {
  return kindsOf(run).map(({ f, name }) => {
    const [all] = durations(run, f, 1, () => 0);
    return { name, count: all.length, values: quantilesShown.map((q) => orNull(quantile(all, q))) };
  });
}

/// Completions per second by outcome; those without an answer at their invocation.
export function rates(run: Run, buckets: Buckets): number[][] {
  const sums = [0, 1, 2].map(() => new Array<number>(buckets.count).fill(0));
  const ops = run.operations;
  const weight = 1e9 / buckets.width;
  for (let row = 0; row < ops.rows; row++) {
    sums[Math.min(ops.outcome[row], Outcome.info)][buckets.of(ops.end[row])] += weight;
  }
  return sums;
}

export function outcomeMix(run: Run): { name: string; counts: number[] }[] {
  const ops = run.operations;
  const f = ops.table.column("f");
  const counts = new Uint32Array(run.strings.length * 3);
  for (let row = 0; row < ops.rows; row++)
    counts[f[row] * 3 + Math.min(ops.outcome[row], Outcome.info)]++;
  return kindsOf(run).map(({ f: kind, name }) => ({
    name,
    counts: [...counts.subarray(kind * 3, kind * 3 + 3)],
  }));
}
