// Pages that `lockstep report` itself makes of runs: $LOCKSTEP is the program, $LOCKSTEP_SCENARIOS
// the folder of scenarios. Without $LOCKSTEP nothing is tested here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { openBrowser, openFile, pixelsOf, viewOf } from "../support.mjs";

const lockstep = process.env.LOCKSTEP;
const scenarios = process.env.LOCKSTEP_SCENARIOS ?? "scenarios";
const skip = lockstep ? false : "LOCKSTEP is not set";

let world;
before(async () => (world = await openBrowser()));
after(() => world.close());

/// A known weakness is found, or the command would not end well.
function failureOf(scenario) {
  const out = join(world.folder, "out");
  execFileSync(
    lockstep,
    ["run", join(scenarios, `${scenario}.json`), "--seeds", "3", "--out", out],
    { stdio: "pipe", cwd: world.folder },
  );
  const folder = join(out, scenario.split("/").pop());
  return join(folder, readdirSync(folder).sort()[0]);
}

for (const [scenario, id] of [
  ["lock/zoo_plain_delete", "lock/"],
  ["queue/zoo_ack_on_pop", "queue/lost"],
  ["outbox/zoo_unfenced_old_leader", "outbox/zombie-relay"],
]) {
  test(`a failure of ${scenario} opens with what is wrong in view`, { skip }, async () => {
    const file = join(world.folder, "report.html");
    execFileSync(lockstep, ["report", failureOf(scenario), "-o", file], { stdio: "pipe" });
    const page = await openFile(world.browser, file);
    assert.match(await page.textContent("#verdict-text"), new RegExp(`invalid.*${id}`));
    assert.ok((await page.textContent("#violation .sentence")).length > 20);
    assert.ok((await page.locator("#violation .witness button").count()) >= 1);
    assert.ok((await pixelsOf(page, "timeline", "alarm")) > 200, "the witness is drawn");
    const { from, to } = await viewOf(page);
    assert.ok(from < to);
    await page.fill("#search", "outcome:ok");
    assert.match(await page.textContent("#found"), /^[1-9].* found$/);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}
