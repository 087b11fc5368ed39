// Small things of drawing: text that fits, hatching, numbers for people.

type Pen = CanvasRenderingContext2D;

export const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

/// The text as far as it fits into `room` pixels. Control characters and line ends become spaces.
export function clipText(pen: Pen, text: string, room: number): string {
  const plain = text.replace(/[\u0000-\u001f\u007f]+/g, " ").slice(0, 200);
  if (pen.measureText(plain).width <= room) return plain;
  const letters = [...plain];
  let low = 0;
  let high = letters.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (pen.measureText(letters.slice(0, middle).join("") + "…").width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : letters.slice(0, low).join("") + "…";
}

/// Most texts are drawn again and again: their widths are kept.
const widths = new Map<string, number>();
const widthsMax = 20_000;

export function fits(pen: Pen, text: string, room: number): boolean {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > widthsMax) widths.clear();
    widths.set(text, (width = pen.measureText(text.slice(0, 200)).width));
  }
  return width <= room;
}

const patterns = new Map<string, CanvasPattern>();

/// Slanted lines of `line` on `ground` ("transparent" for none).
export function hatch(pen: Pen, ground: string, line: string): CanvasPattern {
  const name = `${ground}|${line}`;
  const known = patterns.get(name);
  if (known) return known;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const ink = tile.getContext("2d")!;
  ink.fillStyle = ground;
  ink.fillRect(0, 0, 6, 6);
  ink.strokeStyle = line;
  ink.lineWidth = 1;
  ink.beginPath();
  for (const shift of [-6, 0, 6]) {
    ink.moveTo(shift, 6);
    ink.lineTo(shift + 6, 0);
  }
  ink.stroke();
  const made = pen.createPattern(tile, "repeat")!;
  patterns.set(name, made);
  return made;
}

const timeUnits: [number, string][] = [
  [60e9, "min"],
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/// A duration with three or four digits: "3.752s", "1.2ms".
export function duration(ns: number): string {
  if (ns === 0) return "0";
  const size = Math.abs(ns);
  const [unit, name] = timeUnits.find(
    ([least], i) => size >= least && !(i === 0 && size < 600e9),
  ) ?? [1, "ns"];
  const value = ns / unit;
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3;
  return `${Number(value.toFixed(digits))}${name}`;
}

/// A moment of the run in full: "19.095636123s".
export function moment(ns: number): string {
  const sign = ns < 0 ? "-" : "";
  const whole = Math.abs(Math.round(ns));
  const fraction = String(whole % 1e9)
    .padStart(9, "0")
    .replace(/0{1,9}$/, "");
  return `${sign}${Math.floor(whole / 1e9)}${fraction ? `.${fraction}` : ""}s`;
}

export function signed(ns: number): string {
  return ns > 0 ? `+${duration(ns)}` : duration(ns);
}

export function count(number: number): string {
  return number.toLocaleString("en-US");
}
