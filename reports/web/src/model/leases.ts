// The leases of a run: who can have held what, and who held it for certain.
import type { Table } from "../data/columns";

export interface Lease {
  row: number;
  acquire: number;
  key: string;
  node: string;
  lease: string;
  owner: string;
  token: string;
  possibleFrom: number;
  possibleTo: number;
  certainFrom: number;
  certainTo: number;
}

export class Leases {
  readonly rows: number;
  readonly possibleFrom: Float64Array;
  readonly possibleTo: Float64Array;

  constructor(
    private readonly table: Table,
    private readonly strings: readonly string[],
  ) {
    this.rows = table.rows;
    this.possibleFrom = table.column("possible_from");
    this.possibleTo = table.column("possible_to");
  }

  certainFrom(row: number): number {
    return this.table.column("certain_from")[row];
  }

  certainTo(row: number): number {
    return this.table.column("certain_to")[row];
  }

  keyOf(row: number): number {
    return this.table.column("key")[row];
  }

  nodeOf(row: number): number {
    return this.table.column("node")[row];
  }

  acquireOf(row: number): number {
    return this.table.column("acquire")[row];
  }

  at(row: number): Lease {
    return {
      row,
      acquire: this.acquireOf(row),
      key: this.text("key", row),
      node: this.text("node", row),
      lease: this.text("lease", row),
      owner: this.text("owner", row),
      token: this.text("token", row),
      possibleFrom: this.possibleFrom[row],
      possibleTo: this.possibleTo[row],
      certainFrom: this.certainFrom(row),
      certainTo: this.certainTo(row),
    };
  }

  private text(name: string, row: number): string {
    const value = this.table.column(name)[row];
    if (this.table.isText(name)) return this.strings[value] ?? "";
    return value === 0 ? "" : String(value);
  }
}
