// The gateway's HTTPS API as this page uses it: the same that every program has.

import { type Credential, ended } from "./session";
import { kindOf } from "./words";

export type Point = readonly [number, number];
export type Box = readonly [Point, Point, Point, Point];
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Decision = "approved" | "rejected";

export interface Evidence {
  label: string;
  text: string;
  confidence?: number;
  source?: string;
  meaning?: string;
  box?: Box;
  page?: number;
  opinions?: { vendor: string; text: string; confidence?: number }[];
}

export interface Check {
  name: string;
  fields: string[];
  outcome: "passed" | "failed" | "not_applicable";
  detail: string;
}

export interface OcrDocument {
  type?: string;
  sides: string[];
  fields: Record<string, Value>;
  evidence: Record<string, Evidence>;
  unmapped: Evidence[];
  checks: Check[];
  page?: number;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  advice: string;
  record_id?: string;
  field?: string;
}

export interface Revision {
  at: string;
  by: string;
  decision?: Decision;
  corrections: { field: string; before?: Value; after?: Value }[];
}

export interface OcrRecord {
  id: string;
  product: string;
  status: string;
  created_at: string;
  finished_at?: string;
  replayed: boolean;
  needs_review?: boolean;
  vendor?: string;
  options: Record<string, string>;
  picture?: { format: string; width: number; height: number; bytes: number; pages?: number; orientation?: number };
  source?: { bucket: string; key: string };
  document?: OcrDocument;
  others: OcrDocument[];
  also_shows: string[];
  lines: { text: string; confidence?: number; box?: Box; page?: number }[];
  pages: { number: number; width: number; height: number; vendor?: string; status: string; problem?: string }[];
  attempts: { vendor: string; outcome: string; code?: string; milliseconds: number; units: number; cost: number }[];
  reviewed?: { decision?: Decision; corrected: string[]; revisions: Revision[] };
  problem?: Problem;
}

export interface Summary {
  id: string;
  product: string;
  status: string;
  created_at: string;
  vendor?: string;
  label?: string;
  problem?: string;
  needs_review: boolean;
  checks_failed: number;
  lowest_confidence?: number;
  decision?: Decision;
  corrected: number;
  fields: Record<string, Value>;
}

export interface Costs {
  vendor?: string;
  product?: string;
  day?: string;
  calls: number;
  units: number;
  cost: number;
  possible_units: number;
  possible_cost: number;
}

export interface Usage {
  rows: Costs[];
  total: Costs;
  unpriced: string[];
}

export interface VendorStates {
  circuits: { vendor: string; interface: string; state: "closed" | "open" | "half_open"; since?: string }[];
  budgets: { vendor: string; of: "units" | "cost"; period: "day" | "month"; most: number; spent: number }[];
}

export interface QueueState {
  queue: string;
  waiting: number;
  delayed: number;
  in_progress: number;
  oldest_seconds?: number;
}

export interface TenantKey {
  tenant: string;
  id: string;
  per_second: number;
  per_day: number;
  created_at: string;
  revoked_at?: string;
}

export interface ProductSummary {
  product: string;
  name: string;
  category: string;
  vendors: string[];
}

export interface Schema {
  type?: string;
  format?: string;
  pattern?: string;
  enum?: Value[];
  const?: Value;
  anyOf?: Schema[];
  items?: Schema;
  $ref?: string;
  properties?: Record<string, Schema>;
  labels?: string[];
  pii?: boolean;
  description?: string;
}

/** What the console needs to know of one declared field; `columns` are those of a field that is a list of rows. */
export interface Field {
  name: string;
  label: string;
  personal: boolean;
  schema: Schema;
  columns: Field[];
}

/** An answer that is no success: the API's own problem, or what the network made of it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    readonly detail: string,
    readonly advice: string,
    readonly problem?: Problem,
    readonly seconds = 0,
  ) {
    super(kind);
  }
}

export interface Seen {
  record: OcrRecord;
  tag: string;
}

// API Gateway hands 6 MB to a function, and a picture grows by a third on the way.
export const MOST_BYTES = 4_400_000;
export const MOST_UPLOAD_BYTES = 10_000_000;
// A queue that could not hand an upload on brings it again after six minutes: it takes longer than that to be sure.
const WAITS_MS = 900_000;
const LATE_MS = 60_000;
const POLLS_MS = 1500;
// When it is asked whether an upload has arrived at all: the bucket does not tell this page what it refused.
const ASKS_MS = [10_000, 60_000, 240_000];
const TRIES = 5;
// A picture on a slow line, and the half minute that API Gateway has; without an end a request whose connection died would be waited for.
const REQUEST_MS = 180_000;
// What may be sent again when no answer came: a picture that comes twice is read once.
const REPEATED: ReadonlySet<string> = new Set(["GET", "POST"]);

export const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export class Api {
  private readonly described = new Map<string, Promise<Field[]>>();
  private worked = false;
  private renewal: Promise<void> | null = null;
  private renewed: () => void = nothing;

  /** `onEnded` is called when a person's session has ended; what they ask for then waits until they have signed in again. */
  constructor(
    private credential: Credential,
    private readonly onEnded: () => void,
    private readonly base = new URL(".", location.href),
  ) {}

  /** Go on with the session of somebody who has signed in again. */
  renew(credential: Credential): void {
    this.credential = credential;
    this.renewal = null;
    this.renewed();
  }

  /** Ask the person to sign in again; done once they have. */
  end(): Promise<void> {
    this.renewal ??= new Promise((resolve) => {
      this.renewed = resolve;
      this.onEnded();
    });
    return this.renewal;
  }

  products(): Promise<ProductSummary[]> {
    return this.json("products");
  }

  /** Circuits and budgets, for the operator's key; null for any other. */
  async vendors(): Promise<VendorStates | null> {
    try {
      return await this.json<VendorStates>("vendors");
    } catch (error) {
      if (error instanceof Refusal && error.status === 403) return null;
      throw error;
    }
  }

  async queues(): Promise<QueueState[]> {
    return (await this.json<{ queues: QueueState[] }>("queues")).queues;
  }

  /** The tenants' keys, without their values. */
  async keys(): Promise<TenantKey[]> {
    return (await this.json<{ keys: TenantKey[] }>("keys")).keys;
  }

  usage(by: "vendor" | "product" | "day", from: string, to: string): Promise<Usage> {
    return this.json(`usage?${new URLSearchParams(Object.entries({ by, from, to }).filter(([, value]) => value))}`);
  }

  /** The fields of a product, in the order of its declaration. */
  fields(product: string): Promise<Field[]> {
    const known = this.described.get(product);
    if (known) return known;
    const asked = this.json<{ schema: Schema & { $defs: Record<string, Schema> } }>(`products/${product}`)
      .then(({ schema }) => declared(schema))
      .catch((error: unknown) => {
        this.described.delete(product);
        throw error;
      });
    this.described.set(product, asked);
    return asked;
  }

  list(filters: Record<string, string>): Promise<{ records: Summary[]; next: string | null }> {
    const told = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
    return this.json(`records?${told}`);
  }

  async record(id: string): Promise<Seen> {
    return seen(await this.send(`records/${id}`));
  }

  /** Correct fields and decide, of the state that `tag` stands for; only try it with `validateOnly`. */
  async revise(
    id: string,
    tag: string,
    change: { fields?: Record<string, string | null>; decision?: Decision },
    validateOnly = false,
  ): Promise<Seen> {
    const answer = await this.send(`records/${id}${validateOnly ? "?validate_only=true" : ""}`, {
      method: "PATCH",
      headers: { "If-Match": tag, "Content-Type": "application/json" },
      body: JSON.stringify(change),
    });
    return seen(answer);
  }

  /** Claim a record for this many seconds, 0 gives it back; false while another reviewer has it. */
  async claim(id: string, reviewer: string, seconds: number): Promise<boolean> {
    try {
      await this.send(`records/${id}/claim`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ reviewer, seconds }),
      });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.kind === "being_reviewed") return false;
      throw error;
    }
  }

  async erase(id: string): Promise<void> {
    await this.send(`records/${id}`, { method: "DELETE" });
  }

  /** A link to the kept file of a record, good for five minutes; null where it is not kept. */
  async picture(id: string): Promise<string | null> {
    try {
      return (await this.json<{ url: string }>(`records/${id}/picture`)).url;
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) return null;
      throw error;
    }
  }

  /** A page of the kept file as the gateway draws it, at most so many pixels wide; null where there is none to draw. */
  async page(id: string, number: number, width: number): Promise<Blob | null> {
    try {
      const answer = await this.send(`records/${id}/pages/${number}?width=${width}`, { headers: { Accept: "image/jpeg" } });
      return await answer.blob();
    } catch (error) {
      if (error instanceof Refusal && [404, 413, 415, 422].includes(error.status)) return null;
      throw error;
    }
  }

  /**
   * Read one file; with `keep`, or where it is too large for a request, by way of the bucket: `onSent` gets the id.
   * `onLate` is called once it takes long.
   */
  async read(product: string, file: File, keep: boolean, label: string, onLate = nothing, onSent: (id: string) => void = nothing): Promise<OcrRecord> {
    if (keep || file.size > MOST_BYTES) {
      const form = await this.json<Form>(`uploads/${product}`, { method: "POST", body: JSON.stringify(label ? { label } : {}) });
      await upload(form, file);
      onSent(form.id);
      return this.finished(form.id, onLate, () => upload(form, file));
    }
    try {
      const answer = await this.send(`ocr/${product}${label && `?${new URLSearchParams({ label })}`}`, {
        method: "POST",
        headers: { "Content-Type": typeOf(file) },
        body: file,
      });
      const told = (await answer.json()) as OcrRecord;
      return answer.status === 202 ? await this.finished(told.id, onLate) : told;
    } catch (error) {
      // What was read is in the record, also where that is no success.
      const id = error instanceof Refusal && error.problem?.record_id;
      if (id) return (await this.record(id)).record;
      throw error;
    }
  }

  /** The record of what was sent, once it is finished; `resend` sends again what has not arrived. */
  async finished(id: string, onLate = nothing, resend?: () => Promise<void>): Promise<OcrRecord> {
    const start = Date.now();
    const asks = resend ? [...ASKS_MS] : [];
    let late = false;
    for (let waited = 0; waited < WAITS_MS; waited = Date.now() - start) {
      const { record } = await this.record(id);
      if (record.status !== "pending") return record;
      if (!late && waited > LATE_MS) {
        late = true;
        onLate();
      }
      if (asks[0] !== undefined && waited > asks[0]) {
        asks.shift();
        if ((await this.picture(id)) === null) await resend!();
      }
      await sleep(POLLS_MS);
    }
    throw new Refusal(0, "not_arrived", "", "");
  }

  private async json<T>(path: string, init?: RequestInit): Promise<T> {
    return (await this.send(path, init)).json() as Promise<T>;
  }

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const used = this.credential;
      try {
        if (this.worked && ended(used)) throw new Refusal(401, "unauthorized", "", "");
        const answer = await this.once(path, init);
        this.worked = true;
        return answer;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 401 && used.kind === "token" && this.worked && tries < TRIES) {
          // Unless somebody has signed in again while this request was on its way.
          if (used === this.credential) await this.end();
          continue;
        }
        const isHarmless = REPEATED.has(init.method ?? "GET");
        const isLost = error.kind === "unreachable" && isHarmless;
        const waits = isLost ? 1 : isHarmless || [409, 429, 503].includes(error.status) ? error.seconds : 0;
        if (!waits || tries === TRIES) throw error;
        await sleep(1000 * Math.min(waits, 10));
      }
    }
  }

  private async once(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      const begun = await fetch(new URL(path, this.base), {
        ...init,
        headers: { ...init.headers, ...carried(this.credential) },
        cache: "no-store",
        signal: AbortSignal.timeout(REQUEST_MS),
        referrerPolicy: "no-referrer",
      });
      // An answer may also be lost half way.
      const { status, headers } = begun;
      answer = new Response(status === 204 ? null : await begun.blob(), { status, headers });
    } catch {
      throw new Refusal(0, "unreachable", "", "");
    }
    if (answer.ok) return answer;
    const problem = await answer.json().then(
      (told: Problem) => told,
      () => undefined,
    );
    const kind = (problem?.type && kindOf(problem.type)) ?? "unexpected";
    const seconds = Number(answer.headers.get("Retry-After")) || 0;
    throw new Refusal(answer.status, kind, problem?.detail ?? "", problem?.advice ?? "", problem, seconds);
  }
}

interface Form {
  id: string;
  url: string;
  fields: Record<string, string>;
}

const nothing = (): void => undefined;

/** Post a file with this form. Twice is as once; the bucket need not tell this page what came of it: the record does. */
async function upload({ url, fields }: Form, file: File): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("Content-Type", typeOf(file));
  body.append("file", file);
  for (let tries = 1; ; tries++) {
    try {
      await fetch(url, { method: "POST", body, mode: "no-cors", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(REQUEST_MS) });
      return;
    } catch {
      if (tries === TRIES) throw new Refusal(0, "unreachable", "", "");
      await sleep(1000);
    }
  }
}

// What a file is its bytes say; what it is not, too, and in words for people.
const typeOf = ({ type }: File): string => (/^image\/|^application\/(pdf|ofd|xml)$/.test(type) ? type : "application/octet-stream");

const carried = ({ kind, value }: Credential): Record<string, string> =>
  kind === "key" ? { "x-api-key": value } : { Authorization: `Bearer ${value}` };

async function seen(answer: Response): Promise<Seen> {
  return { record: (await answer.json()) as OcrRecord, tag: answer.headers.get("ETag") ?? "" };
}

/** The schema's fields of a document, and of the rows in it. */
export function declared(schema: Schema & { $defs?: Record<string, Schema> }): Field[] {
  const follow = (part: Schema | undefined): Schema => {
    const bare = part?.anyOf?.find((one) => one.type !== "null") ?? part ?? {};
    const name = bare.$ref?.split("/").pop();
    return name ? (schema.$defs?.[name] ?? {}) : bare;
  };
  const list = (model: Schema): Field[] =>
    Object.entries(model.properties ?? {}).map(([name, part]) => {
      const bare = follow(part);
      return {
        name,
        label: part.labels?.[0] ?? name.replaceAll("_", " "),
        personal: part.pii ?? false,
        schema: bare,
        columns: bare.type === "array" ? list(follow(bare.items)) : [],
      };
    });
  return list(follow(follow(schema.properties?.["document"]).properties?.["fields"]));
}
