// The panel of what is selected: all its fields, what was so before and after, and its message.
import { append, el, facts, table } from "../dom";
import { chainOf } from "../model/chains";
import { numberFields, textFields } from "../model/operations";
import { changesBy } from "../model/state";
import type { Run } from "../model/run";
import { duration, moment } from "./ink";
import type { Scene, Selection } from "./scene";

export interface PanelActions {
  select(selection: Selection): void;
  search(text: string): void;
}

const chainsOf = (scene: Scene) =>
  scene.before && scene.after ? { before: scene.before, after: scene.after } : undefined;

export function selectionTitle(run: Run, selection: Selection): string {
  if (selection.kind === "fault") {
    const fault = run.faults[selection.fault];
    return `${fault.kind}${fault.node ? ` of ${fault.node}` : ""}`;
  }
  if (selection.kind === "lease") {
    const lease = run.leases.at(selection.row);
    return `lease ${lease.lease} of ${lease.key} by ${lease.node}`;
  }
  const ops = run.operations;
  const answer = [ops.outcomeName(selection.row), ops.text("error", selection.row)]
    .filter((x) => x)
    .join(": ");
  return `${ops.label(selection.row)} by ${ops.text("node", selection.row)}: ${answer}`;
}

export function showSelection(panel: HTMLElement, scene: Scene, actions: PanelActions): void {
  panel.replaceChildren();
  const { selection, run } = scene;
  if (!selection) {
    append(
      panel,
      el(
        "p.quiet",
        {},
        "Nothing selected. Click a bar, a lease or a fault, or press o for the next operation.",
      ),
    );
    return;
  }
  append(panel, el("h3", {}, selectionTitle(run, selection)));
  if (selection.kind === "operation") showOperation(panel, scene, selection.row, actions);
  if (selection.kind === "fault") showFault(panel, run, selection.fault);
  if (selection.kind === "lease") showLease(panel, run, selection.row, actions);
}

function searchable(field: string, text: string, actions: PanelActions): HTMLElement {
  const term = `${field}:${/\s/.test(text) ? `"${text}"` : text}`;
  return el(
    "button.link",
    { type: "button", title: `search ${term}`, click: () => actions.search(term) },
    text,
  );
}

function fieldPairs(
  run: Run,
  row: number,
  actions: PanelActions,
): [string, HTMLElement | string][] {
  const ops = run.operations;
  const pairs: [string, HTMLElement | string][] = [];
  for (const field of [...textFields, ...numberFields]) {
    const text = ops.text(field, row);
    if (text === "") continue;
    if (field === "ttl") pairs.push(["ttl", duration(ops.number("ttl", row))]);
    else pairs.push([field, searchable(field, text, actions)]);
  }
  return pairs;
}

function showOperation(panel: HTMLElement, scene: Scene, row: number, actions: PanelActions): void {
  const { run } = scene;
  const ops = run.operations;
  const pending = ops.outcomeName(row) === "pending";
  const done = ops.done(row);
  append(
    panel,
    facts([
      ["outcome", el(`span.outcome.${ops.outcomeName(row)}`, {}, ops.outcomeName(row))],
      ["sent", `${moment(ops.at[row])}  (event #${ops.index[row]})`],
      [
        "answered",
        pending ? "never" : `${moment(ops.end[row])}${done ? `  (event #${done})` : ""}`,
      ],
      ["took", pending ? "" : duration(ops.took(row))],
      ["value", ops.value(row) ?? ""],
      ...fieldPairs(run, row, actions),
      ["took effect", commitText(scene, row)],
      ["in the logs", resolutionText(scene, row)],
    ]),
  );
  showChanges(panel, scene, row);
  showChain(panel, scene, row, actions);
}

function commitText({ run }: Scene, row: number): string {
  if (!run.operations.hasCommit(row)) return "";
  const at = moment(run.operations.number("commit_at", row));
  return `${at}, as number ${run.operations.number("commit_index", row)} of its sink`;
}

function resolutionText({ run }: Scene, row: number): string {
  const text = run.operations.resolution(row);
  if (text !== "happened") return text ?? "";
  return `happened at ${moment(run.operations.number("resolved_at", row))}`;
}

function showChanges(panel: HTMLElement, scene: Scene, row: number): void {
  const changes = changesBy(scene.run, row, chainsOf(scene));
  if (changes.length === 0) return;
  const rows = changes.map((change) => [change.what, change.before, change.after]);
  append(panel, el("h4", {}, "State"), table(["", "before", "after"], rows));
}

const chainMax = 40;

function showChain(panel: HTMLElement, scene: Scene, row: number, actions: PanelActions): void {
  const chains = chainsOf(scene);
  const chain = chains ? chainOf(chains, row, chainMax) : [row];
  if (chain.length < 2) return;
  const ops = scene.run.operations;
  const list = el("ol.chain");
  for (const step of chain) {
    const text = `${moment(ops.at[step])} ${ops.text("node", step)} ${ops.text("f", step)}: ${ops.outcomeName(step)}`;
    const select = () => actions.select({ kind: "operation", row: step });
    const button = el(
      "button.link",
      { type: "button", click: select, "aria-current": step === row },
      text,
    );
    append(list, el("li", {}, button));
  }
  append(panel, el("h4", {}, "The same message"), list);
}

function showFault(panel: HTMLElement, run: Run, index: number): void {
  const fault = run.faults[index];
  append(
    panel,
    facts([
      ["kind", fault.kind],
      ["node", fault.node ?? "everywhere"],
      ["peer", fault.peer ?? ""],
      ["from", moment(fault.from_ns)],
      ["until", fault.until_ns === undefined ? "" : moment(fault.until_ns)],
      ["lasted", fault.until_ns === undefined ? "" : duration(fault.until_ns - fault.from_ns)],
      ["detail", fault.detail ?? ""],
      ["fired", fault.fired === undefined ? "" : fault.fired ? "yes" : "no"],
      [
        "effective",
        fault.effective === undefined ? "" : fault.effective ? "yes" : "no: it touched nothing",
      ],
      ["event", fault.mark === undefined ? "" : `#${fault.mark}`],
    ]),
  );
}

function showLease(panel: HTMLElement, run: Run, row: number, actions: PanelActions): void {
  const lease = run.leases.at(row);
  const certain = lease.certainTo > lease.certainFrom;
  append(
    panel,
    facts([
      ["key", lease.key],
      ["node", lease.node],
      ["lease", lease.lease && searchable("lease", lease.lease, actions)],
      ["owner", lease.owner],
      ["token", lease.token && searchable("token", lease.token, actions)],
      ["possibly held", `${moment(lease.possibleFrom)} to ${moment(lease.possibleTo)}`],
      [
        "held for certain",
        certain ? `${moment(lease.certainFrom)} to ${moment(lease.certainTo)}` : "never",
      ],
      ["that is", certain ? duration(lease.certainTo - lease.certainFrom) : ""],
    ]),
  );
  const acquire = run.operations.rowOf(lease.acquire);
  if (acquire === undefined) return;
  const select = () => actions.select({ kind: "operation", row: acquire });
  append(panel, el("button.small", { type: "button", click: select }, "Show its acquire"));
}
