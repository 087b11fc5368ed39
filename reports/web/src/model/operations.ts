// The operations of a run as columns. An operation is known here by its row, outside by the event
// index of its invocation.
import type { Table } from "../data/columns";

export const Outcome = { ok: 0, fail: 1, info: 2, pending: 3 } as const;
export const outcomeNames = ["ok", "fail", "info", "pending"];

/// Columns that searches and panels may name, in the order in which a panel lists them.
export const numberFields = ["lease", "owner", "token", "seen", "id", "attempt", "ttl", "process"];
export const textFields = ["f", "node", "key", "sink", "error", "cause"];

const hasValueFlag = 1;
const hasCommitFlag = 2;

export class Operations {
  readonly rows: number;
  readonly index: Float64Array;
  readonly at: Float64Array;
  /// Completion; of a pending operation its invocation.
  readonly end: Float64Array;
  readonly outcome: Float64Array;

  constructor(
    readonly table: Table,
    readonly strings: readonly string[],
  ) {
    this.rows = table.rows;
    this.index = table.column("index");
    this.at = table.column("at");
    this.outcome = table.column("outcome");
    const took = table.column("took");
    this.end = new Float64Array(this.rows);
    for (let row = 0; row < this.rows; row++) this.end[row] = this.at[row] + took[row];
  }

  number(name: string, row: number): number {
    return this.table.column(name)[row];
  }

  /// A column as text: of a dictionary column the string, else the decimals; "" where it is absent.
  text(name: string, row: number): string {
    const value = this.table.column(name)[row];
    if (this.table.isText(name)) return this.strings[value] ?? "";
    if (name === "process") return String(value);
    return value === 0 || textFields.includes(name) ? "" : String(value);
  }

  took(row: number): number {
    return this.end[row] - this.at[row];
  }

  outcomeName(row: number): string {
    return outcomeNames[this.outcome[row]] ?? "pending";
  }

  done(row: number): number | undefined {
    const distance = this.table.column("done")[row];
    return distance === 0 ? undefined : this.index[row] + distance;
  }

  value(row: number): string | undefined {
    if ((this.table.column("flags")[row] & hasValueFlag) === 0) return undefined;
    const value = this.table.column("value")[row];
    return this.table.isText("value") ? this.strings[value] : String(value);
  }

  hasCommit(row: number): boolean {
    return (this.table.column("flags")[row] & hasCommitFlag) !== 0;
  }

  /// What the logs of services say of an operation without a clear answer.
  resolution(row: number): "happened" | "did not happen" | undefined {
    const flags = this.table.column("flags")[row];
    if (flags & 4) return "happened";
    return flags & 8 ? "did not happen" : undefined;
  }

  /// The row whose invocation or completion is this event; of a completion only by a search.
  rowOf(event: number): number | undefined {
    let low = 0;
    let high = this.rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.index[middle] < event) low = middle + 1;
      else high = middle;
    }
    return low < this.rows && this.index[low] === event ? low : undefined;
  }

  /// "acquire k0", "push client/0/queue0 #12": enough to know it again.
  label(row: number): string {
    const parts = [this.text("f", row), this.text("key", row)];
    const id = this.text("id", row);
    if (id) parts.push(`#${id}`);
    return parts.filter((part) => part !== "").join(" ");
  }
}
