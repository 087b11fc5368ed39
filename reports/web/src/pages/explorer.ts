// Everything about one run that moves together: timeline, search, selection, violation, address.
import { append, el } from "../dom";
import { compile, find, QueryError, type Query } from "../model/search";
import type { Run } from "../model/run";
import { axisNames, type AxisName } from "../view/axis";
import { count } from "../view/ink";
import { helpDialog, listenToKeys } from "../view/keyboard";
import { selectionTitle, showSelection } from "../view/panel";
import { readLink, writeLink, type Link } from "../view/permalink";
import { lanesHeight, rulerHeight, type Selection } from "../view/scene";
import { Timeline } from "../view/timeline";
import { Toolbar } from "../view/toolbar";
import { showViolation } from "../view/verdict";
import { legend } from "../view/legend";
import { Stepper } from "../view/stepper";

export class Explorer {
  readonly element = el("main.explorer");
  readonly timeline: Timeline;
  private readonly toolbar: Toolbar;
  private readonly stepper: Stepper;
  private readonly violation = el("section.card.violation", {
    id: "violation",
    "aria-live": "polite",
  });
  private readonly panel = el("aside.panel.card", {
    id: "selection",
    "aria-label": "Selection",
    "aria-live": "polite",
  });
  private readonly tip = el("div.tip", { role: "presentation", hidden: true });
  private readonly canvas = el("canvas", {
    id: "timeline",
    tabindex: 0,
    role: "application",
    "aria-label": "Timeline of operations; press ? for keys",
  });
  private readonly map = el("canvas", { id: "minimap", "aria-hidden": "true" });
  private readonly frame = el("div.frame");
  private readonly help = helpDialog();
  private query: Query | undefined;
  private quiet = false;
  private started = false;
  private timer: number | undefined;

  constructor(private readonly run: Run) {
    const toolbar = {
      search: (text: string) => this.search(text),
      match: (step: number) => this.stepper.match(step),
      only: () => this.refilter(),
      key: (name: string) => this.onlyKey(name),
      axis: (name: AxisName) => this.axis(name),
      zoom: (factor: number) => this.timeline.zoom(factor),
      fit: () => this.timeline.fit(),
      home: () => this.open(this.timeline.violation),
      help: () => this.help.showModal(),
    };
    this.toolbar = new Toolbar(run, toolbar);
    append(this.frame, this.map, this.canvas, this.tip);
    this.timeline = new Timeline(run, this.canvas, this.map, {
      selected: (selection) => this.selected(selection),
      moved: () => this.remember(),
      laned: () => this.layout(),
      hovered: (selection, x, y) => this.hover(selection, x, y),
    });
    this.stepper = new Stepper(this.timeline);
    append(
      this.element,
      this.violation,
      this.toolbar.element,
      el("div.stage", {}, this.frame, this.panel),
      legend(),
      this.help,
    );
    listenToKeys(this.keys(), this.canvas, this.help);
    window.addEventListener("hashchange", () => this.restore(readLink(location.hash)));
    document.addEventListener("themechange", () => this.timeline.restyle());
  }

  /// Called once the element is in the page.
  start(): void {
    this.started = true;
    this.layout();
    this.restore(readLink(location.hash));
    new ResizeObserver(() => this.layout()).observe(this.frame);
  }

  private heightMax(): number {
    return Math.max(320, Math.min(760, Math.round(innerHeight * 0.62)));
  }

  private layout(): void {
    if (!this.started) return;
    const needed = lanesHeight(this.timeline.scene.lanes) + rulerHeight + 8;
    this.timeline.resize(this.frame.clientWidth, Math.max(160, Math.min(needed, this.heightMax())));
  }

  /// Opens what a link says; without one the first violation.
  private restore(link: Link): void {
    this.quiet = true;
    if (link.axis) this.axis(link.axis);
    this.toolbar.showAxis(this.timeline.scene.axis.name);
    this.toolbar.search.value = link.query ?? "";
    this.toolbar.key.value = link.key ?? "";
    this.toolbar.only.checked = link.only === true;
    this.compileQuery();
    this.open(
      link.violation !== undefined && link.violation in this.run.violations ? link.violation : 0,
    );
    if (link.folded) this.refold(link.folded);
    if (link.from !== undefined && link.to !== undefined)
      this.timeline.showTime(link.from, link.to);
    if (link.top !== undefined) this.timeline.scroll(link.top - this.timeline.scene.view.top);
    this.timeline.select(link.select === undefined ? undefined : this.selectionOf(link.select));
    this.quiet = false;
    this.remember();
  }

  private refold(nodes: string[]): void {
    this.timeline.folded.clear();
    for (const node of nodes) this.timeline.folded.add(node);
    this.timeline.relane();
  }

  /// Shows a violation: its witness in view; if room is short, nodes are folded to the rows of it.
  open(index: number): void {
    const { timeline, run } = this;
    const violation = run.violations[index];
    timeline.violation = violation ? index : -1;
    timeline.scene.witness = violation ? run.witnessRows(violation) : [];
    showViolation(this.violation, run, timeline.violation, {
      open: (other) => this.open(other),
      witness: (row) => this.chooseOperation(row),
    });
    this.refilter();
    this.foldOthers();
    const span = violation && run.span(violation);
    if (span) this.showSpan(span);
    else timeline.fit();
    this.remember();
  }

  private showSpan([from, to]: [number, number]): void {
    const { axis, view } = this.timeline.scene;
    const [a, b] = [axis.place(from), axis.place(to)];
    const least = axis.name === "real" ? 2e6 : 12;
    const margin = Math.max(b - a, least) * 0.18;
    view.top = 0;
    this.timeline.show(a - margin, b + margin);
    const lane = this.stepper.laneOfWitness();
    if (lane && lane.y + lane.height > this.timeline.scene.height - rulerHeight)
      this.timeline.revealLane(lane);
  }

  private foldOthers(): void {
    const { scene, folded } = this.timeline;
    folded.clear();
    this.timeline.relane();
    if (lanesHeight(scene.lanes) <= this.heightMax() - rulerHeight) return;
    for (const lane of scene.lanes)
      if (lane.kind === "node" && lane.rows > 1) folded.add(lane.node);
    this.timeline.relane();
  }

  private axis(name: AxisName): void {
    this.timeline.setAxis(name);
    this.toolbar.showAxis(name);
  }

  private compileQuery(): void {
    try {
      this.query = compile(this.run.operations, this.toolbar.search.value);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      this.query = undefined;
      this.timeline.setMatches(new Int32Array(0));
      this.toolbar.showResult(error.message, true);
      return;
    }
    const { query, run } = this;
    const key = this.filteredKey();
    const keys = run.operations.table.column("key");
    const wanted = (row: number) => (key <= 0 || keys[row] === key) && query!.matches(row);
    const rows = query ? find(run.operations, { matches: wanted }) : new Int32Array(0);
    this.timeline.setMatches(rows);
    this.toolbar.showResult(query ? `${count(rows.length)} found` : "");
  }

  /// Position of the key in the dictionary; 0: all keys, -1: no such key.
  private filteredKey(): number {
    const name = this.toolbar.key.value;
    return name === "" ? 0 : this.run.strings.indexOf(name);
  }

  search(text: string): void {
    this.toolbar.search.value = text;
    this.compileQuery();
    this.refilter();
    this.remember();
  }

  private onlyKey(name: string): void {
    this.toolbar.key.value = name;
    this.compileQuery();
    this.refilter();
    this.remember();
  }

  private refilter(): void {
    const { timeline, toolbar } = this;
    const key = this.filteredKey();
    toolbar.key.setAttribute("aria-invalid", String(key < 0));
    const { query } = this;
    const shown = toolbar.only.checked && query ? (row: number) => query.matches(row) : undefined;
    timeline.filter = { key: Math.max(0, key), shown };
    timeline.relane();
    this.remember();
  }

  private chooseOperation(row: number): void {
    this.timeline.select({ kind: "operation", row });
    this.timeline.reveal(row);
  }

  private selected(selection: Selection | undefined): void {
    showSelection(this.panel, this.timeline.scene, {
      select: (other) => this.choose(other),
      search: (text) => this.search(text),
    });
    if (!selection) this.stepper.forget();
    this.remember();
  }

  private choose(selection: Selection): void {
    this.timeline.select(selection);
    if (selection.kind === "operation") this.timeline.reveal(selection.row);
  }

  private hover(selection: Selection | undefined, x: number, y: number): void {
    this.tip.hidden = selection === undefined;
    if (!selection) return;
    this.tip.textContent = selectionTitle(this.run, selection);
    this.tip.style.left = `${Math.min(x + 14, innerWidth - 320)}px`;
    this.tip.style.top = `${y + 16}px`;
  }

  private keys() {
    return {
      violation: (step: number) => this.stepViolation(step),
      operation: (step: number) => this.stepper.operation(step),
      fault: (step: number) => this.stepper.fault(step),
      match: (step: number) => this.stepper.match(step),
      pan: (part: number) => this.timeline.pan(part),
      zoom: (factor: number) => this.timeline.zoom(factor),
      scroll: (rows: number) => this.timeline.scroll(rows * 36),
      axis: (index: number) => this.axis(axisNames[index]),
      fit: () => this.timeline.fit(),
      focusSearch: () => this.toolbar.search.focus(),
      clear: () => this.clear(),
      home: () => this.open(this.timeline.violation),
    };
  }

  private stepViolation(step: number): void {
    const many = this.run.violations.length;
    if (many > 0) this.open((this.timeline.violation + step + many) % many);
  }

  private clear(): void {
    this.toolbar.search.blur();
    this.search("");
    this.onlyKey("");
    this.timeline.select(undefined);
  }

  // The address. Events carry their index, so that a link outlives how rows are counted here.

  private selectionText(): string | undefined {
    const { selection } = this.timeline.scene;
    if (!selection) return undefined;
    if (selection.kind === "operation") return `op-${this.run.operations.index[selection.row]}`;
    return selection.kind === "fault" ? `fault-${selection.fault}` : `lease-${selection.row}`;
  }

  private selectionOf(text: string): Selection | undefined {
    const [, kind, digits] = /^(op|fault|lease)-(\d+)$/.exec(text) ?? [];
    const number = Number(digits);
    if (kind === "op") {
      const row = this.run.operations.rowOf(number);
      return row === undefined ? undefined : { kind: "operation", row };
    }
    if (kind === "fault" && number < this.run.faults.length)
      return { kind: "fault", fault: number };
    return kind === "lease" && number < this.run.leases.rows
      ? { kind: "lease", row: number }
      : undefined;
  }

  link(): Link {
    const { scene, folded, violation } = this.timeline;
    return {
      violation: violation < 0 ? undefined : violation,
      axis: scene.axis.name,
      from: Math.round(scene.axis.time(scene.view.from)),
      to: Math.round(scene.axis.time(scene.view.to)),
      top: scene.view.top,
      select: this.selectionText(),
      key: this.toolbar.key.value,
      query: this.toolbar.search.value,
      only: this.toolbar.only.checked,
      folded: [...folded],
    };
  }

  /// Browsers allow so many changes of the address in a while.
  private remember(): void {
    if (this.quiet) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(
      () => history.replaceState(null, "", writeLink(this.link())),
      150,
    );
  }
}
