// What stands above the timeline: search, filter by key, axis, zoom.
import { append, el } from "../dom";
import type { Run } from "../model/run";
import { axisNames, type AxisName } from "./axis";

export interface ToolbarActions {
  search(text: string): void;
  match(step: number): void;
  only(on: boolean): void;
  key(name: string): void;
  axis(name: AxisName): void;
  zoom(factor: number): void;
  fit(): void;
  home(): void;
  help(): void;
}

const axisTitles: Record<AxisName, string> = {
  real: "Real time",
  warped: "Warped: waits are shortened, everything is legible",
  index: "Index: every event takes the same room",
};

const keysOffered = 2000;

export class Toolbar {
  readonly element = el("div.toolbar", { role: "toolbar", "aria-label": "Timeline" });
  readonly search = el("input", {
    type: "search",
    id: "search",
    placeholder: "Search  f:acquire key:k1 owner:3 token:7",
    "aria-label": "Search operations",
    autocomplete: "off",
    spellcheck: "false",
  });
  readonly key = el("input", {
    id: "key",
    list: "keys",
    placeholder: "all keys",
    "aria-label": "Only this key",
    autocomplete: "off",
    spellcheck: "false",
  });
  readonly only = el("input", { type: "checkbox", id: "only" });
  private readonly result = el("output", { id: "found", for: "search", "aria-live": "polite" });
  private readonly axes = new Map<AxisName, HTMLButtonElement>();

  constructor(run: Run, actions: ToolbarActions) {
    append(
      this.element,
      this.searchGroup(actions),
      this.keyGroup(run, actions),
      this.axisGroup(actions),
      zoomGroup(actions),
    );
  }

  private searchGroup(actions: ToolbarActions): HTMLElement {
    this.search.addEventListener("input", () => actions.search(this.search.value));
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") actions.match(event.shiftKey ? -1 : 1);
    });
    this.only.addEventListener("change", () => actions.only(this.only.checked));
    const only = el("label", { title: "hide all other operations" }, this.only, "only these");
    return el("span.group.wide", {}, this.search, this.result, only);
  }

  private keyGroup(run: Run, actions: ToolbarActions): HTMLElement {
    const list = el("datalist", { id: "keys" });
    for (const name of keysOf(run).slice(0, keysOffered))
      append(list, el("option", { value: name }));
    this.key.addEventListener("change", () => actions.key(this.key.value));
    return el("span.group", {}, el("label", { for: "key" }, "Key"), this.key, list);
  }

  private axisGroup(actions: ToolbarActions): HTMLElement {
    const group = el("span.group", { role: "group", "aria-label": "Axis" });
    for (const name of axisNames) {
      const choose = () => actions.axis(name);
      const button = el(
        "button.small",
        { type: "button", id: `axis-${name}`, title: axisTitles[name], click: choose },
        name,
      );
      this.axes.set(name, button);
      append(group, button);
    }
    return group;
  }

  showAxis(name: AxisName): void {
    for (const [axis, button] of this.axes)
      button.setAttribute("aria-pressed", String(axis === name));
  }

  showResult(text: string, wrong = false): void {
    this.result.textContent = text;
    this.result.classList.toggle("wrong", wrong);
    this.search.setAttribute("aria-invalid", String(wrong));
  }
}

function keysOf(run: Run): string[] {
  const used = new Uint8Array(run.strings.length);
  for (const key of run.operations.table.column("key")) used[key] = 1;
  return run.strings.filter((name, key) => used[key] === 1 && name !== "").sort();
}

function zoomGroup(actions: ToolbarActions): HTMLElement {
  const button = (id: string, label: string, title: string, click: () => void) =>
    el("button.small", { type: "button", id, title, "aria-label": title, click }, label);
  return el(
    "span.group",
    {},
    button("zoom-in", "+", "Zoom in", () => actions.zoom(0.5)),
    button("zoom-out", "−", "Zoom out", () => actions.zoom(2)),
    button("fit", "All", "The whole run", () => actions.fit()),
    button("home", "Violation", "Back to the violation", () => actions.home()),
    button("keys-help", "?", "Keys", () => actions.help()),
  );
}
