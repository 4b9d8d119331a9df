// What the operator watches: vendors, queues, budgets, costs and the tenants' keys.

import { useEffect, useState } from "preact/hooks";
import type { Api, Costs, QueueState, TenantKey, Usage, VendorStates } from "./api";
import { moment, told } from "./record";
import type { Say } from "./words";

interface Props {
  say: Say;
  api: Api;
  names: Record<string, string>;
}

const BY = ["vendor", "product", "day"] as const;
type By = (typeof BY)[number];
// So much of a budget is spent when it is shown in red.
const NEARLY = 0.8;
// Where messages end that need a person.
const ENDS: readonly string[] = ["dead_letters", "undelivered"];

export function WatchPage({ say, api, names }: Props) {
  const [states, setStates] = useState<VendorStates | null>(null);
  const [queues, setQueues] = useState<QueueState[] | null>(null);
  const [keys, setKeys] = useState<TenantKey[] | null>(null);
  const [usage, setUsage] = useState<Usage | null>(null);
  const [by, setBy] = useState<By>("vendor");
  const [days, setDays] = useState({ from: "", to: "" });
  const [note, setNote] = useState("");

  const [looked, setLooked] = useState(0);

  // Each part is shown as it arrives, and one that fails hides no other.
  useEffect(() => {
    let here = true;
    const show = <T,>(part: Promise<T>, set: (found: T) => void) =>
      part.then((found) => here && set(found), (error: unknown) => here && setNote(told(say, error)));
    setNote("");
    void show(api.vendors(), setStates);
    void show(api.queues(), setQueues);
    void show(api.keys(), setKeys);
    return () => {
      here = false;
    };
  }, [looked]);
  useEffect(() => {
    let here = true;
    api.usage(by, days.from, days.to).then((found) => here && setUsage(found), (error: unknown) => here && setNote(told(say, error)));
    return () => {
      here = false;
    };
  }, [by, days, looked]);

  const titled = (row: Costs): string => (by === "product" ? (names[row.product ?? ""] ?? row.product ?? "") : (row[by] ?? ""));
  const named = (queue: string): string => (ENDS.includes(queue) ? say(queue as "dead_letters") : (names[queue] ?? queue.replaceAll("_", " ")));
  const busy = queues?.filter(({ waiting, delayed, in_progress }) => waiting + delayed + in_progress) ?? [];
  const broken = states?.circuits.filter(({ state }) => state !== "closed") ?? [];
  return (
    <>
      <div class="bar">
        <button type="button" onClick={() => setLooked(looked + 1)}>{say("refresh")}</button>
        <p class="note" role="status">{note || (usage && queues && keys ? "" : "…")}</p>
      </div>
      {states && (
        <section class="wide">
          <h2>{say("circuits")}</h2>
          {broken.length ? (
            <table>
              <thead><tr><th>{say("vendor")}</th><th>{say("interface")}</th><th>{say("status")}</th><th>{say("since")}</th></tr></thead>
              <tbody>{broken.map((one) => <tr><th scope="row">{one.vendor}</th><td>{one.interface}</td><td><span class="pill failed">{say(one.state === "open" ? "open_circuit" : "half_open")}</span></td><td>{one.since && moment(one.since)}</td></tr>)}</tbody>
            </table>
          ) : (
            <p class="passed-check">✓ {say("allAsked", new Set(states.circuits.map(({ vendor }) => vendor)).size)}</p>
          )}
        </section>
      )}
      {queues && (
        <section class="wide">
          <h2>{say("queues")}</h2>
          {busy.length ? (
            <div class="scroll">
              <table>
                <thead><tr><th>{say("queueOf")}</th><th class="number">{say("waits")}</th><th class="number">{say("delayed")}</th><th class="number">{say("inProgress")}</th><th class="number">{say("oldest")}</th></tr></thead>
                <tbody>
                  {busy.map((one) => (
                    <tr>
                      <th scope="row" class={ENDS.includes(one.queue) ? "failed-check" : ""}>{named(one.queue)}</th>
                      <td class="number">{one.waiting}</td>
                      <td class="number">{one.delayed}</td>
                      <td class="number">{one.in_progress}</td>
                      <td class="number">{one.oldest_seconds === undefined ? "–" : duration(say, one.oldest_seconds)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <p class="passed-check">✓ {say("nothingWaits", queues.length)}</p>
          )}
        </section>
      )}
      {states && (
        <section class="wide">
          <h2>{say("budgets")}</h2>
          {states.budgets.length ? (
            <table>
              <thead><tr><th>{say("vendor")}</th><th>{say("period")}</th><th>{say("spent")}</th></tr></thead>
              <tbody>
                {states.budgets.map(({ vendor, of, period, most, spent }) => (
                  <tr>
                    <th scope="row">{vendor}</th>
                    <td>{say(period === "day" ? "today" : "thisMonth")}</td>
                    <td>
                      <meter min={0} max={most} high={NEARLY * most} optimum={0} value={spent} aria-label={say("spent")} />{" "}
                      <span class={spent >= NEARLY * most ? "failed-check" : ""}>{spent} / {most} {say(of === "cost" ? "yuan" : "units")}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <p class="small">{say("noBudgets")}</p>
          )}
        </section>
      )}
      <section class="wide">
        <div class="bar filters">
          <h2>{say("costs")}</h2>
          <label>{say("groupBy")}<select value={by} onChange={(event) => setBy(event.currentTarget.value as By)}>{BY.map((one) => <option value={one}>{say(one)}</option>)}</select></label>
          <label>{say("from")}<input type="date" onChange={(event) => setDays({ ...days, from: event.currentTarget.value })} /></label>
          <label>{say("until")}<input type="date" onChange={(event) => setDays({ ...days, to: event.currentTarget.value })} /></label>
        </div>
        {usage && (
          <div class="scroll">
            <table>
              <thead><tr><th>{say(by)}</th><th class="number">{say("calls")}</th><th class="number">{say("units")}</th><th class="number">{say("yuan")}</th><th class="number">{say("possibly")}</th></tr></thead>
              <tbody>
                {usage.rows.map((row) => <Line name={titled(row)} row={row} />)}
                <Line name={say("total")} row={usage.total} />
              </tbody>
            </table>
          </div>
        )}
        {usage && !usage.rows.length && <p class="small">{say("noCosts")}</p>}
        {!!usage?.unpriced.length && <p class="small">{say("unpriced", usage.unpriced.join(", "))}</p>}
      </section>
      {keys && (
        <section class="wide">
          <h2>{say("tenantKeys")}</h2>
          {keys.length ? (
            <div class="scroll">
              <table>
                <thead><tr><th>{say("tenant")}</th><th>{say("keyId")}</th><th class="number">{say("perSecond")}</th><th class="number">{say("perDay")}</th><th>{say("made")}</th><th>{say("revoked")}</th></tr></thead>
                <tbody>
                  {keys.map((one) => (
                    <tr class={one.revoked_at ? "gone" : ""}>
                      <th scope="row">{one.tenant}</th>
                      <td>{one.id}</td>
                      <td class="number">{one.per_second}</td>
                      <td class="number">{one.per_day}</td>
                      <td>{moment(one.created_at)}</td>
                      <td>{one.revoked_at ? moment(one.revoked_at) : "–"}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : (
            <p class="small">{say("noKeys")}</p>
          )}
        </section>
      )}
    </>
  );
}

const UNITS = [["days", 86_400], ["hours", 3600], ["minutes", 60]] as const;

/** A time of so many seconds, in the largest unit that it fills. */
function duration(say: Say, seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["seconds", 1];
  return say(unit, Math.floor(seconds / size));
}

function Line({ name, row }: { name: string; row: Costs }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{row.calls}</td>
      <td class="number">{row.units}</td>
      <td class="number">{row.cost.toFixed(2)}</td>
      <td class="number">{row.possible_cost.toFixed(2)}</td>
    </tr>
  );
}
