// Files are dropped, read side by side, and listed with what came of each.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Api, MOST_UPLOAD_BYTES, type OcrRecord, type ProductSummary, Refusal } from "./api";
import { type Found, dropped, listed, parted } from "./files";
import { told } from "./record";
import { type Say, named } from "./words";

export interface Reading {
  number: number;
  name: string;
  file: File;
  product: string;
  state: "waiting" | "reading" | "done" | "failed";
  record?: OcrRecord;
  problem?: string;
}

interface Props {
  say: Say;
  api: Api;
  products: ProductSummary[];
  names: Record<string, string>;
  readings: Reading[];
  onReadings: (change: (old: Reading[]) => Reading[]) => void;
  onOpen: (id: string, queue?: string[]) => void;
  active: boolean;
}

// The products that tell what a picture shows, the cheaper one first.
export const SORTERS = ["document_classification_only", "document_classification"];
const AUTOMATIC = "";
const AT_ONCE = 3;
let numbered = 0;

export function ReadPage({ say, api, products, names, readings, onReadings, onOpen, active }: Props) {
  const sorter = SORTERS.find((slug) => products.some(({ product }) => product === slug));
  const [product, setProduct] = useState(sorter ? AUTOMATIC : (products[0]?.product ?? ""));
  const [keep, setKeep] = useState(true);
  const [paused, setPaused] = useState(false);
  const [over, setOver] = useState(false);
  const [note, setNote] = useState("");
  const folder = useRef<HTMLInputElement>(null);

  const add = (found: Found[]) => {
    const { files, skipped } = parted(found);
    setNote(skipped ? say("skipped", skipped) : "");
    const more = files.map(({ name, file }): Reading => {
      const one = { number: ++numbered, name, file, product };
      return file.size > MOST_UPLOAD_BYTES ? { ...one, state: "failed", problem: say("tooLarge") } : { ...one, state: "waiting" };
    });
    onReadings((old) => [...old, ...more]);
  };

  const put = (number: number, change: Partial<Reading>) =>
    onReadings((old) => old.map((one) => (one.number === number ? { ...one, ...change } : one)));

  const read = async (one: Reading) => {
    put(one.number, { state: "reading" });
    try {
      let slug = one.product;
      if (slug === AUTOMATIC) {
        const sorted = await api.read(sorter!, one.file, false);
        slug = String(sorted.document?.fields["document_type"] ?? "");
        if (!products.some((known) => known.product === slug)) {
          put(one.number, { state: "failed", problem: say("unclassified") });
          return;
        }
      }
      const record = await api.read(slug, one.file, keep);
      put(one.number, { state: "done", record, product: slug });
    } catch (error) {
      put(one.number, { state: "failed", problem: error instanceof Refusal ? told(say, error) : say("unexpected") });
    }
  };

  const busy = readings.filter(({ state }) => state === "reading").length;
  const waiting = readings.filter(({ state }) => state === "waiting");
  useEffect(() => {
    if (!paused) for (const one of waiting.slice(0, Math.max(0, AT_ONCE - busy))) void read(one);
  }, [readings, paused]);

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
  const records = readings.flatMap(({ record }) => record ?? []);

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
        <p>{say("drop")}</p>
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
            <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>{say(paused ? "goOn" : "pause")}</button>
            <button type="button" onClick={() => onReadings((old) => old.map((one) => (one.state === "failed" && one.file.size <= MOST_UPLOAD_BYTES ? { ...one, state: "waiting", product } : one)))}>{say("again")}</button>
            <button type="button" onClick={() => onReadings((old) => old.filter(({ state }) => state !== "done"))}>{say("clear")}</button>
          </div>
          <table class="cards">
            <thead><tr><th>{say("file")}</th><th>{say("product")}</th><th>{say("status")}</th><th>{say("checks")}</th><th /></tr></thead>
            <tbody>
              {readings.map(({ number, name, product: slug, state, record, problem }) => (
                <tr key={number}>
                  <td class="name">{name}</td>
                  <td>{slug ? names[slug] : say("automatic")}</td>
                  <td>
                    {record ? <span class={`pill ${record.status}`}>{named(say, record.status)}</span> : <span class={`pill ${state}`}>{named(say, state)}</span>}
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

function Doubts({ say, record }: { say: Say; record: OcrRecord }) {
  const failed = [...(record.document ? [record.document] : []), ...record.others].flatMap(({ checks }) => checks).filter(({ outcome }) => outcome === "failed");
  if (record.problem) return <span class="failed-check">{record.problem.title}</span>;
  return failed.length ? <span class="failed-check">{say("checksFailed", failed.length)}</span> : <span class="passed-check">✓</span>;
}
