// The document of a report page, as FORMAT.md describes it.

export type VerdictName = "valid" | "unknown" | "invalid";

export interface Common {
  format: number;
  kind: "run" | "campaign" | "bench";
  version?: string;
  commit?: string;
  compiler?: string;
}

export interface Stretch {
  label: string;
  from_ns: number;
  to_ns: number;
}

export interface Violation {
  id: string;
  judge?: string;
  warning?: boolean;
  sentence: string;
  witness: number[];
  keys?: string[];
  tokens?: string[];
  because?: string[];
  stretches?: Stretch[];
  text?: string;
  mermaid?: string;
}

export interface Story {
  anomaly?: string;
  size?: string;
  file?: string;
  replay?: string;
  lines: string[];
}

export interface NodeInfo {
  name: string;
  role?: string;
}

export interface Fault {
  id?: number;
  kind: string;
  node?: string;
  peer?: string;
  from_ns: number;
  until_ns?: number;
  detail?: string;
  fired?: boolean;
  effective?: boolean;
  mark?: number;
}

export interface Mark {
  index: number;
  at_ns: number;
  f: string;
  node?: string;
  value?: string;
}

export interface ClockLine {
  node: string;
  points: [number, number][];
}

export interface Measurement {
  name: string;
  bound_ns?: number;
  samples: [number, number][];
}

export interface ColumnInfo {
  name: string;
  bytes: number;
  delta?: boolean;
  text?: boolean;
}

export interface TableInfo {
  rows: number;
  columns: ColumnInfo[];
}

export interface Judged {
  judge: string;
  model?: string;
  verdict: VerdictName;
  reasons?: string[];
}

export interface RunDocument extends Common {
  kind: "run";
  scenario?: string;
  about?: string;
  file?: string;
  seed?: string;
  strategy?: string;
  trace_hash?: string;
  model?: string;
  order?: string;
  replay?: string;
  base_ns?: string;
  end_ns?: number;
  heal_ns?: number;
  params?: Record<string, unknown>;
  config?: Record<string, unknown>;
  expect?: { verdict?: VerdictName; anomalies?: string[]; allowed?: string[] };
  verdict: { value: VerdictName; reasons?: string[]; judges?: Judged[] };
  found?: { id: string; count: number; warning?: boolean }[];
  violations?: Violation[];
  story?: Story;
  nodes?: NodeInfo[];
  faults?: Fault[];
  marks?: Mark[];
  clocks?: ClockLine[];
  measurements?: Measurement[];
  strings?: string[];
  tables?: { operations?: TableInfo; leases?: TableInfo };
}

export interface CampaignDocument extends Common {
  kind: "campaign";
  results: Record<string, unknown>;
  links?: Record<string, string>;
}

export interface BenchRow {
  group?: string;
  name: string;
  unit: string;
  better?: "more" | "less";
  ours: number;
  ceiling?: number;
  ceiling_name?: string;
  ratio?: number;
  target?: number;
  p50_ns?: number;
  p99_ns?: number;
  p999_ns?: number;
  memory_bytes?: number;
  note?: string;
}

export interface BenchRun {
  label: string;
  at?: string;
  commit?: string;
  machine?: string;
  compiler?: string;
  notes?: string[];
  rows: BenchRow[];
}

export interface BenchDocument extends Common {
  kind: "bench";
  runs: BenchRun[];
}

export type Document = RunDocument | CampaignDocument | BenchDocument;

/// Seeds are whole 64-bit numbers, which JSON.parse would round: those of 16 digits and more are
/// read as text. Inside of a string the quote before the colon would be escaped, so no text changes.
function keepSeeds(json: string): string {
  return json.replace(/("(?:first_)?seed"\s*:\s*)(\d{16,20})(?=\s*[,}])/g, '$1"$2"');
}

export function parseDocument(json: string): Document {
  const parsed = JSON.parse(keepSeeds(json)) as Document;
  if (parsed === null || typeof parsed !== "object")
    throw new Error("the report holds no document");
  if (parsed.format !== 1)
    throw new Error(`a report of format ${String(parsed.format)}; this page reads 1`);
  if (!["run", "campaign", "bench"].includes(parsed.kind))
    throw new Error(`a report of kind ${String(parsed.kind)}`);
  return parsed;
}
