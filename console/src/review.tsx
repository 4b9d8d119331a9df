// The queue: what was read and is doubtful, and nobody has decided on.

import { useEffect, useState } from "preact/hooks";
import type { Api, Summary } from "./api";
import { SummaryTable } from "./list";
import { SORTERS } from "./read";
import { told } from "./record";
import type { Say } from "./words";

interface Props {
  say: Say;
  api: Api;
  names: Record<string, string>;
  onReview: (queue: string[], id?: string) => void;
}

export function ReviewPage({ say, api, names, onReview }: Props) {
  const [found, setFound] = useState<{ records: Summary[]; more: boolean } | null>(null);
  const [note, setNote] = useState("");
  useEffect(() => {
    let here = true;
    api.list({ review: "needed", limit: "100" }).then(
      // What only told which kind a file is, is no document.
      ({ records, next }) => here && setFound({ records: records.filter(({ product }) => !SORTERS.includes(product)), more: next !== null }),
      (error: unknown) => here && setNote(told(say, error)),
    );
    return () => {
      here = false;
    };
  }, []);
  if (!found) return <p class="note" role="status">{note || "…"}</p>;
  const ids = found.records.map(({ id }) => id);
  return (
    <>
      <div class="bar">
        <p role="status">{ids.length ? say(found.more ? "queueMore" : "queue", ids.length) : say("queueEmpty")}</p>
        {ids.length > 0 && <button type="button" class="good" onClick={() => onReview(ids)}>{say("startReview")}</button>}
      </div>
      {ids.length > 0 && <SummaryTable say={say} names={names} records={found.records} onOpen={(id) => onReview(ids, id)} />}
    </>
  );
}
