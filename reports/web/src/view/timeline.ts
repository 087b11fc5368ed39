// The timeline: a canvas that shows a scene, moved by pointer, wheel and keys. It draws at most once
// per frame, and only what changed since.
import { chainsOf } from "../model/chains";
import { Laning, type Lane } from "../model/lanes";
import { planRows } from "../model/rows";
import type { Run } from "../model/run";
import { Axes, type AxisName } from "./axis";
import { hit, laneAt } from "./hit";
import { Minimap } from "./minimap";
import { laneOf } from "./overlay";
import { paint } from "./paint";
import { gutter, lanesHeight, placeOf, rulerHeight, type Scene, type Selection } from "./scene";
import { readTheme } from "./theme";

export interface TimelineEvents {
  selected(selection: Selection | undefined): void;
  moved(): void;
  /// Lanes may need another height.
  laned(): void;
  hovered(selection: Selection | undefined, x: number, y: number): void;
}

/// What decides which operations are shown.
export interface Filter {
  key: number;
  shown?: (row: number) => boolean;
}

const nearest = 4;

export class Timeline {
  readonly scene: Scene;
  readonly axes: Axes;
  filter: Filter = { key: 0 };
  readonly folded = new Set<string>();
  private readonly laning: Laning;
  private readonly minimap: Minimap;
  private pending = false;
  private mapStale = true;
  private pointer: number | undefined;
  violation = -1;

  constructor(
    readonly run: Run,
    readonly canvas: HTMLCanvasElement,
    map: HTMLCanvasElement,
    private readonly events: TimelineEvents,
  ) {
    this.axes = new Axes(run);
    this.laning = new Laning(run, planRows(run.operations));
    this.minimap = new Minimap(map, (centre) => this.centre(centre));
    this.scene = this.firstScene();
    this.listen();
  }

  private firstScene(): Scene {
    const axis = this.axes.get("real");
    return {
      run: this.run,
      axis,
      lanes: [],
      view: { from: axis.begin, to: axis.end, top: 0 },
      width: 0,
      height: 0,
      theme: readTheme(document.documentElement),
      selection: undefined,
      witness: [],
      matches: new Int32Array(0),
      before: undefined,
      after: undefined,
      colourOf: () => "",
    };
  }

  /// Colours of leases go by node, in the order of the lanes.
  private colour(): void {
    const names = [
      ...new Set(this.scene.lanes.flatMap((lane) => (lane.kind === "node" ? [lane.node] : []))),
    ];
    const places = new Map(names.map((name, i) => [this.run.strings.indexOf(name), i]));
    const { people } = this.scene.theme;
    this.scene.colourOf = (node) => people[(places.get(node) ?? 0) % people.length];
  }

  /// Lanes anew: after a filter, an axis, a fold or another violation.
  relane(): void {
    const violation = this.run.violations[this.violation];
    this.scene.lanes = this.laning.lanes({
      ...this.filter,
      folded: this.folded,
      kept: this.scene.witness,
      keys: violation?.keys ?? [],
      stretches: violation?.stretches ?? [],
      start: this.scene.axis.start,
    });
    this.events.laned();
    this.colour();
    this.clamp();
    this.draw();
  }

  /// Arrows need the chains of messages, which cost a moment: they come after the first frame.
  linkMessages(): void {
    const chains = chainsOf(this.run.operations);
    this.scene.before = chains.before;
    this.scene.after = chains.after;
    this.draw();
  }

  setAxis(name: AxisName): void {
    const { scene } = this;
    const [from, to] = [scene.axis.time(scene.view.from), scene.axis.time(scene.view.to)];
    scene.axis = this.axes.get(name);
    [scene.view.from, scene.view.to] = [scene.axis.place(from), scene.axis.place(to)];
    this.mapStale = true;
    this.relane();
    this.events.moved();
  }

  setMatches(rows: Int32Array): void {
    this.scene.matches = rows;
    this.mapStale = true;
    this.draw();
  }

  restyle(): void {
    this.scene.theme = readTheme(document.documentElement);
    this.colour();
    this.mapStale = true;
    this.frame(); // at once: paper does not wait
  }

  resize(width: number, height: number): void {
    const { scene, canvas } = this;
    if (scene.width === width && scene.height === height) return;
    const ratio = devicePixelRatio || 1;
    [scene.width, scene.height] = [width, height];
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    this.mapStale = true;
    this.clamp();
    this.frame();
  }

  show(from: number, to: number): void {
    [this.scene.view.from, this.scene.view.to] = [from, to];
    this.clamp();
    this.draw();
    this.events.moved();
  }

  showTime(from: number, to: number): void {
    const { axis } = this.scene;
    this.show(axis.place(from), axis.place(to));
  }

  fit(): void {
    this.show(this.scene.axis.begin, this.scene.axis.end);
  }

  centre(place: number): void {
    const half = (this.scene.view.to - this.scene.view.from) / 2;
    this.show(place - half, place + half);
  }

  pan(part: number): void {
    const step = (this.scene.view.to - this.scene.view.from) * part;
    this.show(this.scene.view.from + step, this.scene.view.to + step);
  }

  /// Keeps the place below `x` where it is.
  zoom(factor: number, x = gutter + (this.scene.width - gutter) / 2): void {
    const { view } = this.scene;
    const still = placeOf(this.scene, x);
    this.show(still - (still - view.from) * factor, still + (view.to - still) * factor);
  }

  scroll(pixels: number): void {
    this.scene.view.top += pixels;
    this.clamp();
    this.draw();
    this.events.moved();
  }

  select(selection: Selection | undefined): void {
    this.scene.selection = selection;
    this.draw();
    this.events.selected(selection);
  }

  /// Moves as little as needed to bring an operation into view; opens its node.
  reveal(row: number): void {
    const { scene } = this;
    if (this.folded.delete(this.run.operations.text("node", row))) this.relane();
    const place = scene.axis.start[row];
    const width = scene.view.to - scene.view.from;
    if (place < scene.view.from + width * 0.05 || place > scene.view.to - width * 0.05)
      this.centre(place);
    const lane = laneOf(scene, row);
    if (lane) this.revealLane(lane);
  }

  revealLane(lane: Lane): void {
    const { view, height } = this.scene;
    const room = height - rulerHeight;
    if (lane.y < view.top) view.top = lane.y - 20;
    else if (lane.y + lane.height > view.top + room) view.top = lane.y + lane.height - room + 20;
    this.clamp();
    this.draw();
  }

  private clamp(): void {
    const { axis, view, height, lanes } = this.scene;
    const all = axis.end - axis.begin;
    const least = axis.name === "real" ? 1000 : nearest;
    const width = Math.min(Math.max(view.to - view.from, Math.min(least, all)), all * 1.1);
    const middle = (view.from + view.to) / 2;
    let from = middle - width / 2;
    from = Math.max(axis.begin - all * 0.05, Math.min(from, axis.end + all * 0.05 - width));
    [view.from, view.to] = [from, from + width];
    view.top = Math.max(0, Math.min(view.top, lanesHeight(lanes) - (height - rulerHeight)));
  }

  draw(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => this.frame());
  }

  /// One frame, at once.
  frame(): void {
    this.pending = false;
    const { scene, canvas } = this;
    if (scene.width === 0) return;
    const pen = canvas.getContext("2d", { alpha: false })!;
    const ratio = devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(pen, scene, this.pointer);
    if (this.mapStale) this.remap();
    this.minimap.draw(scene.view.from, scene.view.to);
  }

  private remap(): void {
    this.mapStale = false;
    const { scene } = this;
    const spans = this.run.violations.map((violation) => this.run.span(violation));
    const violations = spans.flatMap((span) => (span ? [scene.axis.place(span[0])] : []));
    this.minimap.setContent({ ...scene, violations }, scene.width);
  }

  private listen(): void {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.hover(event));
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("dblclick", (event) => this.zoom(0.25, event.offsetX));
  }

  /// Without a key the wheel scrolls lanes, and the page where they end; with ctrl it zooms.
  private wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      event.preventDefault();
      this.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 200))), event.offsetX);
      return;
    }
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) {
      event.preventDefault();
      this.pan(sideways / Math.max(1, this.scene.width - gutter));
      return;
    }
    const top = this.scene.view.top;
    this.scroll(event.deltaY);
    if (this.scene.view.top !== top) event.preventDefault();
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { canvas, scene } = this;
    canvas.setPointerCapture(event.pointerId);
    const start = {
      x: event.offsetX,
      y: event.offsetY,
      from: scene.view.from,
      to: scene.view.to,
      top: scene.view.top,
    };
    let dragged = false;
    const move = (to: PointerEvent) => {
      const dx = to.offsetX - start.x;
      const dy = to.offsetY - start.y;
      dragged ||= Math.abs(dx) + Math.abs(dy) > 4;
      if (!dragged) return;
      const step = (dx / Math.max(1, scene.width - gutter)) * (start.to - start.from);
      scene.view.top = start.top - dy;
      this.show(start.from - step, start.to - step);
    };
    const end = (to: PointerEvent) => {
      canvas.removeEventListener("pointermove", move);
      canvas.removeEventListener("pointerup", end);
      canvas.removeEventListener("pointercancel", end);
      if (!dragged && to.type === "pointerup") this.click(start.x, start.y);
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
  }

  private click(x: number, y: number): void {
    const lane = laneAt(this.scene, y);
    if (x < gutter && lane && "node" in lane) {
      this.fold(lane.node);
      return;
    }
    this.select(hit(this.scene, x, y));
  }

  fold(node: string): void {
    if (!this.folded.delete(node)) this.folded.add(node);
    this.relane();
    this.events.moved();
  }

  private hover(event: PointerEvent): void {
    this.pointer = event.offsetX;
    this.draw();
    const found = event.buttons === 0 ? hit(this.scene, event.offsetX, event.offsetY) : undefined;
    this.events.hovered(found, event.clientX, event.clientY);
    this.canvas.style.cursor = found ? "pointer" : "default";
  }

  private leave(): void {
    this.pointer = undefined;
    this.draw();
    this.events.hovered(undefined, 0, 0);
  }
}
