// The page of a run: what is seen first, and that search, filter, keys, zoom and links do what they
// say. Not looked at: whether it is beautiful.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lockRun, queueRun } from "../../fixtures/histories.mjs";
import { htmlOf, linkOf, openBrowser, openPage, pixelsOf, viewOf } from "../support.mjs";

let world;
const lock = lockRun();
const lockHtml = htmlOf(lock);
before(async () => (world = await openBrowser()));
after(() => world.close());

async function withPage(html, options, body) {
  const page = await openPage(world, html, options);
  await body(page);
  assert.deepEqual(page.problems, []);
  await page.context().close();
}

const lockPage = (body, options) => withPage(lockHtml, options, body);
const operation = (index) => lock.operations.find((one) => one.index === index);

test("opens with the first violation: its sentence, its witness in view and outlined", () =>
  lockPage(async (page) => {
    const [violation] = lock.document.violations;
    assert.equal(await page.textContent("#violation .sentence"), violation.sentence);
    assert.equal(await page.locator("#violation .witness li").count(), 2);
    assert.match(await page.textContent("#verdict-text"), /invalid.*lock\/double-grant/);
    const { from, to } = await viewOf(page);
    for (const event of violation.witness) {
      const { at, took } = operation(event);
      assert.ok(from < at && at + took < to, `#${event} is in view`);
    }
    assert.ok(
      to - from < 10 * (operation(violation.witness[1]).at - from),
      "and not lost in the whole run",
    );
    assert.ok(
      (await pixelsOf(page, "timeline", "alarm")) > 500,
      "the witness is drawn in the colour of alarms",
    );
    assert.match(await page.textContent("#story"), /takes it too/);
  }));

test("a seed of 64 bits is shown exactly", () =>
  lockPage(async (page) => assert.match(await page.textContent("h1"), /18446744073709551615/)));

test("search finds what it says, steps through it, and says what it does not understand", () =>
  lockPage(async (page) => {
    const expected = lock.operations.filter(
      (one) => one.f === "acquire" && one.key === "k1" && one.owner === 3,
    );
    await page.fill("#search", "f:acquire key:k1 owner:3");
    assert.equal(await page.textContent("#found"), `${expected.length} found`);
    await page.press("#search", "Enter");
    const chosen = operation(Number((await linkOf(page)).get("select").replace("op-", "")));
    assert.ok(expected.includes(chosen));
    await page.fill("#search", "f:write token:7");
    assert.equal(
      await page.textContent("#found"),
      `${lock.operations.filter((one) => one.f === "write" && one.token === 7).length} found`,
    );
    await page.fill("#search", "outcome:fail took:>2ms -key:k0");
    const refused = lock.operations.filter(
      (one) => one.outcome === 1 && one.took > 2e6 && one.key !== "k0",
    );
    assert.equal(await page.textContent("#found"), `${refused.length} found`);
    await page.fill("#search", "colour:red");
    assert.match(await page.textContent("#found"), /no field "colour"/);
    assert.equal(await page.getAttribute("#search", "aria-invalid"), "true");
  }));

test("the key filter leaves one resource, and an unknown key is called wrong", () =>
  lockPage(async (page) => {
    await page.press("#timeline", "0");
    const all = await pixelsOf(page, "timeline", "ok");
    await page.fill("#key", "k1");
    await page.press("#key", "Enter");
    assert.equal((await linkOf(page)).get("key"), "k1");
    const some = await pixelsOf(page, "timeline", "ok");
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    await page.fill("#key", "k9");
    await page.press("#key", "Enter");
    assert.equal(await page.getAttribute("#key", "aria-invalid"), "true");
  }));

test("keys step through violations, operations and faults", () =>
  lockPage(async (page) => {
    await page.focus("#timeline");
    await page.keyboard.press("v");
    assert.match(await page.textContent("#violation .sentence"), /a release came late/);
    await page.keyboard.press("V");
    assert.match(await page.textContent("#violation .sentence"), /although/);
    await page.keyboard.press("o");
    const [first] = lock.document.violations[0].witness;
    assert.equal((await linkOf(page)).get("select"), `op-${first}`);
    await page.keyboard.press("o");
    const next = lock.operations.find(
      (one) => one.process === operation(first).process && one.index > first,
    );
    assert.equal((await linkOf(page)).get("select"), `op-${next.index}`);
    await page.keyboard.press("O");
    assert.equal((await linkOf(page)).get("select"), `op-${first}`);
    await page.keyboard.press("0");
    await page.keyboard.press("f");
    assert.match(await page.textContent("#selection h3"), /pause of client\/0/);
    await page.keyboard.press("f");
    assert.match(await page.textContent("#selection h3"), /clock-step of redis\/0/);
    await page.keyboard.press("F");
    assert.match(await page.textContent("#selection h3"), /pause/);
    await page.keyboard.press("Escape");
    assert.match(await page.textContent("#selection"), /Nothing selected/);
  }));

test("keys do nothing to the timeline while one types", () =>
  lockPage(async (page) => {
    const { from } = await viewOf(page);
    await page.focus("#search");
    await page.keyboard.type("0v");
    assert.equal(await page.inputValue("#search"), "0v");
    assert.equal((await viewOf(page)).from, from);
  }));

test("zoom keeps the middle, pan moves, and all means all", () =>
  lockPage(async (page) => {
    const start = await viewOf(page);
    await page.click("#zoom-in");
    const near = await viewOf(page);
    assert.ok(Math.abs((near.to - near.from) * 2 - (start.to - start.from)) < 10);
    assert.ok(Math.abs(near.to + near.from - start.to - start.from) < 10);
    await page.focus("#timeline");
    await page.keyboard.press("ArrowRight");
    const moved = await viewOf(page);
    assert.ok(Math.abs(moved.from - near.from - (near.to - near.from) / 10) < 10);
    await page.click("#fit");
    const all = await viewOf(page);
    assert.ok(all.from <= 0 && all.to >= lock.document.end_ns);
    await page.click("#home");
    assert.deepEqual(await viewOf(page), start);
  }));

test("the wheel with ctrl zooms where the pointer is; dragging pans", () =>
  lockPage(async (page) => {
    const box = await page.locator("#timeline").boundingBox();
    const start = await viewOf(page);
    await page.mouse.move(box.x + box.width * 0.75, box.y + 100);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -200);
    await page.keyboard.up("Control");
    const near = await viewOf(page);
    assert.ok(near.to - near.from < (start.to - start.from) / 2);
    assert.ok(near.from - start.from > start.to - near.to, "more was left out on the far side");
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 100, { steps: 4 });
    await page.mouse.up();
    assert.ok((await viewOf(page)).from > near.from);
  }));

test("every axis shows the same moments", () =>
  lockPage(async (page) => {
    const start = await viewOf(page);
    for (const name of ["warped", "index", "real"]) {
      await page.click(`#axis-${name}`);
      assert.equal(await page.getAttribute(`#axis-${name}`, "aria-pressed"), "true");
      const view = await viewOf(page);
      assert.ok(
        Math.abs(view.from - start.from) + Math.abs(view.to - start.to) <
          (start.to - start.from) * 0.05,
        name,
      );
      assert.ok((await pixelsOf(page, "timeline", "alarm")) > 300, `${name} shows the witness`);
    }
  }));

test("a link restores axis, view, selection, search, key and violation", async () => {
  let hash;
  await lockPage(async (page) => {
    await page.fill("#search", "f:write");
    await page.fill("#key", "k1");
    await page.press("#key", "Enter");
    await page.click("#axis-warped");
    await page.focus("#timeline");
    await page.keyboard.press("n");
    await page.keyboard.press("+");
    hash = `#${await linkOf(page)}`;
  });
  await lockPage(
    async (page) => {
      assert.equal(`#${await linkOf(page)}`, hash);
      assert.equal(await page.inputValue("#search"), "f:write");
      assert.equal(await page.getAttribute("#axis-warped", "aria-pressed"), "true");
      assert.match(await page.textContent("#selection h3"), /^write k1/);
    },
    { hash },
  );
});

test("a link that makes no sense opens the report all the same", () =>
  lockPage(
    async (page) => assert.match(await page.textContent("#violation .sentence"), /although/),
    {
      hash: "#violation=77&axis=sideways&from=x&to=-5&select=op-999999&key=%00&q=a:b",
    },
  ));

test("a click selects what lies there; the panel tells its state before and after", () =>
  lockPage(async (page) => {
    await page.click("#violation .witness li:nth-child(2) button");
    const panel = await page.textContent("#selection");
    const [first, second] = lock.document.violations[0].witness.map(operation);
    assert.match(panel, new RegExp(`lease\\s*${second.lease}`));
    assert.match(panel, new RegExp(`token\\s*${second.token}`));
    assert.match(panel, new RegExp(`holder\\s*${first.node} \\(lease ${first.lease}`));
    assert.match(panel, new RegExp(`${second.node} \\(lease ${second.lease}\\)`));
    const box = await page.locator("#timeline").boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + 24 + 20 + 18 * 2 + 20 + 9);
    assert.match(await page.textContent("#selection h3"), /^lease \d+ of k\d/);
    assert.match(await page.textContent("#selection"), /held for certain/);
  }));

test("a click on the name of a node folds its rows", () =>
  lockPage(async (page) => {
    const box = await page.locator("#timeline").boundingBox();
    const tall = box.height;
    await page.evaluate(() => (location.hash = "#violation=0&folded=client%2F2"));
    await page.waitForTimeout(300);
    assert.deepEqual((await linkOf(page)).getAll("folded"), ["client/2"]);
    assert.ok((await page.locator("#timeline").boundingBox()).height < tall);
  }));

test("a message's chain is listed, and what became of it is told", async () => {
  const queue = queueRun();
  await withPage(htmlOf(queue), {}, async (page) => {
    await page.fill("#search", `f:ack id:${queue.lostId - 1}`);
    await page.press("#search", "Enter");
    const chain = await page.locator("#selection .chain li").allTextContents();
    assert.deepEqual(
      chain.map((text) => /(\w+): ok/.exec(text)[1]),
      ["push", "pop", "ack"],
    );
    const panel = await page.textContent("#selection");
    assert.match(panel, /in flight, attempt 1/);
    assert.match(panel, /acknowledged/);
    assert.match(await page.textContent("#violation .sentence"), /is lost/);
  });
});

test("charts are drawn when they are scrolled to", () =>
  lockPage(async (page) => {
    await page.locator("#charts").scrollIntoViewIfNeeded();
    for (const chart of await page.locator("#charts .chart").all())
      await chart.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    const titles = await page.locator("#charts figcaption").allTextContents();
    for (const title of [
      "Latency over time",
      "Rate by outcome",
      "Latency by quantile",
      "Time of handover",
      "Wall clocks",
    ]) {
      assert.ok(
        titles.some((text) => text.startsWith(title)),
        title,
      );
    }
    assert.equal(await page.locator("#charts canvas").count(), titles.length);
  }));

test("a history without a violation, and one without operations, open too", async () => {
  const quiet = {
    ...lock,
    document: {
      ...lock.document,
      violations: [],
      story: undefined,
      verdict: { value: "valid" },
      expect: undefined,
    },
  };
  await withPage(htmlOf(quiet), {}, async (page) =>
    assert.match(await page.textContent("#violation"), /nothing is wrong/),
  );
  const empty = {
    document: { verdict: { value: "unknown", reasons: ["no operation"] } },
    operations: [],
    leases: [],
  };
  await withPage(htmlOf(empty), {}, async (page) =>
    assert.match(await page.textContent("#violation"), /no operation/),
  );
});

test("dark and light differ, and the choice of the system is taken", async () => {
  const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen = [];
  for (const colorScheme of ["light", "dark"]) {
    await lockPage(
      async (page) => {
        seen.push(await paper(page));
        assert.ok((await pixelsOf(page, "timeline", "ok")) > 50);
        await page.click("#theme");
        seen.push(await paper(page));
        assert.ok((await pixelsOf(page, "timeline", "ok")) > 50, "the canvas follows");
      },
      { colorScheme },
    );
  }
  assert.equal(seen[0], seen[3]);
  assert.equal(seen[1], seen[2]);
  assert.notEqual(seen[0], seen[1]);
});

test("it prints: light, without buttons, with every chart", () =>
  lockPage(
    async (page) => {
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
      assert.equal(await page.isVisible(".toolbar"), false);
      assert.equal(await page.getAttribute("html", "data-theme"), "light", "the canvas too");
      assert.equal(await page.isVisible("#violation .sentence"), true);
      assert.equal(
        await page.locator("#charts canvas").count(),
        await page.locator("#charts .chart").count(),
      );
      const pdf = await page.pdf({ format: "A4" });
      assert.equal(pdf.subarray(0, 4).toString(), "%PDF");
      await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
      assert.equal(await page.getAttribute("html", "data-theme"), "dark");
    },
    { colorScheme: "dark" },
  ));
