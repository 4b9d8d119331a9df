// Records by product, status and time; to open, to take home as a table, to delete.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, OcrRecord, ProductSummary, Summary } from "./api";
import { LabelInput, SORTERS } from "./read";
import { moment, percent, plain, told } from "./record";
import { csv, saved, workbook } from "./table";
import { type Say, named } from "./words";

interface Props {
  say: Say;
  api: Api;
  products: ProductSummary[];
  names: Record<string, string>;
  onOpen: (id: string, queue: string[]) => void;
}

const STATUSES = ["succeeded", "incomplete", "no_result", "failed", "unknown"];
const REVIEWS = ["needed", "approved", "rejected", "corrected"] as const;
const AT_ONCE = 3;

/** The moment at which a day begins where this person is; `later` of these days further on. */
const beginning = (day: string | undefined, later = 0): string => {
  if (!day) return "";
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + later);
  return at.toISOString();
};

export function ListPage({ say, api, products, names, onOpen }: Props) {
  const [filters, setFilters] = useState<Record<string, string>>({});
  const [records, setRecords] = useState<Summary[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [searching, setSearching] = useState(false);
  const isWaiting = busy || searching;
  const searches = useRef(0);
  const dialog = useRef<HTMLDialogElement>(null);

  const search = async (cursor?: string) => {
    const number = ++searches.current;
    setSearching(true);
    setNote("");
    try {
      const until = beginning(filters["to"], 1);
      const page = await api.list({ ...filters, from: beginning(filters["from"]), to: until, limit: "50", cursor: cursor ?? "" });
      // A slow answer to an earlier question is none to this one.
      if (number !== searches.current) return;
      // What only told which kind a file is, is no document, unless somebody asks for it.
      const found = page.records.filter(({ product }) => product === filters["product"] || !SORTERS.includes(product));
      setRecords((old) => [...(cursor ? old : []), ...found]);
      setNext(page.next);
      if (!cursor) setPicked(new Set());
      if (!found.length) setNote(say(page.next ? "noneYet" : "none"));
    } catch (error) {
      if (number === searches.current) setNote(told(say, error));
    } finally {
      if (number === searches.current) setSearching(false);
    }
  };
  useEffect(() => void search(), []);

  /** Do this with every record that is picked, some at a time; how many of them failed. */
  const each = async (act: (id: string) => Promise<void>): Promise<number> => {
    const ids = [...picked];
    let done = 0;
    let failed = 0;
    const work = async () => {
      for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
        await act(id).catch(() => failed++);
        setNote(say("exporting", ++done, picked.size));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return failed;
  };

  const take = async (kind: "xlsx" | "csv" | "json") => {
    setBusy(true);
    try {
      const whole = new Map<string, OcrRecord>();
      const failed = await each(async (id) => void whole.set(id, (await api.record(id)).record));
      if (failed) {
        setNote(say("exportFailed", failed));
        return;
      }
      const ordered = records.flatMap(({ id }) => whole.get(id) ?? []);
      const fields = (product: string) => api.fields(product);
      const made = { xlsx: () => workbook(ordered, fields), csv: () => csv(ordered, fields), json: async () => new Blob([JSON.stringify(ordered, null, 2)], { type: "application/json" }) };
      saved(await made[kind](), `ocr-${new Date().toISOString().slice(0, 10)}.${kind}`);
      setNote("");
    } catch (error) {
      setNote(told(say, error));
    } finally {
      setBusy(false);
    }
  };

  const erase = async () => {
    setBusy(true);
    const gone = new Set<string>();
    const failed = await each(async (id) => {
      await api.erase(id);
      gone.add(id);
    });
    setRecords((old) => old.filter(({ id }) => !gone.has(id)));
    setPicked((old) => new Set([...old].filter((id) => !gone.has(id))));
    setNote(failed ? say("unexpected") : "");
    setBusy(false);
  };

  const choose = (name: string) => (event: { currentTarget: HTMLSelectElement | HTMLInputElement }) => {
    const { value } = event.currentTarget;
    setFilters((old) => ({ ...old, [name]: value }));
  };
  const toggle = (id: string) => setPicked((old) => (old.has(id) ? new Set([...old].filter((one) => one !== id)) : new Set([...old, id])));
  const vendors = [...new Set(products.flatMap(({ vendors }) => vendors))].sort();
  const ids = records.map(({ id }) => id);

  return (
    <>
      <form class="bar filters" onSubmit={(event) => { event.preventDefault(); void search(); }}>
        <Choice label={say("product")} all={say("all")} onChange={choose("product")} options={products.map(({ product }) => [product, names[product] ?? product])} />
        <Choice label={say("status")} all={say("all")} onChange={choose("status")} options={STATUSES.map((one) => [one, named(say, one)])} />
        <Choice label={say("review")} all={say("all")} onChange={choose("review")} options={REVIEWS.map((one) => [one, say(one)])} />
        <Choice label={say("vendor")} all={say("all")} onChange={choose("vendor")} options={vendors.map((one) => [one, one])} />
        <LabelInput say={say} onChange={(label) => setFilters((old) => ({ ...old, label }))} />
        <label>{say("from")}<input type="date" onChange={choose("from")} /></label>
        <label>{say("until")}<input type="date" onChange={choose("to")} /></label>
        <button class="good" disabled={busy}>{say("search")}</button>
      </form>
      {records.length > 0 && (
        <div class="bar">
          <label><input type="checkbox" disabled={isWaiting} checked={picked.size === ids.length} onChange={(event) => setPicked(new Set(event.currentTarget.checked ? ids : []))} /> {say("selectAll")}</label>
          <span role="status">{say("selected", picked.size)}</span>
          <button type="button" disabled={isWaiting || !picked.size} onClick={() => void take("xlsx")}>{say("excel")}</button>
          <button type="button" disabled={isWaiting || !picked.size} onClick={() => void take("csv")}>{say("csv")}</button>
          <button type="button" disabled={isWaiting || !picked.size} onClick={() => void take("json")}>{say("json")}</button>
          <button type="button" class="bad" disabled={isWaiting || !picked.size} onClick={() => dialog.current?.showModal()}>{say("erase")}</button>
        </div>
      )}
      <p class="note" role="status">{note}</p>
      {records.length > 0 && <SummaryTable say={say} names={names} records={records} picked={picked} onPick={toggle} onOpen={(id) => onOpen(id, ids)} />}
      {next && <button type="button" disabled={isWaiting} onClick={() => void search(next)}>{say("more")}</button>}
      <dialog ref={dialog} aria-label={say("erase")}>
        <p>{say("eraseAsk", picked.size)}</p>
        <form method="dialog" class="bar">
          <button autoFocus>{say("cancel")}</button>
          <button class="bad" onClick={() => void erase()}>{say("erase")}</button>
        </form>
      </dialog>
    </>
  );
}

function Choice({ label, all, options, onChange }: { label: string; all: string; options: string[][]; onChange: (event: { currentTarget: HTMLSelectElement }) => void }) {
  return (
    <label>
      {label}
      <select onChange={onChange}>
        <option value="">{all}</option>
        {options.map(([value, text]) => <option value={value}>{text}</option>)}
      </select>
    </label>
  );
}

interface TableProps {
  say: Say;
  names: Record<string, string>;
  records: Summary[];
  picked?: ReadonlySet<string>;
  onPick?: (id: string) => void;
  onOpen: (id: string) => void;
}

export function SummaryTable({ say, names, records, picked, onPick, onOpen }: TableProps) {
  return (
    <table class="cards">
      <thead>
        <tr>
          {onPick && <th><span class="unseen">{say("select")}</span></th>}
          <th>{say("created")}</th>
          <th>{say("product")}</th>
          <th>{say("status")}</th>
          <th>{say("fields")}</th>
          <th>{say("checks")}</th>
          <th><span class="unseen">{say("open")}</span></th>
        </tr>
      </thead>
      <tbody>
        {records.map((one) => (
          <tr key={one.id}>
            {onPick && <td><input type="checkbox" aria-label={say("select")} checked={picked?.has(one.id)} onChange={() => onPick(one.id)} /></td>}
            <td>{moment(one.created_at)}</td>
            <td>{names[one.product] ?? one.product}{one.label && <span class="small"> {one.label}</span>}</td>
            <td>
              <span class={`pill ${one.status}`}>{named(say, one.status)}</span>
              {one.needs_review && <span class="pill needed">{say("needed")}</span>}
              {one.decision && <span class={`pill ${one.decision}`}>{named(say, one.decision)}</span>}
              {one.corrected > 0 && <span class="pill corrected">{say("corrected")}</span>}
            </td>
            <td class="summary">{Object.values(one.fields).slice(0, 4).map(plain).join(" · ")}</td>
            <td>
              {one.checks_failed > 0 && <span class="failed-check">{say("checksFailed", one.checks_failed)}</span>}
              {one.lowest_confidence !== undefined && <span class="small"> {percent(one.lowest_confidence)}</span>}
            </td>
            <td><button type="button" onClick={() => onOpen(one.id)}>{say("open")}</button></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
