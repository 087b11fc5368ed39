// A million operations: the size of the file is a promise, times are reported and not judged, for
// they are the machine's. $LOCKSTEP_REPORT_OPERATIONS makes it smaller or larger.
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bigRun } from "../../fixtures/big.mjs";
import { runPage } from "../../fixtures/page.mjs";
import { openBrowser, openFile, shell } from "../support.mjs";

let world;
before(async () => (world = await openBrowser()));
after(() => world.close());

const operations = Number(process.env.LOCKSTEP_REPORT_OPERATIONS ?? 1_000_000);

/// Milliseconds from a key to the end of the frame that it caused.
function pan(page) {
  return page.evaluate(async () => {
    const canvas = document.getElementById("timeline");
    canvas.focus();
    const times = [];
    for (let i = 0; i < 40; i++) {
      const start = performance.now();
      canvas.dispatchEvent(
        new KeyboardEvent("keydown", {
          key: i % 20 < 10 ? "ArrowRight" : "ArrowLeft",
          bubbles: true,
        }),
      );
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { median: times[20].toFixed(1), p95: times[38].toFixed(1) };
  });
}

test(`${operations} operations open and can be moved`, async (context) => {
  const { document, columns, leases } = bigRun(operations);
  const file = join(world.folder, "big.html");
  writeFileSync(file, runPage(shell, document, columns, leases));
  const bytes = statSync(file).size;
  assert.ok(bytes < 60e6, `${bytes} bytes`);
  const page = await openFile(world.browser, file);
  const marks = await page.evaluate(() =>
    performance.getEntriesByType("mark").map((mark) => [mark.name, Math.round(mark.startTime)]),
  );
  const say = (what, numbers) => context.diagnostic(`${what}: ${JSON.stringify(numbers)}`);
  say("megabytes", (bytes / 1e6).toFixed(1));
  say("milliseconds from the start", Object.fromEntries(marks));
  say("frame near, ms", await pan(page));
  await page.keyboard.press("0");
  say("frame of the whole run, ms", await pan(page));
  await page.keyboard.press("3");
  say("frame of the whole run by index, ms", await pan(page));
  await page.fill("#search", "f:acquire outcome:fail");
  const refused = columns.f.filter(
    (f, row) => f === "acquire" && columns.outcome[row] === 1,
  ).length;
  assert.equal(await page.textContent("#found"), `${refused.toLocaleString("en-US")} found`);
  assert.deepEqual(page.problems, []);
});
