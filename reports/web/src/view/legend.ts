// What the colours mean, in words beside samples.
import { append, el } from "../dom";

const samples: [string, string][] = [
  ["ok", "ok: it happened"],
  ["fail", "fail: it did not"],
  ["info", "info or no answer: nobody knows"],
  ["certain", "lease held for certain"],
  ["possible", "possibly held"],
  ["fault", "fault"],
  ["witness", "witness of the violation"],
  ["match", "found by the search"],
  ["clock", "the node's clock against true time"],
  ["refused", "✕ refused by the sink (stale token)"],
];

export function legend(): HTMLElement {
  const list = el("ul.legend", { "aria-label": "Legend" });
  for (const [name, text] of samples)
    append(list, el("li", {}, el(`span.sample.${name}`, { "aria-hidden": "true" }), text));
  return list;
}
