// Lanes from top to bottom: what the violation is about, resources with their leases and tokens,
// then each node with its operations. Heights are CSS pixels.
import type { Stretch } from "../data/document";
import { Outcome, type Operations } from "./operations";
import type { RowPlan } from "./rows";
import type { Run } from "./run";

export const laneHeight = { title: 20, node: 22, row: 18, lease: 17, tokens: 15, stretch: 18 };

interface Place {
  y: number;
  height: number;
  label: string;
}

/// A heading between groups.
export interface TitleLane extends Place {
  kind: "title";
}

export interface StretchLane extends Place {
  kind: "stretch";
  stretch: Stretch;
}

/// A resource: `leases` in as many sub-rows as overlap, and what its sink was shown.
export interface KeyLane extends Place {
  kind: "key";
  key: number;
  leases: Int32Array[];
  guarded: Int32Array;
}

export interface NodeLane extends Place {
  kind: "node";
  node: string;
  folded: boolean;
  /// Rows that have operations, and how many of them are not shown.
  rows: number;
  hidden: number;
  operations: Series;
}

export interface RowLane extends Place {
  kind: "row";
  node: string;
  operations: Series;
}

export type Lane = TitleLane | StretchLane | KeyLane | NodeLane | RowLane;

/// Operations of one lane in order, with sums up to each of them: how many of any stretch failed is
/// a difference of two numbers, so that a far view costs as much as a near one.
export interface Series {
  rows: Int32Array;
  failed: Uint32Array;
  unclear: Uint32Array;
}

export interface LaneOptions {
  /// Which operations are shown; absent: all.
  shown?: (row: number) => boolean;
  /// Position of the only key, 0: all.
  key: number;
  folded: ReadonlySet<string>;
  /// Rows that hold one of these stay when their node is folded.
  kept: readonly number[];
  /// Keys that come first.
  keys: readonly string[];
  stretches: Stretch[];
  /// Places of operations on the axis.
  start: Float64Array;
}

/// Beyond it nodes would be out of sight; those of the violation come first.
const keyLanesMax = 8;
const leaseRowsMax = 4;

/// In a history that orders by time only, indices and moments may disagree.
function ascending(rows: Int32Array, start: Float64Array): Int32Array {
  for (let i = 1; i < rows.length; i++) {
    if (start[rows[i]] < start[rows[i - 1]]) return rows.sort((a, b) => start[a] - start[b]);
  }
  return rows;
}

function seriesOf(ops: Operations, unordered: Int32Array, start: Float64Array): Series {
  const rows = ascending(unordered, start);
  const failed = new Uint32Array(rows.length + 1);
  const unclear = new Uint32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const outcome = ops.outcome[rows[i]];
    failed[i + 1] = failed[i] + (outcome === Outcome.fail ? 1 : 0);
    unclear[i + 1] = unclear[i] + (outcome >= Outcome.info ? 1 : 0);
  }
  return { rows, failed, unclear };
}

/// Splits operations by a small number each, keeping their order; -1 leaves one out.
function split(count: number, groups: number, groupOf: (row: number) => number): Int32Array[] {
  const sizes = new Uint32Array(groups);
  for (let row = 0; row < count; row++) {
    const group = groupOf(row);
    if (group >= 0) sizes[group]++;
  }
  const lists = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Uint32Array(groups);
  for (let row = 0; row < count; row++) {
    const group = groupOf(row);
    if (group >= 0) lists[group][filled[group]++] = row;
  }
  return lists;
}

/// Puts leases that may overlap below each other.
function packLeases(run: Run, rows: number[]): Int32Array[] {
  const { possibleFrom, possibleTo } = run.leases;
  const lists: number[][] = [];
  const ends: number[] = [];
  for (const row of rows.sort((a, b) => possibleFrom[a] - possibleFrom[b])) {
    let place = ends.findIndex((end) => end <= possibleFrom[row]);
    if (place < 0) place = Math.min(ends.length, leaseRowsMax - 1);
    (lists[place] ??= []).push(row);
    ends[place] = Math.max(ends[place] ?? 0, possibleTo[row]);
  }
  return lists.map((list) => Int32Array.from(list));
}

function namesOfNodes(run: Run, plan: RowPlan): string[] {
  const listed = (run.doc.nodes ?? []).map((node) => node.name);
  const used = [...plan.rowsOf.keys()].map((node) => run.strings[node]);
  const faulty = run.faults.flatMap((fault) => (fault.node ? [fault.node] : []));
  const more = [...new Set([...used, ...faulty])].filter((name) => !listed.includes(name));
  return [...listed, ...more.sort()];
}

interface Resource {
  leases: number[];
  guarded: number[];
  packed?: Int32Array[];
  shown?: Int32Array;
}

/// Lanes of a run. What depends on nothing but the run is found once, what depends on filter and
/// axis once for each: folding and looking at another violation cost nothing.
export class Laning {
  private readonly nodes: string[];
  private readonly first = new Map<string, number>();
  private readonly groupOf: Int32Array;
  private readonly groups: number;
  private readonly keys = new Map<number, Resource>();
  private lists: Int32Array[] = [];
  private listsOf: Omit<LaneOptions, "folded" | "kept" | "keys" | "stretches"> | undefined;
  private readonly series = new Map<string, Series>();

  constructor(
    private readonly run: Run,
    private readonly plan: RowPlan,
  ) {
    this.nodes = namesOfNodes(run, plan);
    this.groupOf = new Int32Array(run.operations.rows);
    this.groups = this.numberRows();
    this.findKeys();
  }

  private numberRows(): number {
    let groups = 0;
    const starts = new Map<number, number>();
    for (const name of this.nodes) {
      const node = this.run.strings.indexOf(name);
      this.first.set(name, groups);
      starts.set(node, groups);
      groups += this.rowsOf(name);
    }
    const node = this.run.operations.table.column("node");
    for (let row = 0; row < this.groupOf.length; row++) {
      this.groupOf[row] = starts.get(node[row])! + this.plan.rowOf[row];
    }
    return groups;
  }

  private rowsOf(name: string): number {
    return this.plan.rowsOf.get(this.run.strings.indexOf(name)) ?? 0;
  }

  private resource(key: number) {
    let found = this.keys.get(key);
    if (!found) this.keys.set(key, (found = { leases: [], guarded: [] }));
    return found;
  }

  private findKeys(): void {
    for (let row = 0; row < this.run.leases.rows; row++) {
      this.resource(this.run.leases.keyOf(row)).leases.push(row);
    }
    const ops = this.run.operations;
    const guarded = new Set(["raise", "write", "read"].map((f) => this.run.strings.indexOf(f)));
    guarded.delete(-1);
    const f = ops.table.column("f");
    const key = ops.table.column("key");
    if (guarded.size === 0) return;
    for (let row = 0; row < ops.rows; row++) {
      if (guarded.has(f[row])) this.resource(key[row]).guarded.push(row);
    }
  }

  lanes(options: LaneOptions): Lane[] {
    const lanes: Lane[] = [
      ...this.stretches(options),
      ...this.resourceLanes(options),
      ...this.nodeLanes(options),
    ];
    let y = 0;
    for (const lane of lanes) {
      lane.y = y;
      y += lane.height;
    }
    return lanes;
  }

  private title(label: string): TitleLane {
    return { kind: "title", label, y: 0, height: laneHeight.title };
  }

  private stretches(options: LaneOptions): Lane[] {
    if (options.stretches.length === 0) return [];
    const lanes = options.stretches.map((stretch): Lane => {
      return { kind: "stretch", label: stretch.label, stretch, y: 0, height: laneHeight.stretch };
    });
    return [this.title("The violation"), ...lanes];
  }

  private resourceLanes(options: LaneOptions): Lane[] {
    const wanted = [...this.keys.keys()].filter((key) => options.key === 0 || key === options.key);
    if (wanted.length === 0) return [];
    const rank = (key: number) => (options.keys.includes(this.run.strings[key]) ? 0 : 1);
    const named = wanted.sort(
      (a, b) => rank(a) - rank(b) || (this.run.strings[a] < this.run.strings[b] ? -1 : 1),
    );
    const more = named.length - keyLanesMax;
    const title = more > 0 ? `Resources (${more} more: filter by key)` : "Resources";
    return [this.title(title), ...named.slice(0, keyLanesMax).map((key) => this.keyLane(key))];
  }

  private keyLane(key: number): KeyLane {
    const resource = this.keys.get(key)!;
    const packed = (resource.packed ??= packLeases(this.run, resource.leases));
    const guarded = (resource.shown ??= Int32Array.from(resource.guarded));
    const height =
      packed.length * laneHeight.lease + (guarded.length > 0 ? laneHeight.tokens : 0) + 5;
    const label = this.run.strings[key] || "(no key)";
    return { kind: "key", label, key, leases: packed, guarded, y: 0, height };
  }

  private nodeLanes(options: LaneOptions): Lane[] {
    this.fillLists(options);
    return [this.title("Nodes"), ...this.nodes.flatMap((name) => this.nodeLane(name, options))];
  }

  /// Operations by row of their node, as far as they are shown.
  private fillLists({ key: wanted, shown, start }: LaneOptions): void {
    const last = this.listsOf;
    if (last && last.key === wanted && last.shown === shown && last.start === start) return;
    this.listsOf = { key: wanted, shown, start };
    this.series.clear();
    const key = this.run.operations.table.column("key");
    this.lists = split(this.run.operations.rows, this.groups, (row) => {
      if (wanted !== 0 && key[row] !== wanted) return -1;
      return shown && !shown(row) ? -1 : this.groupOf[row];
    });
  }

  /// Of one row or of several as one.
  private seriesOf(groups: number[], start: Float64Array): Series {
    const name = groups.join(" ");
    let made = this.series.get(name);
    if (!made) {
      const rows =
        groups.length === 1
          ? this.lists[groups[0]]
          : mergeSorted(groups.map((group) => this.lists[group]));
      this.series.set(name, (made = seriesOf(this.run.operations, rows, start)));
    }
    return made;
  }

  private nodeLane(node: string, options: LaneOptions): Lane[] {
    const first = this.first.get(node)!;
    const used = Array.from({ length: this.rowsOf(node) }, (_, i) => first + i).filter(
      (group) => this.lists[group].length > 0,
    );
    const folded = options.folded.has(node);
    const kept = new Set(options.kept.map((row) => this.groupOf[row]));
    const open = used.filter((group) => !folded || kept.has(group));
    const closed = used.filter((group) => folded && !kept.has(group));
    const head: NodeLane = {
      kind: "node",
      node,
      folded,
      label: node || "(no node)",
      rows: used.length,
      hidden: closed.length,
      operations: this.seriesOf(closed, options.start),
      y: 0,
      height: laneHeight.node,
    };
    const rows = open.map((group): Lane => {
      const operations = this.seriesOf([group], options.start);
      return { kind: "row", node, label: "", operations, y: 0, height: laneHeight.row };
    });
    return [head, ...rows];
  }
}

function mergeSorted(lists: Int32Array[]): Int32Array {
  const all = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort();
}
