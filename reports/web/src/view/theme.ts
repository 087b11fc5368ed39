// Colours, from the style sheet, so that light, dark and paper are decided in one place.

export interface Theme {
  paper: string;
  ink: string;
  faint: string;
  line: string;
  band: string;
  ok: string;
  fail: string;
  info: string;
  alarm: string;
  match: string;
  fault: string;
  faultLine: string;
  clock: string;
  select: string;
  onBar: string;
  people: string[];
}

const names = [
  "paper",
  "ink",
  "faint",
  "line",
  "band",
  "ok",
  "fail",
  "info",
  "alarm",
  "match",
  "fault",
  "fault-line",
  "clock",
  "select",
  "on-bar",
];
const peopleCount = 8;

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const theme: Record<string, unknown> = {};
  for (const name of names)
    theme[name.replace(/-(.)/g, (_, c: string) => c.toUpperCase())] = read(name);
  theme.people = Array.from({ length: peopleCount }, (_, i) => read(`person-${i}`));
  return theme as unknown as Theme;
}

const stored = "lockstep-theme";

const system = matchMedia("(prefers-color-scheme: dark)");

/// Without a choice the system's.
function apply(choice: string | null): void {
  document.documentElement.dataset.theme = choice ?? (system.matches ? "dark" : "light");
}

/// Pages from disk may have no storage: then the choice lasts as long as the page.
function remembered(): string | null {
  try {
    return localStorage.getItem(stored);
  } catch {
    return null;
  }
}

export function toggleTheme(): void {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  apply(next);
  try {
    localStorage.setItem(stored, next);
  } catch {
    // as said above
  }
  document.dispatchEvent(new Event("themechange"));
}

/// What is on a canvas does not follow the style sheet to the printer.
function printLight(): void {
  let before: string | undefined;
  window.addEventListener("beforeprint", () => {
    before ??= document.documentElement.dataset.theme;
    apply("light");
    document.dispatchEvent(new Event("themechange"));
  });
  window.addEventListener("afterprint", () => {
    apply(before ?? remembered());
    before = undefined;
    document.dispatchEvent(new Event("themechange"));
  });
}

export function startTheme(): void {
  apply(remembered());
  printLight();
  system.addEventListener("change", () => {
    apply(remembered());
    document.dispatchEvent(new Event("themechange"));
  });
}
