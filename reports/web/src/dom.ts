// Elements from data. Text goes in as text and never as markup.

type Child = Node | string | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

function set(element: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) return;
  if (typeof value === "function") element.addEventListener(name, value);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/// el("button.small", {click: f, title: "x"}, "text", child): a function is a listener.
export function el<K extends keyof HTMLElementTagNameMap>(
  what: K | `${K}.${string}`,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag) as HTMLElementTagNameMap[K];
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  append(element, ...children);
  return element;
}

export function append(parent: Element, ...children: Child[]): void {
  for (const child of children) if (child !== undefined && child !== false) parent.append(child);
}

/// A table: cells are text or elements; numbers are right-aligned by `numeric` columns.
export function table(head: string[], rows: Child[][], numeric: number[] = []): HTMLTableElement {
  const side = (i: number) => (numeric.includes(i) ? "number" : undefined);
  const header = el(
    "tr",
    {},
    ...head.map((text, i) => el("th", { scope: "col", class: side(i) }, text)),
  );
  const body = rows.map((cells) =>
    el("tr", {}, ...cells.map((cell, i) => el("td", { class: side(i) }, cell))),
  );
  return el("table", {}, el("thead", {}, header), el("tbody", {}, ...body));
}

/// Name and value pairs; empty values are left out.
export function facts(pairs: [string, Child][]): HTMLDListElement {
  const list = el("dl.facts");
  for (const [name, value] of pairs) {
    if (value === undefined || value === false || value === "") continue;
    append(list, el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}

export function copyButton(text: string, label = "Copy"): HTMLButtonElement {
  const button = el("button.small", { type: "button", title: text }, label);
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(text).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "Cannot copy"),
    );
  });
  return button;
}
