// The story of the failure, made as small as it got, in words.
import { append, copyButton, el } from "../dom";
import type { RunDocument } from "../data/document";

export function storySection(doc: RunDocument): HTMLElement | undefined {
  const { story } = doc;
  if (!story || story.lines.length === 0) return undefined;
  const section = el("section.card", { id: "story" }, el("h2", {}, "The shrunk story"));
  const head = [story.anomaly, story.size].filter((text) => text).join(": ");
  if (head) append(section, el("p.quiet", {}, head));
  append(section, el("ol.story", {}, ...story.lines.map((line) => el("li", {}, line))));
  if (story.replay) append(section, commandLine(story.replay));
  return section;
}

export function commandLine(command: string): HTMLElement {
  return el("p.command", {}, el("code", {}, command), copyButton(command));
}
