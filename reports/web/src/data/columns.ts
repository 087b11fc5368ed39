// Tables of columns; a column is decoded when it is first asked for.
import type { ColumnInfo, TableInfo } from "./document";

/// `count` zigzag varints. The lowest bit is the sign, so that magnitudes below 2^53 stay exact.
function decode(bytes: Uint8Array, count: number, info: ColumnInfo): Float64Array {
  const out = new Float64Array(count);
  let at = 0;
  let sum = 0;
  for (let row = 0; row < count; row++) {
    let byte = bytes[at++];
    const negative = (byte & 1) === 1;
    let half = (byte & 0x7f) >> 1;
    if (byte >= 128) {
      let scale = 64;
      do {
        byte = bytes[at++];
        half += (byte & 0x7f) * scale;
        scale *= 128;
      } while (byte >= 128);
    }
    const number = negative ? -half - 1 : half;
    sum = info.delta ? sum + number : number;
    out[row] = sum;
  }
  if (at !== bytes.length) throw new Error(`column ${info.name}: ${bytes.length} bytes for ${at}`);
  return out;
}

/// Bytes that a table takes.
export function bytesOf(info: TableInfo | undefined): number {
  return (info?.columns ?? []).reduce((sum, column) => sum + column.bytes, 0);
}

export class Table {
  readonly rows: number;
  private readonly places = new Map<string, { info: ColumnInfo; offset: number }>();
  private readonly decoded = new Map<string, Float64Array>();
  private zeros: Float64Array | undefined;
  /// Where the next table begins.
  readonly end: number;

  constructor(
    private readonly bytes: Uint8Array,
    info: TableInfo | undefined,
    begin: number,
  ) {
    this.rows = info?.rows ?? 0;
    let offset = begin;
    for (const column of info?.columns ?? []) {
      this.places.set(column.name, { info: column, offset });
      offset += column.bytes;
    }
    this.end = offset;
  }

  isText(name: string): boolean {
    return this.places.get(name)?.info.text === true;
  }

  /// The column as numbers; one that was left out is nothing but 0.
  column(name: string): Float64Array {
    const known = this.decoded.get(name);
    if (known) return known;
    const place = this.places.get(name);
    if (!place) return (this.zeros ??= new Float64Array(this.rows));
    const slice = this.bytes.subarray(place.offset, place.offset + place.info.bytes);
    const made = decode(slice, this.rows, place.info);
    this.decoded.set(name, made);
    return made;
  }
}
