// The head of every page: what this is, how it was judged, and how to look at it.
import { append, el, facts } from "../dom";
import type { Common, RunDocument } from "../data/document";
import type { Run } from "../model/run";
import { count } from "./ink";
import { commandLine } from "./story";
import { toggleTheme } from "./theme";
import { verdictBadge, verdictSentence } from "./verdict";

export function themeButton(): HTMLElement {
  return el(
    "button.small",
    { type: "button", id: "theme", click: toggleTheme, "aria-label": "Light or dark" },
    "Light / dark",
  );
}

export function builtBy(doc: Common): string {
  return [`Lockstep ${doc.version ?? ""}`.trim(), doc.commit?.slice(0, 12), doc.compiler]
    .filter((text) => text)
    .join(" · ");
}

/// What is wrong, while the operations are still being read.
export function previewOf(doc: RunDocument): HTMLElement {
  const first = doc.violations?.[0];
  const rows = doc.tables?.operations?.rows ?? 0;
  return el(
    "section.card.violation",
    {},
    first && el("p.which", {}, verdictBadge(first.warning ? "unknown" : "invalid", first.id)),
    el("p.sentence", {}, first?.sentence ?? verdictSentence(doc)),
    el("p.quiet", {}, `Reading ${count(rows)} operations`),
  );
}

export function runHeader(doc: RunDocument): HTMLElement {
  const title = doc.scenario || "A history";
  const header = el("header.top");
  append(
    header,
    el(
      "div.title",
      {},
      verdictBadge(doc.verdict.value),
      el("h1", {}, title, doc.seed !== undefined && ` seed ${doc.seed}`),
      themeButton(),
    ),
    doc.about !== undefined && doc.about !== "" && el("p.about", {}, doc.about),
    el("p.visually-hidden", { id: "verdict-text", role: "status" }, verdictSentence(doc)),
    el("p.expectation", {}, expectation(doc), foundText(doc)),
    doc.replay ? commandLine(doc.replay) : undefined,
  );
  return header;
}

function expectation(doc: RunDocument): string {
  if (!doc.expect?.verdict) return "";
  const ids = doc.expect.anomalies?.length ? ` (${doc.expect.anomalies.join(", ")})` : "";
  return `Its scenario expects: ${doc.expect.verdict}${ids}. `;
}

function foundText(doc: RunDocument): string {
  const found = doc.found ?? [];
  if (found.length === 0) return "";
  const text = found.map(
    ({ id, count: times, warning }) => `${id} ${count(times)}x${warning ? " (a warning)" : ""}`,
  );
  return `Found: ${text.join(", ")}.`;
}

export function runFacts(run: Run): HTMLElement {
  const { doc } = run;
  const judges = (doc.verdict.judges ?? []).map(
    (judge) => `${judge.judge}${judge.model ? ` (${judge.model})` : ""}: ${judge.verdict}`,
  );
  const section = el("section.card", { id: "details" }, el("h2", {}, "The run"));
  append(
    section,
    facts([
      ["scenario file", doc.file ?? ""],
      ["seed", doc.seed ?? ""],
      ["strategy", doc.strategy ?? ""],
      ["judges", judges.join("; ")],
      ["operations", count(run.operations.rows)],
      ["trace hash", doc.trace_hash ?? ""],
      ["built by", builtBy(doc)],
    ]),
  );
  if (doc.params) append(section, jsonBlock("What checkers were told", doc.params));
  if (doc.config) append(section, jsonBlock("Configuration", doc.config));
  return section;
}

function jsonBlock(title: string, value: unknown): HTMLElement {
  return el("details", {}, el("summary", {}, title), el("pre", {}, JSON.stringify(value, null, 2)));
}
