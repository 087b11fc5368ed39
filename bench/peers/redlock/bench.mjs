// Pairs of acquire and release per second of the npm package `redlock` over one server, with so
// many in flight. Prints one line of JSON. A refused acquire ends it with 1.
//
//   node bench.mjs PORT DEPTH PAIRS
import { Redis } from "ioredis";
import redlockModule from "redlock";

const Redlock = redlockModule.default ?? redlockModule;
const [port, depth, pairs] = process.argv.slice(2).map(Number);
if (![port, depth, pairs].every(Number.isInteger)) {
  console.error("usage: node bench.mjs PORT DEPTH PAIRS");
  process.exit(64);
}

const client = new Redis({ host: "127.0.0.1", port });
const redlock = new Redlock([client], { retryCount: 0 });
const micros = [];

async function worker(key, rounds) {
  for (let i = 0; i < rounds; ++i) {
    const began = process.hrtime.bigint();
    const lock = await redlock.acquire([key], 30000);
    await lock.release();
    micros.push(Number(process.hrtime.bigint() - began) / 1000);
  }
}

async function all(rounds) {
  const workers = [];
  for (let i = 0; i < depth; ++i) workers.push(worker(`key${i}`, rounds));
  await Promise.all(workers);
}

try {
  await all(Math.ceil(1000 / depth)); // compiled and connected before it counts
  micros.length = 0;
  const began = process.hrtime.bigint();
  await all(Math.ceil(pairs / depth));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  micros.sort((a, b) => a - b);
  const at = (part) => micros[Math.floor(part * (micros.length - 1))];
  console.log(JSON.stringify({
    items: micros.length,
    rate: micros.length / seconds,
    p50_us: at(0.5), p99_us: at(0.99), p999_us: at(0.999),
    peak_MiB: process.resourceUsage().maxRSS / 1024,
  }));
  process.exit(0);
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
