// The page of one run.
import { append, el } from "../dom";
import type { RunDocument } from "../data/document";
import { inflate } from "../data/inflate";
import { Run } from "../model/run";
import { runFacts, runHeader } from "../view/header";
import { storySection } from "../view/story";
import { chartsSection } from "../charts/section";
import { Explorer } from "./explorer";

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

export async function runPage(app: HTMLElement, doc: RunDocument, tables: string): Promise<void> {
  const run = new Run(doc, await inflate(tables));
  document.title = `${doc.scenario || "history"}${doc.seed === undefined ? "" : ` seed ${doc.seed}`}: ${doc.verdict.value}`;
  const explorer = new Explorer(run);
  app.replaceChildren();
  append(app, runHeader(run), explorer.element);
  explorer.start();
  performance.mark("lockstep-first-paint");
  await nextFrame();
  explorer.timeline.linkMessages();
  append(app, storySection(doc), chartsSection(run, explorer.timeline), runFacts(run), el("footer.quiet", {}, "Made by lockstep report."));
  performance.mark("lockstep-complete");
}
