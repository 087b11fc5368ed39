// The pages of campaigns and benchmarks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { benchDocument, campaignDocument } from "../../fixtures/results.mjs";
import { page as pageOf } from "../../fixtures/page.mjs";
import { openBrowser, openPage, shell } from "../support.mjs";

let world;
before(async () => (world = await openBrowser()));
after(() => world.close());

/// JSON of other programs has whole numbers that JavaScript's would round.
const big = (html) => html.replaceAll('"seed":"@big@"', '"seed":12345678901234567890');
const open = (document) => openPage(world, big(pageOf(shell, document, "")));

test("a campaign: standings, anomalies, faults, strategies, zoo league, and links to reports", async () => {
  const page = await open(campaignDocument());
  assert.match(
    await page.textContent("#verdict-text"),
    /3 scenarios: 1 failed, 1 as expected, 1 unknown; 230 seeds/,
  );
  assert.match(await page.textContent("header"), /Not as expected/);
  assert.match(
    await page.textContent("#scenarios"),
    /lock\/double-grant 2x, first seed 17.*unexpected/s,
  );
  assert.match(await page.textContent("#anomalies"), /zoo_plain_delete: 30 of 30 seeds, seed 0/);
  assert.match(await page.textContent("#faults"), /pause.*40.*38.*31/s);
  assert.match(await page.textContent("#strategies"), /pct.*100.*20.*20\.0%/s);
  assert.match(await page.textContent("#zoo"), /plain_delete.*30 of 30/s);
  assert.equal(await page.getAttribute("#failures a", "href"), "redis-17.html");
  assert.equal(
    await page.locator("#failures a[href^=javascript]").count(),
    0,
    "links lead beside the page only",
  );
  assert.match(
    await page.textContent("#failures"),
    /12345678901234567890/,
    "seeds of 64 bits are exact",
  );
  assert.deepEqual(page.problems, []);
});

test("scenarios of a campaign are filtered by what is typed", async () => {
  const page = await open(campaignDocument());
  await page.fill("#scenario-filter", "zoo");
  const visible = await page.locator("#scenarios tbody > tr:visible").allTextContents();
  assert.equal(visible.filter((text) => text.includes("zoo_plain_delete")).length, 1);
  assert.equal(visible.filter((text) => text.includes("redis_lock")).length, 0);
});

test("benchmarks: ours, ceiling, ratio and target, and the trend over several results", async () => {
  const page = await open(benchDocument());
  assert.match(await page.textContent("#verdict-text"), /3 measurements, 1 of 2 targets missed/);
  assert.match(await page.textContent("#app"), /51k pairs\/s.*60k \(raw hiredis\).*0\.85/s);
  assert.match(await page.textContent("#app"), /below 0\.9/);
  await page.locator("#trend").scrollIntoViewIfNeeded();
  for (const chart of await page.locator("#trend .chart").all())
    await chart.scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
  assert.equal(await page.locator("#trend canvas").count(), 3);
  assert.deepEqual(page.problems, []);
});

test("one result has no trend, none is said", async () => {
  const one = benchDocument();
  const page = await open({ ...one, runs: one.runs.slice(1) });
  assert.equal(await page.locator("#trend").count(), 0);
  const none = await open({ ...one, runs: [] });
  assert.match(await none.textContent("#app"), /no results/);
});
