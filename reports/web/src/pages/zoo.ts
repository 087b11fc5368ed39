// The zoo league: wrong implementations, and how soon the campaign found each of them.
import { el, table } from "../dom";
import { count } from "../view/ink";
import { reportLink } from "./campaign";
import type { Results, ResultScenario } from "./results";

interface Member {
  scenario: ResultScenario;
  /// Seeds that showed what makes it wrong, by its rarest expected anomaly.
  found: number;
  first: number | string | undefined;
}

function memberOf(scenario: ResultScenario): Member {
  const expected = scenario.anomalies.filter((anomaly) =>
    scenario.expect.anomalies?.includes(anomaly.id),
  );
  const seeds = (scenario.expect.anomalies ?? []).map(
    (id) => expected.find((one) => one.id === id)?.seeds ?? 0,
  );
  const least = expected.sort((a, b) => Number(a.first_seed) - Number(b.first_seed))[0];
  return { scenario, found: seeds.length > 0 ? Math.min(...seeds) : 0, first: least?.first_seed };
}

function bestStrategy(scenario: ResultScenario): string {
  const rated = scenario.strategies.map((one) => {
    const hits = one.anomalies.reduce((most, anomaly) => Math.max(most, anomaly.seeds), 0);
    return { name: one.name, part: one.seeds > 0 ? hits / one.seeds : 0 };
  });
  const best = rated.sort((a, b) => b.part - a.part)[0];
  return best && best.part > 0 ? `${best.name} (${(best.part * 100).toFixed(0)}%)` : "";
}

export function zooLeague(
  results: Results,
  links: Record<string, string>,
): HTMLElement | undefined {
  const zoo = results.scenarios
    .filter((scenario) => scenario.name.startsWith("zoo_"))
    .map(memberOf);
  if (zoo.length === 0) return undefined;
  const part = (member: Member) => member.found / Math.max(1, member.scenario.seeds);
  const rows = zoo
    .sort((a, b) => part(b) - part(a))
    .map((member, place) => {
      const { scenario } = member;
      const failure = scenario.failures.find((one) => String(one.seed) === String(member.first));
      const first = member.first === undefined ? "not found" : String(member.first);
      return [
        String(place + 1),
        scenario.name.replace(/^zoo_/, ""),
        (scenario.expect.anomalies ?? []).join(", "),
        `${count(member.found)} of ${count(scenario.seeds)}`,
        failure ? reportLink(links, failure.file, first) : first,
        bestStrategy(scenario),
        scenario.failures.find((one) => one.shrunk)?.shrunk?.size ?? "",
      ];
    });
  const head = [
    "",
    "member",
    "wrong by",
    "seeds that show all of it",
    "first seed",
    "best strategy",
    "shrunk to",
  ];
  return el(
    "section.card",
    { id: "zoo" },
    el("h2", {}, "Zoo league"),
    el("p.quiet", {}, "Implementations that are wrong on purpose, by how many seeds find them."),
    table(head, rows, [0, 3, 4]),
  );
}
