// One record: what was read beside the picture, to look at, to correct and to decide on.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Api, type Check, type Decision, type Evidence, type Field, type OcrDocument, type OcrRecord, Refusal, type Seen, type Value, sleep } from "./api";
import { listOf } from "./table";
import { type Mark, Viewer } from "./viewer";
import { type Say, checked, kindOf, named, wrong } from "./words";

interface Props {
  say: Say;
  chinese: boolean;
  names: Record<string, string>;
  api: Api;
  id: string;
  file: File | undefined;
  personal: boolean;
  onPersonal: (shown: boolean) => void;
  onBack: () => void;
  onNext: (() => void) | undefined;
  onDecided: (record: OcrRecord) => void;
  seen: Seen | undefined;
  taken: boolean;
}

type Edits = Record<string, string>;

// While somebody types, the value is checked when the typing rests.
const RESTS_MS = 350;

export function RecordPage({ say, chinese, names: products, api, id, file, personal, onPersonal, onBack, onNext, onDecided, seen: before, taken }: Props) {
  const [seen, setSeen] = useState<Seen | null>(null);
  const [fields, setFields] = useState<Field[]>([]);
  const [url, setUrl] = useState<string | null>(null);
  const [edits, setEdits] = useState<Edits>({});
  const [tried, setTried] = useState<{ record: OcrRecord | null; wrong: string | null }>({ record: null, wrong: null });
  const [chosen, setChosen] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [which, setWhich] = useState(0);
  const [empty, setEmpty] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    let here = true;
    setSeen(null);
    setEdits({});
    setEditing(null);
    setChosen(null);
    setWhich(0);
    setNote("");
    const get = async () => {
      const found = before ?? (await api.record(id));
      const known = await api.fields(found.record.product);
      if (!here) return;
      setFields(known);
      setSeen(found);
      setChosen(known.find(({ name, columns }) => !columns.length && failed(found.record.document, name).length)?.name ?? null);
      heading.current?.focus();
    };
    get().catch((error: unknown) => here && setNote(told(say, error)));
    return () => {
      here = false;
    };
  }, [id]);

  useEffect(() => {
    let here = true;
    const local = file && URL.createObjectURL(file);
    setUrl(local ?? null);
    if (!local) api.picture(id).then((link) => here && setUrl(link), () => undefined);
    return () => {
      here = false;
      if (local) URL.revokeObjectURL(local);
    };
  }, [id, file]);

  const changes = useMemo(() => Object.fromEntries(Object.entries(edits).map(([name, text]) => [name, text.trim() ? text : null])), [edits]);
  const isEdited = Object.keys(edits).length > 0;

  // Whether the typed values are of their types, and what the checks say of them: asked of the API, which knows.
  useEffect(() => {
    setTried({ record: null, wrong: null });
    if (!isEdited || !seen) return;
    let here = true;
    const attempt = async () => {
      await sleep(RESTS_MS);
      if (!here) return;
      try {
        const { record } = await api.revise(id, seen.tag, { fields: changes }, true);
        if (here) setTried({ record, wrong: null });
      } catch (error) {
        if (here && error instanceof Refusal) setTried({ record: null, wrong: error.problem?.field ?? null });
      }
    };
    void attempt();
    return () => {
      here = false;
    };
  }, [edits, seen]);

  const send = async (decision?: Decision) => {
    if (!seen || busy || (!decision && !isEdited)) return;
    setBusy(true);
    try {
      const change = { ...(isEdited ? { fields: changes } : {}), ...(decision ? { decision } : {}) };
      const found = await api.revise(id, seen.tag, change);
      setSeen(found);
      setEdits({});
      setEditing(null);
      setNote(say("saved"));
      onDecided(found.record);
      if (decision) onNext?.();
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) {
        setSeen(await api.record(id));
        setNote(say("changed"));
      } else {
        setNote(told(say, error));
      }
    } finally {
      setBusy(false);
    }
  };

  const record = tried.record ?? seen?.record;
  const documents = record ? [...(record.document ? [record.document] : []), ...record.others] : [];
  const document = documents[which];
  const canEdit = which === 0 && !!record?.document && !fields.some(({ name }) => isInner(document, name));
  const single = fields.filter(({ columns }) => !columns.length);
  const shown = single.filter(({ name }) => empty || has(document, name) || name in edits || failed(document, name).length > 0);
  const names = shown.map(({ name }) => name);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog")) return;
      const place = chosen ? names.indexOf(chosen) : -1;
      const go = (step: number) => setChosen(names[Math.min(names.length - 1, Math.max(0, place + step))] ?? null);
      const acts: Record<string, () => void> = {
        ArrowDown: () => go(1),
        ArrowUp: () => go(-1),
        a: () => void send("approved"),
        x: () => void send("rejected"),
        n: () => onNext?.(),
        Escape: onBack,
      };
      if (chosen && canEdit && personal && !target.closest("button, a, summary")) acts["Enter"] = () => setEditing(chosen);
      const act = acts[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });

  useEffect(() => {
    window.document.getElementById(`row-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  if (!record || !seen) return <p class="note" role="status">{note || "…"}</p>;

  const marks = marksOf(document, single);
  const hides = (field: Field) => field.personal && !personal;
  const cellProps = { say, edits, hides, wrong: tried.wrong, canEdit: canEdit && personal, editing };
  const edit = (name: string, text: string) => setEdits((old) => ({ ...old, [name]: text }));

  return (
    <div class="record">
      <div class="bar head">
        <button type="button" onClick={onBack}>← {say("back")}</button>
        <h2 tabIndex={-1} ref={heading}>{products[record.product] ?? record.product} <span class={`pill ${record.status}`}>{named(say, record.status)}</span></h2>
        {record.needs_review && <span class="pill needed">{say("needed")}</span>}
        {record.reviewed?.decision && <span class={`pill ${record.reviewed.decision}`}>{named(say, record.reviewed.decision)}</span>}
        {record.vendor && <span class="small">{say("readBy", reader(say, record.vendor))}</span>}
        {record.options["label"] && <span class="small">{record.options["label"]}</span>}
        <span class="grow" />
        <button type="button" aria-pressed={personal} onClick={() => onPersonal(!personal)}>{say(personal ? "hide" : "show")}</button>
      </div>
      {taken && <p class="hint" role="status">{say("taken")}</p>}
      {record.also_shows.length > 0 && <p class="hint">{say("alsoShows", record.also_shows.map((slug) => products[slug] ?? slug).join(", "))}</p>}
      {record.problem && <p class="problem">{wrong(say, kindOf(record.problem.type), record.problem.detail, record.problem.advice)}</p>}
      {documents.length > 1 && (
        <p class="bar">
          {say("others", documents.length)}
          {documents.map((_, place) => <button type="button" aria-pressed={place === which} onClick={() => setWhich(place)}>{say("document", place + 1)}</button>)}
        </p>
      )}
      <div class="columns">
        <Viewer say={say} api={api} record={seen.record} url={url} marks={marks} chosen={chosen} personal={personal} onChoose={setChosen} />
        <section class="fields" aria-label={say("fields")}>
          <table>
            <thead><tr><th>{say("field")}</th><th>{say("value")}</th><th>{say("checks")}</th></tr></thead>
            <tbody>
              {shown.map((field) => (
                <tr id={`row-${field.name}`} key={field.name} class={field.name === chosen ? "chosen" : ""} onPointerEnter={() => setChosen(field.name)}>
                  <th scope="row"><span>{chinese ? field.label : field.name.replaceAll("_", " ")}</span></th>
                  <td>
                    <Cell {...cellProps} name={field.name} field={field} value={document?.fields[field.name]} evidence={document?.evidence[field.name]} onEdit={edit} onEditing={setEditing} onDone={() => void send()} />
                    <Origin say={say} field={field} hides={hides(field)} document={document} record={record} canUse={canEdit && personal} onUse={(text) => edit(field.name, text)} />
                  </td>
                  <td><Checks say={say} chinese={chinese} checks={document?.checks ?? []} name={field.name} wrong={tried.wrong === field.name} confidence={document?.evidence[field.name]?.confidence} /></td>
                </tr>
              ))}
            </tbody>
          </table>
          <label class="small"><input type="checkbox" checked={empty} onChange={(event) => setEmpty(event.currentTarget.checked)} /> {say("showEmpty")}</label>
          {(document?.checks ?? []).filter((check) => check.outcome === "failed" && !check.fields.some((name) => names.includes(name.split("[")[0]!))).map((check) => <p class="failed-check">✗ {checked(say, check.name)}: {check.detail} {check.fields.join(", ")}</p>)}
        </section>
      </div>

      {fields.filter(({ columns, name }) => columns.length && listOf(document?.fields[name]).length).map((field) => (
        <section class="wide" key={field.name}>
          <h3>{chinese ? (field.label === field.name.replaceAll("_", " ") ? say("rows") : field.label) : field.name.replaceAll("_", " ")}</h3>
          <div class="scroll">
            <table>
              <thead><tr><th>#</th>{used(field, document).map((column) => <th>{chinese ? column.label : column.name.replaceAll("_", " ")}</th>)}<th>{say("checks")}</th></tr></thead>
              <tbody>
                {listOf(document?.fields[field.name]).map((row, place) => (
                  <tr>
                    <td>{place + 1}</td>
                    {used(field, document).map((column) => {
                      const name = `${field.name}[${place}].${column.name}`;
                      const hidden = { ...column, personal: column.personal || field.personal };
                      return <td><Cell {...cellProps} name={name} field={hidden} value={row[column.name]} evidence={undefined} onEdit={edit} onEditing={setEditing} onDone={() => void send()} /></td>;
                    })}
                    <td><Checks say={say} chinese={chinese} checks={document?.checks ?? []} name={`${field.name}[${place}]`} wrong={tried.wrong?.startsWith(`${field.name}[${place}]`) ?? false} confidence={undefined} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Checks say={say} chinese={chinese} checks={document?.checks ?? []} name={field.name} wrong={false} confidence={undefined} />
        </section>
      ))}

      {!!document?.unmapped.length && personal && (
        <details>
          <summary>{say("unmapped")} ({document.unmapped.length})</summary>
          <table><tbody>{document.unmapped.map((one) => <tr><th scope="row">{one.label}</th><td>{one.text}</td><td>{one.confidence !== undefined && percent(one.confidence)}</td></tr>)}</tbody></table>
        </details>
      )}
      {!!record.lines.length && personal && (
        <details>
          <summary>{say("lines")} ({record.lines.length})</summary>
          <table><tbody>{record.lines.map((one) => <tr><td>{one.text}</td><td>{one.confidence !== undefined && percent(one.confidence)}</td></tr>)}</tbody></table>
        </details>
      )}
      {!!record.attempts.length && (
        <details>
          <summary>{say("attempts")} ({record.attempts.length})</summary>
          <table><tbody>{record.attempts.map((one) => <tr><th scope="row">{one.vendor}</th><td>{one.outcome}</td><td>{one.code}</td><td>{(one.milliseconds / 1000).toFixed(1)} s</td><td>{one.units} {say("units")}</td><td>{one.cost} {say("yuan")}</td></tr>)}</tbody></table>
        </details>
      )}
      {record.reviewed && (
        <details>
          <summary>{say("history")} ({record.reviewed.revisions.length})</summary>
          <table>
            <tbody>
              {record.reviewed.revisions.map((one) => (
                <tr>
                  <td>{moment(one.at)}</td>
                  <td>{say("by")} {one.by}</td>
                  <td>{one.decision && named(say, one.decision)}</td>
                  <td>
                    {one.corrections.map(({ field, before, after }) => (
                      <div>{field}{personal && <>: <del>{plain(before)}</del> → <ins>{plain(after)}</ins></>}</div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}

      <div class="bar foot">
        <button type="button" class="good" disabled={busy || !!tried.wrong} onClick={() => void send("approved")}>✓ {say("approve")}</button>
        <button type="button" class="bad" disabled={busy || !!tried.wrong} onClick={() => void send("rejected")}>✗ {say("reject")}</button>
        {isEdited && <button type="button" disabled={busy || !!tried.wrong} onClick={() => void send()}>{say("save")}</button>}
        {isEdited && <button type="button" onClick={() => { setEdits({}); setEditing(null); }}>{say("undo")}</button>}
        {onNext && <button type="button" onClick={onNext}>{say("next")} →</button>}
        <span class="note" role="status" aria-live="polite">{note}</span>
        <span class="keys">{say("keys")}</span>
      </div>
    </div>
  );
}

interface CellProps {
  say: Say;
  name: string;
  field: Field;
  value: Value | undefined;
  evidence: Evidence | undefined;
  edits: Edits;
  wrong: string | null;
  editing: string | null;
  canEdit: boolean;
  hides: (field: Field) => boolean;
  onEdit: (name: string, text: string) => void;
  onEditing: (name: string | null) => void;
  onDone: () => void;
}

function Cell({ say, name, field, value, evidence, edits, wrong, editing, canEdit, hides, onEdit, onEditing, onDone }: CellProps) {
  const input = useRef<HTMLInputElement>(null);
  const open = editing === name || name in edits;
  useEffect(() => {
    if (editing === name) input.current?.focus();
  }, [editing]);
  if (hides(field)) return <span class="masked">{value === undefined ? "" : masked(value)}</span>;
  if (open && canEdit) {
    return (
      <input
        ref={input}
        aria-label={field.label}
        aria-invalid={wrong === name}
        value={edits[name] ?? (value === undefined ? (evidence?.text ?? "") : plain(value))}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onEdit(name, event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && wrong === null) onDone();
          if (event.key === "Escape") onEditing(null);
          event.stopPropagation();
        }}
      />
    );
  }
  if (Array.isArray(value)) return <Grid value={value} />;
  const text = value === undefined ? "" : plain(value);
  if (!canEdit || isObject(value)) return <span class="value">{text || <i>{say("empty")}</i>}</span>;
  return (
    <button type="button" class="value" title={say("edit")} onClick={() => onEditing(name)}>
      {text || <i>{say("empty")}</i>}
    </button>
  );
}

/** Tables as they were read, of products whose field they are. */
function Grid({ value }: { value: Value[] }) {
  const isTable = value.every((row) => Array.isArray(row));
  if (!isTable) return <span class="value">{plain(value)}</span>;
  return (
    <>
      {value.map((table) => (
        <table class="grid"><tbody>{(table as Value[]).map((row) => <tr>{(Array.isArray(row) ? row : [row]).map((cell) => <td>{plain(cell)}</td>)}</tr>)}</tbody></table>
      ))}
    </>
  );
}

/** Who read a record or a page: a vendor, or nobody where the file itself holds its text. */
const reader = (say: Say, vendor: string): string => (vendor === "text" ? say("fileText") : vendor);

interface OriginProps {
  say: Say;
  field: Field;
  hides: boolean;
  document: OcrDocument | undefined;
  record: OcrRecord;
  canUse: boolean;
  onUse: (text: string) => void;
}

/** Where a value comes from, if it is not simply the text as read. */
function Origin({ say, field, hides, document, record, canUse, onUse }: OriginProps) {
  const evidence = document?.evidence[field.name];
  const value = document?.fields[field.name];
  const differs = evidence && evidence.text !== plain(value);
  // The pages of a file may have been read by several.
  const by = record.pages.find(({ number }) => number === (evidence?.page ?? 1))?.vendor;
  return (
    <span class="origin">
      {record.reviewed?.corrected.includes(field.name) && <span class="pill corrected">{say("corrected")}</span>}
      {evidence?.source === "code" && <span class="pill">{say("code")}</span>}
      {evidence && evidence.source !== "code" && by && by !== record.vendor && <span class="pill">{reader(say, by)}</span>}
      {differs && !hides && <span>{say("asRead")}: {evidence.text}</span>}
      {differs && !hides && value === undefined && canUse && <button type="button" onClick={() => onUse(evidence.text)}>{say("use")}</button>}
      {!hides && evidence?.opinions?.map(({ vendor, text }) => (
        <span>{vendor}: {text} {canUse && <button type="button" onClick={() => onUse(text)}>{say("use")}</button>} </span>
      ))}
      {evidence?.meaning && <span>{evidence.meaning}</span>}
    </span>
  );
}

function Checks({ say, chinese, checks, name, wrong, confidence }: { say: Say; chinese: boolean; checks: Check[]; name: string; wrong: boolean; confidence: number | undefined }) {
  // That a value is there can be seen.
  const told = checks.filter(({ outcome, fields, name: check }) => outcome !== "not_applicable" && !(check === "complete" && outcome === "passed") && fields.some((one) => one === name || one.startsWith(`${name}.`)));
  const own = [...new Map(told.map((one) => [`${one.name} ${one.outcome} ${one.detail}`, one])).values()];
  return (
    <span class="checks">
      {wrong && <span class="failed-check">✗ {say("badValue")}</span>}
      {own.map((check) =>
        check.outcome === "failed" ? (
          <span class="failed-check" title={`${check.name}: ${check.detail}`}>✗ {checked(say, check.name)}{!chinese && <>: {check.detail}</>}</span>
        ) : (
          <span class="passed-check" title={`${check.name}: ${say("passed")}`}>✓ <span class="small">{checked(say, check.name)}</span></span>
        ),
      )}
      {confidence !== undefined && (
        <span class="sure" title={say("confidence")}><meter min={0} max={1} low={0.88} high={0.95} optimum={1} value={confidence} aria-label={say("confidence")} /> {percent(confidence)}</span>
      )}
    </span>
  );
}

function marksOf(document: OcrDocument | undefined, fields: Field[]): Mark[] {
  return fields.flatMap(({ name }) => {
    const evidence = document?.evidence[name];
    if (!evidence?.box) return [];
    return [{ name, box: evidence.box, page: evidence.page ?? document?.page ?? 1, text: evidence.text, doubtful: failed(document, name).length > 0 }];
  });
}

const failed = (document: OcrDocument | undefined, name: string): Check[] =>
  (document?.checks ?? []).filter((check) => check.outcome === "failed" && check.fields.includes(name));

const has = (document: OcrDocument | undefined, name: string): boolean => name in (document?.fields ?? {}) || name in (document?.evidence ?? {});

const isObject = (value: Value | undefined): boolean => typeof value === "object" && value !== null;

/** Whether the field holds another product's document, whose fields are corrected where that product reads them. */
const isInner = (document: OcrDocument | undefined, name: string): boolean => {
  const value = document?.fields[name];
  return isObject(value) && !Array.isArray(value);
};

const used = (field: Field, document: OcrDocument | undefined): Field[] => {
  const rows = listOf(document?.fields[field.name]);
  return field.columns.filter(({ name }) => rows.some((row) => name in row));
};

export const percent = (part: number): string => `${Math.floor(part * 1000) / 10}%`;

export const moment = (at: string): string => new Date(at).toLocaleString(undefined, { dateStyle: "short", timeStyle: "short" });

export function plain(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 1) : String(value);
}

const masked = (value: Value): string => (isObject(value) ? "●●●" : "●".repeat(6));

export function told(say: Say, error: unknown): string {
  if (!(error instanceof Refusal)) return say("unexpected");
  if (error.kind === "unreachable" || error.kind === "unexpected") return say(error.kind);
  if (error.kind === "not_arrived") return say("notArrived");
  return wrong(say, error.kind, error.detail, error.advice);
}
