// The page of a campaign: scenarios and verdicts, anomalies, faults, strategies, the zoo league, and
// every kept failure with the way to its own report.
import { append, copyButton, el, facts, table } from "../dom";
import type { CampaignDocument } from "../data/document";
import { builtBy, themeButton } from "../view/header";
import { count, duration } from "../view/ink";
import { verdictBadge } from "../view/verdict";
import {
  resultsOf,
  summed,
  type ResultFailure,
  type Results,
  type ResultScenario,
} from "./results";
import { zooLeague } from "./zoo";

type Links = Record<string, string>;

const standingVerdict: Record<string, string> = {
  "as expected": "valid",
  unknown: "unknown",
  failed: "invalid",
  diverged: "invalid",
};

export function standingBadge(scenario: ResultScenario): HTMLElement {
  return verdictBadge(standingVerdict[scenario.standing] ?? "unknown", scenario.standing);
}

/// Links lead from this page to others beside it, never to another scheme.
export function reportLink(links: Links, file: string, text: string): HTMLElement | string {
  const target = links[file];
  if (!target || /^[a-z][a-z0-9+.-]*:/i.test(target)) return text;
  return el("a", { href: target }, text);
}

function summary(results: Results): string {
  const standings = summed(
    results.scenarios,
    (scenario) => scenario.standing,
    () => [1],
  );
  const parts = standings.map(([name, [many]]) => `${many} ${name}`);
  const seeds = results.scenarios.reduce((sum, scenario) => sum + scenario.seeds, 0);
  return `${results.scenarios.length} scenarios: ${parts.join(", ")}; ${count(seeds)} seeds`;
}

function worst(results: Results): string {
  const all = results.scenarios.map((scenario) => standingVerdict[scenario.standing] ?? "unknown");
  if (all.includes("invalid") || results.problems.length > 0) return "invalid";
  return all.includes("unknown") ? "unknown" : "valid";
}

function head(doc: CampaignDocument, results: Results): HTMLElement {
  const words: Record<string, string> = {
    valid: "As expected",
    unknown: "Unknown",
    invalid: "Not as expected",
  };
  const verdict = worst(results);
  const elapsed = results.timing?.elapsed_ns;
  return el(
    "header.top",
    {},
    el(
      "div.title",
      {},
      verdictBadge(verdict, words[verdict]),
      el("h1", {}, "Campaign"),
      themeButton(),
    ),
    el("p.sentence", { role: "status", id: "verdict-text" }, `${summary(results)}.`),
    ...results.problems.map((problem) => el("p.wrong", {}, problem)),
    facts([
      ["exit code", results.exit === undefined ? "" : String(results.exit)],
      [
        "took",
        elapsed === undefined ? "" : `${duration(elapsed)} on ${results.timing?.jobs ?? 1} jobs`,
      ],
      ["interrupted", results.interrupted ? "yes: what had run is shown" : ""],
      ["missing shards", (results.campaign?.missing_shards ?? []).join(", ")],
      ["settings", (results.campaign?.sets ?? []).join(" ")],
      [
        "built by",
        builtBy({
          ...doc,
          version: results.version,
          commit: results.commit,
          compiler: results.compiler,
        }),
      ],
    ]),
  );
}

function anomalyList(scenario: ResultScenario, links: Links): HTMLElement {
  const list = el("ul.plain");
  for (const anomaly of scenario.anomalies) {
    const first = scenario.failures.find(
      (failure) => String(failure.seed) === String(anomaly.first_seed),
    );
    const seed = `first seed ${anomaly.first_seed}`;
    const link = first ? reportLink(links, first.file, seed) : seed;
    append(
      list,
      el(
        "li",
        {},
        el("code", { class: anomaly.weight }, anomaly.id),
        ` ${count(anomaly.seeds)}x, `,
        link,
        anomaly.weight === "unexpected" && " (unexpected)",
      ),
    );
  }
  return list;
}

function expectationOf({ expect }: ResultScenario): string {
  if (expect.verdict !== "invalid") return expect.verdict;
  return `invalid${expect.within_seeds ? ` within ${expect.within_seeds} seeds` : ""}`;
}

function details(scenario: ResultScenario): HTMLElement | undefined {
  const properties = scenario.properties.map((one) => [
    one.name + (one.required ? " (required)" : ""),
    `${one.seeds} of ${scenario.seeds}`,
  ]);
  const times = scenario.distributions
    .filter((one) => one.count > 0)
    .map((one) => [
      one.name,
      count(one.count),
      duration(one.p50_ns),
      duration(one.p99_ns),
      duration(one.most_ns),
      one.bound_ns ? duration(one.bound_ns) : "",
    ]);
  if (properties.length + times.length + scenario.reasons.length === 0) return undefined;
  const more = el("details", {}, el("summary", {}, "more"));
  for (const reason of scenario.reasons) append(more, el("p.wrong", {}, reason));
  append(more, el("p.quiet", {}, scenario.file));
  if (times.length > 0)
    append(
      more,
      table(["time of", "count", "p50", "p99", "most", "bound"], times, [1, 2, 3, 4, 5]),
    );
  if (properties.length > 0) append(more, table(["exercised", "seeds"], properties, [1]));
  return more;
}

function scenarioRow(scenario: ResultScenario, links: Links) {
  return [
    el("span", {}, el("strong", {}, scenario.name), details(scenario)),
    standingBadge(scenario),
    expectationOf(scenario),
    scenario.verdict,
    count(scenario.seeds),
    scenario.seeds_unknown > 0 ? count(scenario.seeds_unknown) : "",
    anomalyList(scenario, links),
    count(scenario.failures_found),
  ];
}

function scenarioSection(results: Results, links: Links): HTMLElement {
  const filter = el("input", {
    type: "search",
    id: "scenario-filter",
    placeholder: "Filter scenarios, anomalies",
    "aria-label": "Filter scenarios",
  });
  const head = [
    "scenario",
    "standing",
    "expected",
    "found",
    "seeds",
    "unknown",
    "anomalies",
    "failures",
  ];
  const shown = table(
    head,
    results.scenarios.map((scenario) => scenarioRow(scenario, links)),
    [4, 5, 7],
  );
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    shown.querySelectorAll("tbody > tr").forEach((row) => {
      (row as HTMLElement).hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
    });
  });
  return el(
    "section.card",
    { id: "scenarios" },
    el("h2", {}, "Scenarios"),
    filter,
    el("div.scroll", {}, shown),
  );
}

function anomalySection(results: Results, links: Links): HTMLElement | undefined {
  const all = results.scenarios.flatMap((scenario) =>
    scenario.anomalies.map((anomaly) => ({ scenario, anomaly })),
  );
  if (all.length === 0) return undefined;
  const byId = new Map<string, typeof all>();
  for (const one of all) byId.set(one.anomaly.id, [...(byId.get(one.anomaly.id) ?? []), one]);
  const rows = [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, list]) => {
      const seeds = list.reduce((sum, { anomaly }) => sum + anomaly.seeds, 0);
      const where = el("ul.plain");
      for (const { scenario, anomaly } of list) {
        const failure = scenario.failures.find(
          (one) => String(one.seed) === String(anomaly.first_seed),
        );
        const text = `seed ${anomaly.first_seed}`;
        append(
          where,
          el(
            "li",
            {},
            `${scenario.name}: ${count(anomaly.seeds)} of ${count(scenario.seeds)} seeds, `,
            failure ? reportLink(links, failure.file, text) : text,
            anomaly.weight ? ` (${anomaly.weight})` : "",
          ),
        );
      }
      return [el("code", {}, id), count(seeds), where];
    });
  return el(
    "section.card",
    { id: "anomalies" },
    el("h2", {}, "Anomalies by id"),
    table(["id", "seeds", "scenarios, first seeds"], rows, [1]),
  );
}

function faultSection(results: Results): HTMLElement | undefined {
  const all = summed(
    results.scenarios.flatMap((scenario) => scenario.faults),
    (fault) => fault.kind,
    (fault) => [fault.scheduled, fault.fired, fault.effective],
  );
  if (all.length === 0) return undefined;
  const rows = all.map(([kind, [scheduled, fired, effective]]) => {
    const bar = el("span.mix", {
      role: "img",
      "aria-label": `${effective} of ${scheduled} effective`,
    });
    append(
      bar,
      el("span.ok", { style: `flex-grow:${effective}` }),
      el("span.fail", { style: `flex-grow:${Math.max(0, fired - effective)}` }),
      el("span.none", { style: `flex-grow:${Math.max(0, scheduled - fired)}` }),
    );
    return [kind, bar, count(scheduled), count(fired), count(effective)];
  });
  return el(
    "section.card",
    { id: "faults" },
    el("h2", {}, "Faults"),
    el("p.quiet", {}, "Fired: its time came in the run. Effective: it touched something."),
    table(
      ["kind", "effective, fired only, never fired", "scheduled", "fired", "effective"],
      rows,
      [2, 3, 4],
    ),
  );
}

function strategySection(results: Results): HTMLElement | undefined {
  const all = results.scenarios.flatMap((scenario) => scenario.strategies);
  const found = (one: (typeof all)[number]) =>
    one.anomalies.reduce((most, anomaly) => Math.max(most, anomaly.seeds), 0);
  const sums = summed(
    all,
    (one) => one.name,
    (one) => [one.seeds, found(one), one.anomalies.length > 0 ? 1 : 0],
  );
  if (sums.length === 0) return undefined;
  const rows = sums
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, [seeds, hits, scenarios]]) => [
      name,
      count(seeds),
      count(hits),
      `${((100 * hits) / Math.max(1, seeds)).toFixed(1)}%`,
      count(scenarios),
    ]);
  return el(
    "section.card",
    { id: "strategies" },
    el("h2", {}, "Strategies"),
    table(
      [
        "strategy",
        "seeds",
        "seeds with its most frequent anomaly",
        "of seeds",
        "scenarios with an anomaly",
      ],
      rows,
      [1, 2, 3, 4],
    ),
  );
}

function failureItem(scenario: ResultScenario, failure: ResultFailure, links: Links): HTMLElement {
  const first = failure.violations[0];
  const item = el(
    "li",
    {},
    el("strong", {}, reportLink(links, failure.file, `${scenario.name} seed ${failure.seed}`)),
    failure.as_expected ? " (as expected) " : " ",
    el("code", {}, failure.anomalies.join(", ")),
  );
  if (first) append(item, el("div", {}, first.sentence));
  append(item, el("div.command", {}, el("code", {}, failure.replay), copyButton(failure.replay)));
  if (failure.shrunk) append(item, shrunkStory(failure.shrunk, links));
  return item;
}

function shrunkStory(shrunk: NonNullable<ResultFailure["shrunk"]>, links: Links): HTMLElement {
  const title = el("summary", {}, `Shrunk to ${shrunk.size}`);
  const story = el("ol.story", {}, ...shrunk.story.map((line) => el("li", {}, line)));
  return el(
    "details",
    {},
    title,
    reportLink(links, shrunk.file, "its report"),
    story,
    el("code", {}, shrunk.replay),
  );
}

/// Those that nobody foresaw are open.
function failuresOf(scenario: ResultScenario, links: Links): HTMLElement {
  const unforeseen = scenario.failures.filter((failure) => !failure.as_expected).length;
  const title = `${scenario.name}: ${scenario.failures.length} kept of ${count(scenario.failures_found)}`;
  const list = el(
    "ul.failures",
    {},
    ...scenario.failures.map((failure) => failureItem(scenario, failure, links)),
  );
  return el(
    "details",
    { open: unforeseen > 0 },
    el("summary", {}, unforeseen > 0 ? `${title}, ${unforeseen} not expected` : title),
    list,
  );
}

function failureSection(results: Results, links: Links): HTMLElement | undefined {
  if (results.scenarios.every((scenario) => scenario.failures.length === 0)) return undefined;
  const section = el("section.card", { id: "failures" }, el("h2", {}, "Failures kept"));
  for (const scenario of results.scenarios.filter((one) => one.failures.length > 0))
    append(section, failuresOf(scenario, links));
  return section;
}

function divergenceSection(results: Results): HTMLElement | undefined {
  const rows = results.scenarios.flatMap((scenario) =>
    scenario.divergences.map((one) => [
      scenario.name,
      String(one.seed),
      count(one.event),
      one.first,
      one.second,
    ]),
  );
  if (rows.length === 0) return undefined;
  return el(
    "section.card",
    {},
    el("h2", {}, "Divergences"),
    table(["scenario", "seed", "event", "first run", "second run"], rows, [1, 2]),
  );
}

export function campaignPage(app: HTMLElement, doc: CampaignDocument): void {
  const results = resultsOf(doc.results);
  const links = doc.links ?? {};
  document.title = `Campaign: ${summary(results)}`;
  app.replaceChildren();
  append(
    app,
    head(doc, results),
    divergenceSection(results),
    scenarioSection(results, links),
    anomalySection(results, links),
    failureSection(results, links),
    faultSection(results),
    strategySection(results),
    zooLeague(results, links),
  );
}
