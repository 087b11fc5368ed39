// The page of one run.
import { append, el } from "../dom";
import type { RunDocument } from "../data/document";
import { bytesOf } from "../data/columns";
import { inflate } from "../data/inflate";
import { Run } from "../model/run";
import { previewOf, runFacts, runHeader } from "../view/header";
import { storySection } from "../view/story";
import { chartsSection } from "../charts/section";
import { Explorer } from "./explorer";

const nextFrame = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

const lengthOf = ({ tables }: RunDocument) => bytesOf(tables?.operations) + bytesOf(tables?.leases);

/// @param tables  The text of the tables, once it is there.
export async function runPage(
  app: HTMLElement,
  doc: RunDocument,
  tables: () => Promise<string>,
): Promise<void> {
  document.title = `${doc.scenario || "history"}${doc.seed === undefined ? "" : ` seed ${doc.seed}`}: ${doc.verdict.value}`;
  app.replaceChildren();
  const preview = previewOf(doc);
  append(app, runHeader(doc), preview);
  performance.mark("lockstep-verdict");
  const run = new Run(doc, await inflate(await tables(), lengthOf(doc)));
  const explorer = new Explorer(run);
  preview.replaceWith(explorer.element);
  explorer.start();
  performance.mark("lockstep-timeline");
  await nextFrame();
  explorer.timeline.linkMessages();
  append(
    app,
    storySection(doc),
    chartsSection(run, explorer.timeline),
    runFacts(run),
    el("footer.quiet", {}, "Made by lockstep report."),
  );
  performance.mark("lockstep-complete");
}
