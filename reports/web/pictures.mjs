// node pictures.mjs FOLDER OUT: every FOLDER/x.html as OUT/x.png, as it opens.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, openFile } from "./tests/support.mjs";

const [folder, out] = process.argv.slice(2);
if (!folder || !out) throw new Error("usage: node pictures.mjs FOLDER OUT");
const world = await openBrowser();
for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".html"))
  .sort()) {
  const page = await openFile(world.browser, join(folder, name), {
    viewport: { width: 1360, height: 860 },
    colorScheme: "light",
  });
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(out, name.replace(/html$/, "png")) });
  await page.context().close();
}
await world.close();
