// What the operator watches: money, budgets, and which vendors are asked at all.

import { useEffect, useState } from "preact/hooks";
import type { Api, Costs, Usage, VendorStates } from "./api";
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

export function WatchPage({ say, api, names }: Props) {
  const [states, setStates] = useState<VendorStates | null>(null);
  const [usage, setUsage] = useState<Usage | null>(null);
  const [by, setBy] = useState<By>("vendor");
  const [days, setDays] = useState({ from: "", to: "" });
  const [note, setNote] = useState("");

  useEffect(() => {
    let here = true;
    const get = async () => {
      const [found, costs] = await Promise.all([api.vendors(), api.usage(by, days.from, days.to)]);
      if (!here) return;
      setStates(found);
      setUsage(costs);
      setNote("");
    };
    get().catch((error: unknown) => here && setNote(told(say, error)));
    return () => {
      here = false;
    };
  }, [by, days]);

  const titled = (row: Costs): string => (by === "product" ? (names[row.product ?? ""] ?? row.product ?? "") : (row[by] ?? ""));
  const broken = states?.circuits.filter(({ state }) => state !== "closed") ?? [];
  return (
    <>
      <p class="note" role="status">{note || (usage ? "" : "…")}</p>
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
    </>
  );
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
