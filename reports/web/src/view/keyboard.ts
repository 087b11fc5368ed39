// Keys of the timeline. Letters work wherever no text is typed; arrows where the timeline has focus.
import { append, el, table } from "../dom";

export interface KeyActions {
  violation(step: number): void;
  operation(step: number): void;
  fault(step: number): void;
  match(step: number): void;
  pan(part: number): void;
  zoom(factor: number): void;
  scroll(rows: number): void;
  axis(index: number): void;
  fit(): void;
  focusSearch(): void;
  clear(): void;
  home(): void;
}

const help: [string, string][] = [
  ["v  V", "next, previous violation"],
  ["o  O", "next, previous operation in the lane"],
  ["f  F", "next, previous fault"],
  ["n  N", "next, previous operation that the search found"],
  ["← →", "pan (with shift: far)"],
  ["↑ ↓", "scroll lanes"],
  ["+ −", "zoom in, out; also ctrl and wheel, double click"],
  ["1 2 3", "axis: real time, warped, index"],
  ["h", "back to the violation"],
  ["0", "the whole run"],
  ["/", "search"],
  ["Esc", "clear selection and search"],
  ["?", "this list"],
];

export function helpDialog(): HTMLDialogElement {
  const dialog = el("dialog", { id: "help", "aria-label": "Keys" });
  const rows = help.map(([keys, what]) => [el("kbd", {}, keys), what]);
  append(dialog, el("h2", {}, "Keys"), table(["key", "does"], rows));
  append(
    dialog,
    el(
      "p.quiet",
      {},
      'Search: f:acquire key:k1 owner:3 token:7 outcome:info took:>5ms -node:client/2 "any text"',
    ),
  );
  append(dialog, el("form", { method: "dialog" }, el("button", {}, "Close")));
  return dialog;
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  );
}

function letters(actions: KeyActions, dialog: HTMLDialogElement): Record<string, () => void> {
  return {
    v: () => actions.violation(1),
    V: () => actions.violation(-1),
    o: () => actions.operation(1),
    O: () => actions.operation(-1),
    f: () => actions.fault(1),
    F: () => actions.fault(-1),
    n: () => actions.match(1),
    N: () => actions.match(-1),
    "+": () => actions.zoom(0.5),
    "=": () => actions.zoom(0.5),
    "-": () => actions.zoom(2),
    "1": () => actions.axis(0),
    "2": () => actions.axis(1),
    "3": () => actions.axis(2),
    "0": () => actions.fit(),
    h: () => actions.home(),
    "/": () => actions.focusSearch(),
    Escape: () => actions.clear(),
    "?": () => dialog.showModal(),
  };
}

function arrows(actions: KeyActions, far: boolean): Record<string, () => void> {
  const part = far ? 0.9 : 0.1;
  return {
    ArrowLeft: () => actions.pan(-part),
    ArrowRight: () => actions.pan(part),
    ArrowUp: () => actions.scroll(-1),
    ArrowDown: () => actions.scroll(1),
  };
}

export function listenToKeys(
  actions: KeyActions,
  canvas: HTMLCanvasElement,
  dialog: HTMLDialogElement,
): void {
  const byLetter = letters(actions, dialog);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (typing(event.target) && event.key !== "Escape") return;
    const inCanvas =
      event.target === canvas ? arrows(actions, event.shiftKey)[event.key] : undefined;
    const action = inCanvas ?? byLetter[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
