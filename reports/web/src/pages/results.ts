// The part of `run --json` that the campaign page shows; reports/json.hpp says what it means.

export interface ResultViolation {
  id: string;
  sentence: string;
  description?: string;
}

export interface ResultFailure {
  seed: number | string;
  file: string;
  replay: string;
  as_expected: boolean;
  anomalies: string[];
  violations: ResultViolation[];
  shrunk?: { file: string; replay: string; anomaly: string; size: string; story: string[] };
}

export interface ResultAnomaly {
  id: string;
  weight?: string;
  seeds: number;
  first_seed: number | string;
}

export interface ResultScenario {
  name: string;
  file: string;
  expected: string;
  expect: { verdict: string; anomalies?: string[]; allowed?: string[]; within_seeds?: number };
  verdict: string;
  standing: string;
  reasons: string[];
  seeds: number;
  seeds_unknown: number;
  events: number;
  operations: number;
  anomalies: ResultAnomaly[];
  failures_found: number;
  failures: ResultFailure[];
  divergences_found: number;
  divergences: { seed: number | string; event: number; first: string; second: string }[];
  strategies: { name: string; seeds: number; anomalies: ResultAnomaly[] }[];
  faults: { kind: string; scheduled: number; fired: number; effective: number }[];
  properties: { name: string; required: boolean; seeds: number }[];
  distributions: {
    name: string;
    count: number;
    p50_ns: number;
    p99_ns: number;
    most_ns: number;
    bound_ns?: number;
  }[];
}

export interface Results {
  version?: string;
  commit?: string;
  compiler?: string;
  exit?: number;
  interrupted?: boolean;
  campaign?: {
    first_seed?: number | string;
    seeds?: number;
    for_ns?: number;
    sets?: string[];
    missing_shards?: number[];
  };
  timing?: { elapsed_ns?: number; jobs?: number };
  problems: string[];
  scenarios: ResultScenario[];
}

const listed = [
  "reasons",
  "anomalies",
  "failures",
  "divergences",
  "strategies",
  "faults",
  "properties",
  "distributions",
] as const;

/// Lists that an older document lacks are empty.
export function resultsOf(raw: Record<string, unknown>): Results {
  const results = raw as unknown as Results;
  results.problems ??= [];
  results.scenarios ??= [];
  for (const scenario of results.scenarios) {
    const lists = scenario as unknown as Record<string, unknown[]>;
    for (const name of listed) lists[name] ??= [];
    scenario.expect ??= { verdict: scenario.expected };
  }
  return results;
}

/// Sums over scenarios by a name, in order of the first occurrence.
export function summed<T>(
  items: Iterable<T>,
  nameOf: (item: T) => string,
  numbersOf: (item: T) => number[],
): [string, number[]][] {
  const sums = new Map<string, number[]>();
  for (const item of items) {
    const numbers = numbersOf(item);
    const known = sums.get(nameOf(item));
    if (!known) sums.set(nameOf(item), [...numbers]);
    else numbers.forEach((number, i) => (known[i] += number));
  }
  return [...sums];
}
