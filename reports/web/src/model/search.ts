// The search language: terms that must all hold, `field:text` or plain text.
//   f:acquire key:k1 owner:3 token:7 outcome:info   fields equal (of texts: contained if none is equal)
//   took:>5ms at:<3s                                durations and moments compared
//   -outcome:ok                                     not
//   client/3 "two words"                            anywhere in key, node, f, error, cause or sink
import { numberFields, textFields, type Operations } from "./operations";

export interface Query {
  matches(row: number): boolean;
}

export class QueryError extends Error {}

const units: Record<string, number> = { "": 1, ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9 };
const durations = ["took", "at", "ttl"];
const known = [...textFields, ...numberFields, "outcome", "value", "index", ...durations];

function words(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

const unquoted = (text: string) => text.replace(/"/g, "");

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|ms|s|min|)$/.exec(text);
  if (!match) throw new QueryError(`"${text}" is no duration; write 5ms, 3s or nanoseconds`);
  return Number(match[1]) * units[match[2]];
}

function compared(ops: Operations, field: string, text: string): (row: number) => boolean {
  const sign = /^[<>]/.exec(text)?.[0];
  const bound = duration(sign ? text.slice(1) : text);
  const of =
    field === "took" ? (row: number) => ops.took(row) : (row: number) => ops.number(field, row);
  if (sign === ">") return (row) => of(row) > bound;
  if (sign === "<") return (row) => of(row) < bound;
  return (row) => of(row) === bound;
}

/// Rows whose string is the text, or contains it if no string is: decided per string, not per
/// operation. So `key:k1` finds no k10 where there is a k1.
function containing(ops: Operations, field: string, text: string): (row: number) => boolean {
  const wanted = text.toLowerCase();
  const column = ops.table.column(field);
  const exact = ops.strings.indexOf(text);
  if (exact >= 0) return (row) => column[row] === exact;
  const hit = ops.strings.map((string) => string.toLowerCase().includes(wanted));
  return (row) => hit[column[row]];
}

function equal(ops: Operations, field: string, text: string): (row: number) => boolean {
  if (field === "value") return (row) => ops.value(row) === text;
  if (field === "outcome") return (row) => ops.outcomeName(row) === text;
  const column = ops.table.column(field);
  if (!ops.table.isText(field)) {
    const wanted = Number(text);
    if (text === "" || Number.isNaN(wanted))
      throw new QueryError(`${field} is a number, not "${text}"`);
    return (row) => column[row] === wanted;
  }
  const wanted = ops.strings.indexOf(text);
  return (row) => column[row] === wanted;
}

function anywhere(ops: Operations, text: string): (row: number) => boolean {
  const fields = textFields.map((field) => containing(ops, field, text));
  return (row) => fields.some((field) => field(row));
}

function term(ops: Operations, word: string): (row: number) => boolean {
  if (word.startsWith("-") && word.length > 1) {
    const inner = term(ops, word.slice(1));
    return (row) => !inner(row);
  }
  const match = /^([a-z_]+):(.*)$/s.exec(word);
  if (!match) return anywhere(ops, unquoted(word));
  const [, field, rest] = match;
  const text = unquoted(rest);
  if (!known.includes(field))
    throw new QueryError(`no field "${field}"; there are ${known.join(", ")}`);
  if (durations.includes(field)) return compared(ops, field, text);
  if (textFields.includes(field) && field !== "f") return containing(ops, field, text);
  return equal(ops, field, text);
}

/// Errors: QueryError, with what is wrong in words.
export function compile(ops: Operations, text: string): Query | undefined {
  const terms = words(text).map((word) => term(ops, word));
  if (terms.length === 0) return undefined;
  return { matches: (row) => terms.every((holds) => holds(row)) };
}

/// Rows that match, ascending.
export function find(ops: Operations, query: Query): Int32Array {
  const rows = new Int32Array(ops.rows);
  let count = 0;
  for (let row = 0; row < ops.rows; row++) if (query.matches(row)) rows[count++] = row;
  return rows.slice(0, count);
}
