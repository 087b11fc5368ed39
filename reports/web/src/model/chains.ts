// What happens to one message: push, delivery, ack; commit, publish, mark, consume. Operations on
// the same key and id are its chain, in the order in which they were answered: a delivery that was
// asked for before the push comes behind it.
import type { Operations } from "./operations";

export interface Chains {
  /// Row of the operation on the same message before and after, -1: none.
  before: Int32Array;
  after: Int32Array;
}

const steps = new Set([
  "push",
  "pop",
  "ack",
  "nack",
  "extend",
  "redrive",
  "damage",
  "found",
  "commit",
  "publish",
  "mark",
  "block",
  "unblock",
  "consume",
]);

/// Ids count up from 1 in nearly every history: small ones are found by place, others by a map.
class LastOfMessage {
  private readonly small = new Map<number, Int32Array>();
  private readonly large = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /// The row that was last, and `row` from now on.
  exchange(key: number, id: number, row: number): number {
    if (id >= this.limit || this.small.size > 64) return this.exchangeLarge(`${key} ${id}`, row);
    let rows = this.small.get(key);
    if (!rows) this.small.set(key, (rows = new Int32Array(this.limit).fill(-1)));
    const last = rows[id];
    rows[id] = row;
    return last;
  }

  private exchangeLarge(name: string, row: number): number {
    const last = this.large.get(name) ?? -1;
    this.large.set(name, row);
    return last;
  }
}

export function chainsOf(ops: Operations): Chains {
  const before = new Int32Array(ops.rows).fill(-1);
  const after = new Int32Array(ops.rows).fill(-1);
  const counts = ops.strings.map((string) => steps.has(string));
  const f = ops.table.column("f");
  const key = ops.table.column("key");
  const id = ops.table.column("id");
  const last = new LastOfMessage(Math.min(ops.rows + 1, 1 << 21));
  for (const row of byAnswer(ops)) {
    if (id[row] === 0 || !counts[f[row]]) continue;
    before[row] = last.exchange(key[row], id[row], row);
    if (before[row] >= 0) after[before[row]] = row;
  }
  return { before, after };
}

/// Rows by the event that answered them, else by that which asked.
function byAnswer(ops: Operations): Uint32Array {
  const done = ops.table.column("done");
  let last = 0;
  for (let row = 0; row < ops.rows; row++) last = Math.max(last, ops.index[row] + done[row]);
  const rowAt = new Uint32Array(last + 1);
  for (let row = 0; row < ops.rows; row++) rowAt[ops.index[row] + done[row]] = row + 1;
  return rowAt.filter((row) => row > 0).map((row) => row - 1);
}

/// The whole chain of a row, in order; at most `limit` before it and after it.
export function chainOf(chains: Chains, row: number, limit = 200): number[] {
  const rows = [row];
  for (let at = chains.before[row]; at >= 0 && rows.length < limit; at = chains.before[at])
    rows.unshift(at);
  const most = rows.length + limit;
  for (let at = chains.after[row]; at >= 0 && rows.length < most; at = chains.after[at])
    rows.push(at);
  return rows;
}
