// The view in the hash of the address, so that a link shows what its sender saw.
// #violation=0&axis=real&from=18.9s... ; times are ns of the run, rounded to whole ones.
import type { AxisName } from "./axis";
import { axisNames } from "./axis";

export interface Link {
  violation?: number;
  axis?: AxisName;
  from?: number;
  to?: number;
  top?: number;
  select?: string;
  key?: string;
  query?: string;
  only?: boolean;
  folded?: string[];
}

function numberOf(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  const value = text === null || text === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/// Whatever of the hash makes sense; the rest is ignored.
export function readLink(hash: string): Link {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const axis = axisNames.find((name) => name === params.get("axis"));
  return {
    violation: numberOf(params, "violation"),
    axis,
    from: numberOf(params, "from"),
    to: numberOf(params, "to"),
    top: numberOf(params, "top"),
    select: params.get("select") ?? undefined,
    key: params.get("key") ?? undefined,
    query: params.get("q") ?? undefined,
    only: params.get("only") === "1",
    folded: params.has("folded")
      ? params.getAll("folded").filter((name) => name !== "")
      : undefined,
  };
}

export function writeLink(link: Link): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") params.append(name, String(value));
  };
  put("violation", link.violation);
  put("axis", link.axis);
  put("from", link.from);
  put("to", link.to);
  put("top", link.top ? Math.round(link.top) : undefined);
  put("select", link.select);
  put("key", link.key);
  put("q", link.query);
  put("only", link.only ? "1" : undefined);
  if (link.folded) {
    if (link.folded.length === 0) params.append("folded", "");
    for (const name of link.folded) params.append("folded", name);
  }
  return `#${params.toString()}`;
}
