// The verdict in words: what is wrong, which operations prove it, and why.
import { append, copyButton, el } from "../dom";
import type { RunDocument, Violation } from "../data/document";
import type { Run } from "../model/run";
import { moment } from "./ink";

const words = { valid: "Valid", invalid: "Invalid", unknown: "Unknown" };

export function verdictBadge(verdict: string, text?: string): HTMLElement {
  const known = verdict in words ? verdict : "unknown";
  return el(`span.verdict.${known}`, {}, text ?? words[known as keyof typeof words]);
}

/// One sentence for those who do not see the picture.
export function verdictSentence(doc: RunDocument): string {
  const { verdict, expect } = doc;
  const wrong = (doc.violations ?? []).filter((violation) => !violation.warning);
  if (verdict.value === "invalid") {
    const expected = expect?.verdict === "invalid" ? ", which its scenario expects" : "";
    const ids = [...new Set(wrong.map((violation) => violation.id))].join(", ");
    return `The history is invalid${expected}: ${ids || "see the reasons"}.`;
  }
  if (verdict.value === "valid")
    return "The history is valid: it was judged in full, and nothing is wrong.";
  return `The history could not be judged in full: ${(verdict.reasons ?? []).join("; ") || "no reason was given"}.`;
}

export interface ViolationActions {
  open(index: number): void;
  witness(row: number): void;
}

function witnessList(run: Run, violation: Violation, actions: ViolationActions): HTMLElement {
  const list = el("ol.witness", { "aria-label": "Witness: the operations that prove it" });
  for (const event of violation.witness)
    append(list, el("li", {}, witnessItem(run, event, actions)));
  return list;
}

function witnessItem(run: Run, event: number, actions: ViolationActions): HTMLElement {
  const row = run.operations.rowOf(event);
  const mark = run.marks.find((candidate) => candidate.index === event);
  if (row === undefined) {
    const text = mark
      ? `${moment(mark.at_ns)}  ${mark.f} ${mark.node ?? ""}`
      : "an event of no operation";
    return el("span", {}, el("code", {}, `#${event}`), ` ${text}`);
  }
  const ops = run.operations;
  const token = ops.text("token", row);
  const answer = [ops.outcomeName(row), ops.text("error", row), token && `token ${token}`]
    .filter((x) => x)
    .join(", ");
  const text = ` ${moment(ops.at[row])}  ${ops.text("node", row)}  ${ops.label(row)}: ${answer}`;
  return el(
    "button.link",
    { type: "button", click: () => actions.witness(row) },
    el("code", {}, `#${event}`),
    text,
  );
}

/// The violation that is looked at.
export function showViolation(
  panel: HTMLElement,
  run: Run,
  index: number,
  actions: ViolationActions,
): void {
  const violation = run.violations[index];
  panel.replaceChildren();
  if (!violation) {
    append(panel, el("p.sentence", {}, verdictSentence(run.doc)), ...reasons(run));
    return;
  }
  const judge = violation.judge ? ` (${violation.judge})` : "";
  append(
    panel,
    el(
      "p.which",
      {},
      verdictBadge(violation.warning ? "unknown" : "invalid", violation.id),
      `${index + 1} of ${run.violations.length}${judge}`,
      switcher(run, index, actions),
    ),
    el("p.sentence", {}, violation.sentence),
    el(
      "div.columns",
      {},
      block("Witness", witnessList(run, violation, actions)),
      because(violation),
    ),
    exportsOf(violation),
  );
}

function reasons(run: Run): HTMLElement[] {
  const list = run.doc.verdict.reasons ?? [];
  return list.length === 0 ? [] : [el("ul", {}, ...list.map((reason) => el("li", {}, reason)))];
}

function block(title: string, content: HTMLElement): HTMLElement {
  return el("section", {}, el("h4", {}, title), content);
}

function because(violation: Violation): HTMLElement | undefined {
  const lines = violation.because ?? [];
  if (lines.length === 0) return undefined;
  return block("Because", el("ul.because", {}, ...lines.map((line) => el("li", {}, line))));
}

function exportsOf(violation: Violation): HTMLElement | undefined {
  if (!violation.text && !violation.mermaid) return undefined;
  const bar = el("div.exports");
  if (violation.text)
    append(bar, el("details", {}, el("summary", {}, "As text"), el("pre", {}, violation.text)));
  if (violation.mermaid) append(bar, copyButton(violation.mermaid, "Copy as Mermaid sequence"));
  return bar;
}

function switcher(run: Run, index: number, actions: ViolationActions): HTMLElement | undefined {
  if (run.violations.length < 2) return undefined;
  const select = el("select", { "aria-label": "Violation", id: "violation-select" });
  run.violations.forEach((violation, i) => {
    append(select, el("option", { value: i, selected: i === index }, `${i + 1}  ${violation.id}`));
  });
  select.addEventListener("change", () => actions.open(Number(select.value)));
  return select;
}
