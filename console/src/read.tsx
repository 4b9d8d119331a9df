// Files are dropped, read side by side, and listed with what came of each.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Api, MOST_BYTES, MOST_UPLOAD_BYTES, type OcrRecord, type ProductSummary, Refusal } from "./api";
import { type Found, dropped, listed, parted, shrunk } from "./files";
import { type Pile, type Sent } from "./pile";
import { told } from "./record";
import { type Say, kindOf, named, wrong } from "./words";

/**
 * One file of the pile. `late` is one that waits behind others in a queue: it holds up none here. `lost` is one that
 * was not sent before the tab was closed: it has to be brought again.
 */
export interface Reading extends Sent {
  number: number;
  file?: File;
  state: "waiting" | "sorting" | "sending" | "reading" | "late" | "lost" | "done" | "failed";
  record?: OcrRecord;
  problem?: string;
}

interface Props {
  say: Say;
  api: Api;
  products: ProductSummary[];
  names: Record<string, string>;
  pile: Pile | null;
  readings: Reading[];
  onReadings: (change: (old: Reading[]) => Reading[]) => void;
  onOpen: (id: string, queue?: string[]) => void;
  onReview: (queue: string[]) => void;
  active: boolean;
}

// The products that tell what a picture shows, the cheaper one first.
export const SORTERS = ["document_classification_only", "document_classification"];
const AUTOMATIC = "";
const AT_ONCE = 3;
const BUSY: ReadonlySet<Reading["state"]> = new Set(["sorting", "sending", "reading"]);
let numbered = 0;
// As the API has it, without its anchors.
const LABEL = "[A-Za-z0-9]([A-Za-z0-9 ._:\\/#\\-]{0,62}[A-Za-z0-9])?";

const identity = ({ name, bytes, changed, asked, label }: Sent): string => JSON.stringify([name, bytes, changed, asked, label]);

const isSame = (one: Sent, other: Sent): boolean => one.name === other.name && one.bytes === other.bytes && one.changed === other.changed;

/** What failed is tried once more: as another product, if that is chosen by now. */
function again({ problem: _problem, ...one }: Reading, product: string): Reading {
  return one.id ? { ...one, state: "waiting" } : { ...one, asked: product, product, state: "waiting" };
}

/** A file that is to be read, or once more. */
function waiting({ problem: _problem, ...one }: Reading, file: File): Reading {
  return { ...one, product: one.asked, file, state: "waiting" };
}

export function ReadPage({ say, api, products, names, pile, readings, onReadings, onOpen, onReview, active }: Props) {
  const sorter = SORTERS.find((slug) => products.some(({ product }) => product === slug));
  const [product, setProduct] = useState(sorter ? AUTOMATIC : (products[0]?.product ?? ""));
  const [label, setLabel] = useState("");
  const [keep, setKeep] = useState(true);
  const [paused, setPaused] = useState(false);
  const [over, setOver] = useState(false);
  const [note, setNote] = useState("");
  const folder = useRef<HTMLInputElement>(null);
  // What is on its way. A list may be older than that: files that are dropped one after the other are each sent once.
  const begun = useRef(new Set<number>());

  const add = (found: Found[]) => {
    const { files, skipped } = parted(found);
    const known = new Map(readings.map((one) => [identity(one), one]));
    const more: Reading[] = [];
    const again = new Map<number, File>();
    for (const { name, file } of files) {
      const sent = { name, bytes: file.size, changed: file.lastModified, asked: product, product, label };
      const old = known.get(identity(sent)) ?? [...known.values()].find((one) => one.state === "lost" && isSame(one, sent));
      if (old && (old.state === "lost" || old.state === "failed")) again.set(old.number, file);
      if (old) continue;
      const one = { ...sent, number: ++numbered, file };
      more.push(file.size > MOST_UPLOAD_BYTES ? { ...one, state: "failed", problem: say("tooLarge") } : { ...one, state: "waiting" });
    }
    const twice = files.length - more.length - again.size;
    setNote([skipped && say("skipped", skipped), twice && say("twice", twice)].filter(Boolean).join(" "));
    onReadings((old) => [...old.map((one) => (again.has(one.number) ? waiting(one, again.get(one.number)!) : one)), ...more]);
  };

  const put = (number: number, change: Partial<Reading>) =>
    onReadings((old) => old.map((one) => (one.number === number ? { ...one, ...change } : one)));

  const sorted = async (file: File, onLate: () => void): Promise<string> => {
    // In one request: what is larger would wait in a queue, and once more for what it is then read as.
    const { document } = await api.read(sorter!, file.size > MOST_BYTES ? await shrunk(file) : file, false, "", onLate);
    return String(document?.fields["document_type"] ?? "");
  };

  /** Of what else the picture shows, what is not in the list yet: a page may hold two cards. */
  const shownBeside = ({ name, bytes, changed, label, file }: Reading & { file: File }, record: OcrRecord, old: Reading[]): Reading[] => {
    const known = new Set(old.map(identity));
    return record.also_shows
      .filter((slug) => products.some((one) => one.product === slug))
      .map((slug): Reading => ({ number: ++numbered, name, bytes, changed, label, file, asked: slug, product: slug, state: "waiting" }))
      .filter((one) => !known.has(identity(one)));
  };

  const read = async (one: Reading & { file: File }) => {
    const { number, file, product: asked } = one;
    const onLate = () => put(number, { state: "late" });
    let slug = asked;
    if (slug === AUTOMATIC) {
      put(number, { state: "sorting" });
      slug = await sorted(file, onLate);
      if (!products.some((known) => known.product === slug)) {
        put(number, { state: "failed", problem: say("unclassified") });
        return;
      }
    }
    put(number, { state: "sending", product: slug });
    const record = await api.read(slug, file, keep, one.label, onLate, (id) => put(number, { state: "reading", id }));
    put(number, { state: "done", record, id: record.id });
    if (asked === AUTOMATIC) onReadings((old) => [...old, ...shownBeside(one, record, old)]);
  };

  const go = async (one: Reading) => {
    begun.current.add(one.number);
    put(one.number, { state: "reading" });
    try {
      if (one.id) put(one.number, { state: "done", record: await api.finished(one.id, () => put(one.number, { state: "late" })) });
      else if (one.file) await read({ ...one, file: one.file });
    } catch (error) {
      const isGone = one.id && error instanceof Refusal && [404, 410].includes(error.status);
      if (isGone) onReadings((old) => old.filter(({ number }) => number !== one.number));
      else put(one.number, { state: "failed", problem: error instanceof Refusal ? told(say, error) : say("unexpected") });
    } finally {
      begun.current.delete(one.number);
    }
  };

  const busy = readings.filter(({ state }) => BUSY.has(state)).length;
  const queued = readings.filter(({ state }) => state === "waiting");
  useEffect(() => {
    const next = queued.filter(({ number }) => !begun.current.has(number));
    if (!paused) for (const one of next.slice(0, Math.max(0, AT_ONCE - busy))) void go(one);
  }, [readings, paused]);

  // What was there before the tab was closed: what was sent is waited for, of what was not only the name is left.
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    void pile?.load().then((sent) => {
      const before = sent.map((one): Reading => ({ ...one, number: ++numbered, state: one.id ? "waiting" : "lost" }));
      onReadings((old) => [...before, ...old]);
      setLoaded(true);
    });
  }, [pile]);
  const kept = JSON.stringify(readings.map(({ name, bytes, changed, asked, product: slug, label: own, id }): Sent => ({ name, bytes, changed, asked, product: slug, label: own, ...(id ? { id } : {}) })));
  useEffect(() => {
    if (loaded) void pile?.keep(JSON.parse(kept) as Sent[]);
  }, [kept, loaded]);

  const isUnsent = readings.some(({ state, file, id }) => file && !id && (state === "waiting" || state === "late" || BUSY.has(state)));
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    if (isUnsent) window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnsent]);

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (active && event.clipboardData?.files.length) add(listed(event.clipboardData.files));
    };
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  });

  useEffect(() => folder.current?.setAttribute("webkitdirectory", ""), []);

  const chosen = (input: HTMLInputElement) => {
    add(listed(input.files ?? []));
    input.value = "";
  };
  const finished = readings.filter(({ state }) => state === "done" || state === "failed").length;
  const lost = readings.filter(({ state }) => state === "lost").length;
  const records = readings.flatMap(({ record }) => record ?? []);
  const doubtful = records.filter((one) => one.needs_review && !one.reviewed?.decision).map(({ id }) => id);
  const failed = readings.filter((one) => one.state === "failed" && one.bytes <= MOST_UPLOAD_BYTES && (one.id || one.file));

  return (
    <>
      <div class="bar">
        <label>
          {say("product")}{" "}
          <select value={product} onChange={(event) => setProduct(event.currentTarget.value)}>
            {sorter && <option value={AUTOMATIC}>{say("automatic")}</option>}
            {products.map((one) => <option value={one.product}>{names[one.product]}</option>)}
          </select>
        </label>
        <LabelInput say={say} onChange={setLabel} />
        <label title={say("keepHelp")}><input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} /> {say("keep")}</label>
      </div>
      <p class="small">{say("keepHelp")}</p>
      <div
        class={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (event.dataTransfer) void dropped(event.dataTransfer).then(add);
        }}
      >
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 16V4m0 0 4.5 4.5M12 4 7.5 8.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3" /></svg>
        <p class="lead">{say("drop")}</p>
        <div class="bar">
          <label class="button">{say("chooseFiles")}<input type="file" multiple onChange={(event) => chosen(event.currentTarget)} /></label>
          <label class="button wide-only">{say("chooseFolder")}<input type="file" ref={folder} onChange={(event) => chosen(event.currentTarget)} /></label>
          <label class="button">{say("camera")}<input type="file" accept="image/*" capture="environment" onChange={(event) => chosen(event.currentTarget)} /></label>
        </div>
        <p class="small">{say("formats")}</p>
      </div>
      <p class="note" role="status">{note}</p>
      {readings.length > 0 && (
        <>
          <div class="bar">
            <progress max={readings.length} value={finished} aria-label={say("progress", finished, readings.length)} />
            <span role="status">{say("progress", finished, readings.length)}</span>
            {(busy > 0 || queued.length > 0) && <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>{say(paused ? "goOn" : "pause")}</button>}
            {failed.length > 0 && <button type="button" onClick={() => onReadings((old) => old.map((one) => (failed.includes(one) ? again(one, product) : one)))}>{say("again", failed.length)}</button>}
            {doubtful.length > 0 && <button type="button" class="good" onClick={() => onReview(doubtful)}>{say("reviewThese", doubtful.length)}</button>}
            <span class="grow" />
            <button type="button" class="plain" onClick={() => onReadings((old) => old.filter(({ state }) => state !== "done" && state !== "lost"))}>{say("clear")}</button>
          </div>
          {lost > 0 && <p class="hint" role="status">{say("lost", lost)}</p>}
          <table class="cards">
            <thead><tr><th>{say("file")}</th><th>{say("product")}</th><th>{say("status")}</th><th>{say("checks")}</th><th><span class="unseen">{say("open")}</span></th></tr></thead>
            <tbody>
              {readings.map(({ number, name, product: slug, state, record, problem }) => (
                <tr key={number}>
                  <td class="name">{name}</td>
                  <td>{slug ? names[slug] : say("automatic")}</td>
                  <td>
                    {record ? <span class={`pill ${record.status}`}>{named(say, record.status)}</span> : <span class={`pill ${state}`}>{state === "lost" ? say("lostOne") : named(say, state)}</span>}
                    {record?.needs_review && <span class="pill needed">{say("needed")}</span>}
                    {record?.reviewed?.decision && <span class={`pill ${record.reviewed.decision}`}>{named(say, record.reviewed.decision)}</span>}
                  </td>
                  <td>{problem ?? (record && <Doubts say={say} record={record} />)}</td>
                  <td>{record && <button type="button" onClick={() => onOpen(record.id, records.map(({ id }) => id))}>{say("open")}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

/** The caller's own word for what is sent or looked for. It counts as it is typed: files may be dropped while the field is open. */
export function LabelInput({ say, onChange }: { say: Say; onChange: (label: string) => void }) {
  return (
    <label title={say("labelHelp")}>
      {say("ownLabel")}{" "}
      <input maxLength={64} pattern={LABEL} autocomplete="off" onInput={({ currentTarget }) => onChange(currentTarget.value.trim())} onChange={({ currentTarget }) => void currentTarget.reportValidity()} />
    </label>
  );
}

function Doubts({ say, record }: { say: Say; record: OcrRecord }) {
  const failed = [...(record.document ? [record.document] : []), ...record.others].flatMap(({ checks }) => checks).filter(({ outcome }) => outcome === "failed");
  if (record.problem) return <span class="failed-check">{wrong(say, kindOf(record.problem.type), record.problem.title, "")}</span>;
  return failed.length ? <span class="failed-check">{say("checksFailed", failed.length)}</span> : <span class="passed-check">✓</span>;
}
