// What the browser tests share: pages made from fixtures, a browser that sees no network, and
// pictures. The shell under test is $LOCKSTEP_SHELL or the committed one; Chromium is $CHROMIUM or
// Debian's.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { columnsOf, leaseColumns, operationColumns, runPage } from "../fixtures/page.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const shell = process.env.LOCKSTEP_SHELL ?? join(here, "../dist/report.html");

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/// A browser and a folder, both gone after close().
export async function openBrowser() {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-report-"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: flags,
  });
  const close = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { browser, folder, close };
}

export const htmlOf = ({ document, operations, leases }) =>
  runPage(
    shell,
    document,
    columnsOf(operations, operationColumns),
    columnsOf(leases, leaseColumns),
  );

/// Opens HTML from disk. `page.problems` collects console errors, exceptions and requests to a network.
export async function openPage(
  { browser, folder },
  html,
  { hash = "", name = "report.html", ...options } = {},
) {
  const file = join(folder, name);
  writeFileSync(file, html);
  return openFile(browser, file, { hash, ...options });
}

export async function openFile(
  browser,
  file,
  { hash = "", viewport = { width: 1400, height: 950 }, ...options } = {},
) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => {
    const ours = !message.text().startsWith("Canvas2D: Multiple readback"); // that is pixelsOf below
    if (ours && ["error", "warning"].includes(message.type())) page.problems.push(message.text());
  });
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) page.problems.push(`request ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href + hash);
  await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 60_000 });
  assert.equal(await page.getAttribute("html", "data-ready"), "true", page.problems.join("\n"));
  return page;
}

/// The hash of the address, after it has settled: it follows the view 150 ms behind.
export async function linkOf(page) {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 200))),
  );
  return new URLSearchParams((await page.evaluate(() => location.hash)).replace(/^#/, ""));
}

export async function viewOf(page) {
  const link = await linkOf(page);
  return { from: Number(link.get("from")), to: Number(link.get("to")) };
}

/// How many pixels of a canvas have about this colour, given as the name of one in the style sheet.
export function pixelsOf(page, id, colour) {
  return page.evaluate(
    ([canvasId, name]) => {
      const probe = document.createElement("span");
      probe.style.color = `var(--${name})`;
      document.body.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
      probe.remove();
      const canvas = document.getElementById(canvasId);
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let many = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12)
          many++;
      }
      return many;
    },
    [id, colour],
  );
}
