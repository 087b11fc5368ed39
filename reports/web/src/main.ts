// Opens the document that the page carries.
import { el } from "./dom";
import { parseDocument } from "./data/document";
import { benchPage } from "./pages/bench";
import { campaignPage } from "./pages/campaign";
import { runPage } from "./pages/run";
import { startTheme } from "./view/theme";

function textOf(id: string): string {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element ${id}`);
  return element.textContent ?? "";
}

/// The tables stand behind this script, so that what is known without them is shown while they are
/// read; of a large history they are many elements, which browsers read faster than one.
async function tables(): Promise<string> {
  if (document.readyState === "loading") {
    await new Promise((resolve) =>
      document.addEventListener("DOMContentLoaded", resolve, { once: true }),
    );
  }
  return Array.from(
    document.getElementsByClassName("lockstep-tables"),
    (part) => part.textContent ?? "",
  ).join("");
}

async function open(app: HTMLElement): Promise<void> {
  startTheme();
  const doc = parseDocument(textOf("lockstep-data"));
  if (doc.kind === "run") await runPage(app, doc, tables);
  else if (doc.kind === "campaign") campaignPage(app, doc);
  else benchPage(app, doc);
  document.documentElement.dataset.ready = "true";
}

/// What cannot be shown is said, where the report would be.
function refuse(app: HTMLElement, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  app.replaceChildren(el("p.opening", { role: "alert" }, `This report cannot be shown: ${text}`));
  document.documentElement.dataset.ready = "failed";
  console.error(error);
}

const app = document.getElementById("app")!;
open(app).catch((error: unknown) => refuse(app, error));
