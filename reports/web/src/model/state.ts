// What was so before and after an operation, told from the history alone: who held the lock, what
// the sink had seen, what had become of the message.
import { chainOf, type Chains } from "./chains";
import { Outcome } from "./operations";
import type { Run } from "./run";

export interface Change {
  what: string;
  before: string;
  after: string;
}

const lockSteps = new Set(["acquire", "renew", "release", "write", "read", "raise"]);
const sinkSteps = new Set(["write", "read", "raise"]);
const queueSteps = new Set(["push", "pop", "ack", "nack", "extend", "redrive"]);
/// Leases and sinks are looked for among so many at most.
const lookBack = 200_000;

function holders(run: Run, key: number, time: number): string {
  const names: string[] = [];
  for (let row = 0; row < run.leases.rows && names.length < 5; row++) {
    if (run.leases.keyOf(row) !== key) continue;
    if (run.leases.possibleFrom[row] >= time || run.leases.possibleTo[row] < time) continue;
    const lease = run.leases.at(row);
    const certain = lease.certainFrom <= time && time < lease.certainTo;
    names.push(`${lease.node} (lease ${lease.lease}${certain ? "" : ", possibly"})`);
  }
  return names.join(", ") || "nobody";
}

/// The last of these steps on a key that succeeded before a moment.
function lastOk(
  run: Run,
  row: number,
  time: number,
  steps: ReadonlySet<string>,
): number | undefined {
  const ops = run.operations;
  const key = ops.table.column("key");
  const f = ops.table.column("f");
  const counts = run.strings.map((string) => steps.has(string));
  for (
    let i = row + (time > ops.at[row] ? 200 : 0), left = lookBack;
    i >= 0 && left > 0;
    i--, left--
  ) {
    if (i >= ops.rows || key[i] !== key[row] || !counts[f[i]]) continue;
    if (ops.outcome[i] === Outcome.ok && ops.end[i] <= time) return i;
  }
  return undefined;
}

function sinkText(run: Run, row: number | undefined): string {
  if (row === undefined) return "nothing seen yet";
  const value = run.operations.value(row);
  return `token ${run.operations.text("token", row) || "none"}${value === undefined ? "" : `, value ${value}`}`;
}

function lockChanges(run: Run, row: number, f: string): Change[] {
  const ops = run.operations;
  const key = ops.table.column("key")[row];
  const changes: Change[] = [];
  if (run.leases.rows > 0) {
    changes.push({
      what: "holder",
      before: holders(run, key, ops.at[row]),
      after: holders(run, key, ops.end[row]),
    });
  }
  if (sinkSteps.has(f)) {
    const before = lastOk(run, row, ops.at[row], sinkSteps);
    const after = ops.outcome[row] === Outcome.ok ? row : lastOk(run, row, ops.end[row], sinkSteps);
    changes.push({
      what: "sink last accepted",
      before: sinkText(run, before),
      after: sinkText(run, after),
    });
  }
  return changes;
}

/// States of a message after a step that succeeded.
const messageStates: Record<string, string> = {
  push: "ready",
  pop: "in flight",
  ack: "acknowledged",
  nack: "ready again",
  extend: "in flight",
  redrive: "ready again",
  damage: "lost to damage",
  commit: "committed, not published",
  publish: "published, not marked",
  mark: "published and marked",
  consume: "consumed",
  block: "blocked",
  unblock: "committed, not published",
  found: "found at the end",
};

function stateAfter(run: Run, row: number | undefined): string {
  if (row === undefined) return "unknown to the history";
  const ops = run.operations;
  const f = ops.text("f", row);
  const attempt =
    f === "pop" && ops.text("attempt", row) ? `, attempt ${ops.text("attempt", row)}` : "";
  const state = `${messageStates[f] ?? f}${attempt} (${ops.text("node", row)})`;
  return ops.outcome[row] === Outcome.ok ? state : `perhaps ${state}`;
}

function settled(run: Run, rows: number[]): number | undefined {
  const ops = run.operations;
  return [...rows].reverse().find((row) => ops.outcome[row] !== Outcome.fail);
}

function messageChanges(run: Run, row: number, chains: Chains): Change[] {
  const chain = chainOf(chains, row);
  const ended = chain.filter(
    (step) => step !== row && run.operations.end[step] <= run.operations.at[row],
  );
  const before = settled(run, ended);
  const after = run.operations.outcome[row] === Outcome.fail ? before : row;
  const f = run.operations.text("f", row);
  const what = queueSteps.has(f) ? "message" : "entry";
  const name = `${what} #${run.operations.text("id", row)}`;
  const first =
    before === undefined && (f === "push" || f === "commit")
      ? "not there"
      : stateAfter(run, before);
  return [{ what: name, before: first, after: stateAfter(run, after) }];
}

export function changesBy(run: Run, row: number, chains: Chains | undefined): Change[] {
  const f = run.operations.text("f", row);
  const hasMessage = run.operations.text("id", row) !== "";
  const lock = lockSteps.has(f) ? lockChanges(run, row, f) : [];
  return hasMessage && chains ? [...lock, ...messageChanges(run, row, chains)] : lock;
}
