// Text in histories is data: names that look like markup, quotes, line ends and emoji appear as
// themselves and run nothing. What is damaged is said.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { lockRun } from "../../fixtures/histories.mjs";
import { htmlOf, openBrowser, openPage } from "../support.mjs";

let world;
before(async () => (world = await openBrowser()));
after(() => world.close());

const evil = [
  "</script><script>window.hacked=1</script>",
  "<img src=x onerror='window.hacked=1'>",
  "<!-- \"quoted\" 'k' -->",
  "line\nend\ttab",
  "\u{1F512} \u{1F469}\u200D\u{1F4BB} \u05D0\u05D1 \u202Egnp",
  "\\u003cb\\u003e &lt;b&gt; ${1+1} $& $`",
];

test("hostile names appear as themselves", async () => {
  const run = lockRun({ names: evil.slice(0, 3), keys: evil.slice(3) });
  run.document.scenario = evil[0];
  run.document.story.lines = evil;
  run.document.violations[0].because = evil;
  run.document.violations[0].text = evil.join("\n");
  const page = await openPage(world, htmlOf(run));
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.title(), `${evil[0]} seed ${run.document.seed}: invalid`);
  assert.ok((await page.textContent("h1")).startsWith(evil[0]));
  assert.deepEqual(await page.locator("#story li").allTextContents(), evil);
  assert.deepEqual(await page.locator(".because li").allTextContents(), evil);
  assert.equal(
    await page.evaluate(() => document.querySelectorAll("#app img, #app script").length),
    0,
  );
  await page.click("#violation .witness li:first-child button");
  const panel = await page.textContent("#selection");
  const first = run.operations.find((one) => one.index === run.document.violations[0].witness[0]);
  assert.ok(panel.includes(first.node) && panel.includes(first.key));
  await page.fill("#key", evil[5]);
  await page.press("#key", "Enter");
  assert.equal(await page.getAttribute("#key", "aria-invalid"), "false");
  assert.deepEqual(page.problems, []);
});

async function refusal(html) {
  const file = join(world.folder, "damaged.html");
  writeFileSync(file, html);
  const page = await world.browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready=failed]", { state: "attached" });
  const text = await page.textContent("#app [role=alert]");
  await page.close();
  return text;
}

test("damaged data is refused in words", async () => {
  const html = htmlOf(lockRun());
  const tables = /(class="lockstep-tables">)([^<]+)/;
  assert.match(
    await refusal(html.replace(tables, (_, head, text) => head + text.slice(0, 400))),
    /cannot be shown/,
  );
  assert.match(await refusal(html.replace(tables, "$1####")), /cannot be shown/);
  assert.match(await refusal(html.replace(tables, "$1")), /cannot be shown/);
  assert.match(
    await refusal(html.replace('"format":1', '"format":9')),
    /format 9; this page reads 1/,
  );
  assert.match(await refusal(html.replace('"kind":"run"', '"kind":"tea"')), /kind tea/);
  assert.match(await refusal(html.replace('{"format"', '{"format')), /cannot be shown/);
});
