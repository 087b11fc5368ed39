// A run: the document with its tables opened.
import { Table } from "../data/columns";
import type { Fault, Mark, RunDocument, Violation } from "../data/document";
import { Leases } from "./leases";
import { Operations } from "./operations";

export class Run {
  readonly operations: Operations;
  readonly leases: Leases;
  readonly strings: string[];
  readonly violations: Violation[];
  readonly faults: Fault[];
  readonly marks: Mark[];
  /// First and last moment that is drawn.
  readonly begin: number;
  readonly end: number;

  constructor(
    readonly doc: RunDocument,
    bytes: Uint8Array,
  ) {
    this.strings = doc.strings ?? [""];
    const table = new Table(bytes, doc.tables?.operations, 0);
    this.operations = new Operations(table, this.strings);
    this.leases = new Leases(new Table(bytes, doc.tables?.leases, table.end), this.strings);
    this.violations = doc.violations ?? [];
    this.faults = doc.faults ?? [];
    this.marks = doc.marks ?? [];
    this.begin = Math.min(0, this.operations.rows > 0 ? this.operations.at[0] : 0);
    this.end = this.lastMoment();
  }

  /// Rows and marks of a violation's witness, in its order.
  witnessRows(violation: Violation): number[] {
    return violation.witness
      .map((event) => this.operations.rowOf(event))
      .filter((row): row is number => row !== undefined);
  }

  witnessMarks(violation: Violation): Mark[] {
    return this.marks.filter((mark) => violation.witness.includes(mark.index));
  }

  /// The stretch of time that a violation is about.
  span(violation: Violation): [number, number] | undefined {
    const times: number[] = [];
    for (const row of this.witnessRows(violation))
      times.push(this.operations.at[row], this.operations.end[row]);
    for (const mark of this.witnessMarks(violation)) times.push(mark.at_ns);
    for (const stretch of violation.stretches ?? []) times.push(stretch.from_ns, stretch.to_ns);
    return times.length === 0 ? undefined : [Math.min(...times), Math.max(...times)];
  }

  private lastMoment(): number {
    let last = this.doc.end_ns ?? 0;
    const { end, rows } = this.operations;
    for (let row = 0; row < rows; row++) if (end[row] > last) last = end[row];
    for (const mark of this.marks) last = Math.max(last, mark.at_ns);
    return Math.max(last, this.begin + 1);
  }
}
