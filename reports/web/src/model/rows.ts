// Which row of its node an operation is drawn in: a process keeps its row, and a row goes on with
// another process once its last one has ended. Processes that nobody heard of again (crashes, info)
// leave their rows at their last invocation: what is unknown after it is drawn as a tail.
import { Outcome, type Operations } from "./operations";

export interface RowPlan {
  /// Row within the node, by operation.
  readonly rowOf: Uint32Array;
  /// Rows of each node, by its position in the dictionary.
  readonly rowsOf: Map<number, number>;
}

interface Process {
  row: number;
  last: number;
}

const together = (node: number, process: number) => node * 0x100000000 + process;

function lastMoments(ops: Operations): Map<number, Process> {
  const node = ops.table.column("node");
  const process = ops.table.column("process");
  const known = new Map<number, Process>();
  for (let row = 0; row < ops.rows; row++) {
    const id = together(node[row], process[row]);
    const last = ops.outcome[row] === Outcome.pending ? ops.at[row] : ops.end[row];
    const found = known.get(id);
    if (!found) known.set(id, { row: -1, last });
    else if (last > found.last) found.last = last;
  }
  return known;
}

/// The first row whose process has ended, else a new one.
function freeRow(busyUntil: number[], at: number): number {
  const free = busyUntil.findIndex((until) => until <= at);
  return free >= 0 ? free : busyUntil.length;
}

export function planRows(ops: Operations): RowPlan {
  const processes = lastMoments(ops);
  const node = ops.table.column("node");
  const process = ops.table.column("process");
  const busy = new Map<number, number[]>();
  const rowOf = new Uint32Array(ops.rows);
  for (let row = 0; row < ops.rows; row++) {
    const who = processes.get(together(node[row], process[row]))!;
    if (who.row < 0) {
      let rows = busy.get(node[row]);
      if (!rows) busy.set(node[row], (rows = []));
      who.row = freeRow(rows, ops.at[row]);
      rows[who.row] = who.last;
    }
    rowOf[row] = who.row;
  }
  return { rowOf, rowsOf: new Map([...busy].map(([name, rows]) => [name, rows.length])) };
}
