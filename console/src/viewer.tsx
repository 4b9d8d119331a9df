// The picture of a record with a box around each value. Where the browser has no picture to show, a blank page of its
// size with the texts where they stand.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, Box, OcrRecord, Point } from "./api";
import type { Say } from "./words";

/** One box on the picture: whose it is, where it stands, what was read there. */
export interface Mark {
  name: string;
  box: Box;
  page: number;
  text: string;
  doubtful: boolean;
}

interface Props {
  say: Say;
  api: Api;
  record: OcrRecord;
  url: string | null;
  marks: Mark[];
  chosen: string | null;
  personal: boolean;
  onChoose: (name: string) => void;
}

interface View {
  x: number;
  y: number;
  scale: number;
  turned: number;
}

const FIT: View = { x: 0, y: 0, scale: 1, turned: 0 };
const STEP = 40;
const PAGE_WIDTH = 1600;
const THUMBNAIL_WIDTH = 120;
const within = (scale: number): number => Math.min(12, Math.max(0.3, scale));

export function Viewer({ say, api, record, url, marks, chosen, personal, onChoose }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(FIT);
  const [page, setPage] = useState(1);
  // Of which picture it is known: one may load before an effect of its own record runs.
  const [loaded, setLoaded] = useState<{ picture: string; size: Point } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  // A page from which documents were cut out has a line for each of them.
  const first = record.pages.filter(({ number }, place, all) => all.findIndex((one) => one.number === number) === place);
  const pages = first.length ? first : [{ number: 1, ...sizeOf(record) }];
  const current = pages.find(({ number }) => number === page) ?? pages[0]!;
  const isFile = Boolean(record.picture?.pages);
  const orientation = isFile ? 1 : (record.picture?.orientation ?? 1);
  const upright = turned([current.width, current.height], orientation);
  // What the browser cannot show the gateway draws, if it keeps the file.
  const isBroken = url !== null && failed === url;
  const drawn = useDrawn(api, record, record.source && (isFile || isBroken) ? page : null, PAGE_WIDTH);
  const own = isFile || isBroken ? null : url;
  const picture = drawn ?? own;
  // Boxes stand on a picture of the same shape alone.
  const size = loaded && loaded.picture === picture ? loaded.size : null;
  const fits = size !== null && Math.abs(size[0] * upright[1] - size[1] * upright[0]) <= 0.01 * size[0] * upright[1];

  useEffect(() => {
    setView(FIT);
    setPage(marks[0]?.page ?? 1);
  }, [record.id, url, marks[0]?.page]);

  useEffect(() => {
    const mark = marks.find(({ name }) => name === chosen);
    if (mark) setPage(mark.page);
  }, [chosen]);

  const zoom = (by: number) => setView((old) => ({ ...old, scale: within(old.scale * by) }));
  const move = (x: number, y: number) => setView((old) => ({ ...old, x: old.x + x, y: old.y + y }));
  const rotate = () => setView((old) => ({ ...old, turned: (old.turned + 90) % 360 }));

  // Preact listens to wheels passively, and the page would scroll as well.
  useEffect(() => {
    const turn = (event: WheelEvent) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    };
    const here = frame.current;
    here?.addEventListener("wheel", turn, { passive: false });
    return () => here?.removeEventListener("wheel", turn);
  }, []);

  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    move(event.movementX, event.movementY);
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  };

  const keys: Record<string, () => void> = {
    "+": () => zoom(1.25),
    "=": () => zoom(1.25),
    "-": () => zoom(0.8),
    r: rotate,
    "0": () => setView(FIT),
    ArrowLeft: () => move(STEP, 0),
    ArrowRight: () => move(-STEP, 0),
    ArrowUp: () => move(0, STEP),
    ArrowDown: () => move(0, -STEP),
  };
  const press = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  const here = marks.filter((mark) => mark.page === current.number || !isFile);
  return (
    <section class="viewer">
      <div class="bar" role="toolbar">
        <button type="button" onClick={() => zoom(1.25)} aria-label={say("zoomIn")} title={say("zoomIn")}>+</button>
        <button type="button" onClick={() => zoom(0.8)} aria-label={say("zoomOut")} title={say("zoomOut")}>−</button>
        <button type="button" onClick={rotate} aria-label={say("rotate")} title={say("rotate")}>⟳</button>
        <button type="button" onClick={() => setView(FIT)}>{say("fit")}</button>
        {url && <a href={url} target="_blank" rel="noopener noreferrer">{say("original")}</a>}
      </div>
      {pages.length > 1 && (
        <div class="strip" role="group" aria-label={say("pages")}>
          {pages.map(({ number }) => (
            <Thumbnail key={`${record.id} ${number}`} say={say} api={api} record={record} number={number} personal={personal} isShown={number === current.number} isMarked={marks.some((mark) => mark.page === number)} onChoose={() => setPage(number)} />
          ))}
        </div>
      )}
      {!picture && <p class="note">{say(!url ? "noPicture" : record.picture?.format === "OFD" ? "noDrawing" : "noPreview")}</p>}
      <div class="frame" ref={frame} tabIndex={0} role="group" aria-label={say("pictureLabel")} onKeyDown={press} onPointerMove={drag} onDblClick={() => zoom(1.6)}>
        <div
          class={`sheet ${personal ? "" : "veiled"}`}
          style={{
            aspectRatio: `${upright[0] || 1} / ${upright[1] || 1}`,
            transform: `translate(${view.x}px, ${view.y}px) rotate(${view.turned}deg) scale(${view.scale})`,
          }}
        >
          {picture && (
            <img
              key={picture}
              src={picture}
              alt=""
              draggable={false}
              onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setLoaded({ picture, size: [naturalWidth, naturalHeight] })}
              onError={() => setFailed(picture)}
            />
          )}
          {(fits || !picture) && (
            <svg viewBox={`0 0 ${upright[0]} ${upright[1]}`} class={picture ? "" : "page"} aria-hidden="true">
              {here.map((mark) => {
                const corners = mark.box.map((point) => moved(point, [current.width, current.height], orientation)) as unknown as Box;
                return (
                  <g
                    key={mark.name}
                    class={`mark ${mark.name === chosen ? "chosen" : ""} ${mark.doubtful ? "doubtful" : ""}`}
                    onPointerEnter={() => onChoose(mark.name)}
                    onClick={() => onChoose(mark.name)}
                  >
                    <polygon points={corners.map((corner) => corner.join(",")).join(" ")} />
                    {!picture && <Written text={mark.text} corners={corners} />}
                  </g>
                );
              })}
            </svg>
          )}
        </div>
        {!personal && <p class="veil">{say("hidden")}</p>}
      </div>
    </section>
  );
}

/** The address of a page as the gateway draws it, once it is there; null until then, and where it cannot be drawn. */
function useDrawn(api: Api, record: OcrRecord, number: number | null, width: number): string | null {
  const [drawn, setDrawn] = useState<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let here = true;
    setDrawn(null);
    if (number === null) return;
    const get = async () => {
      const blob = await api.page(record.id, number, width);
      if (!here || !blob) return;
      made = URL.createObjectURL(blob);
      setDrawn(made);
    };
    // Without the picture the texts are shown where they stand.
    get().catch(() => undefined);
    return () => {
      here = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [record.id, number, width]);
  return drawn;
}

interface ThumbnailProps {
  say: Say;
  api: Api;
  record: OcrRecord;
  number: number;
  personal: boolean;
  isShown: boolean;
  isMarked: boolean;
  onChoose: () => void;
}

/** A page in small; it is drawn when it comes into view. */
function Thumbnail({ say, api, record, number, personal, isShown, isMarked, onChoose }: ThumbnailProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isNear, setNear] = useState(false);
  const drawn = useDrawn(api, record, isNear && record.source ? number : null, THUMBNAIL_WIDTH);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && setNear(true));
    watch.observe(button.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (isShown) button.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isShown]);
  return (
    <button type="button" ref={button} class={personal ? "" : "veiled"} aria-current={isShown ? "page" : undefined} aria-label={say("page", number)} onClick={onChoose}>
      {drawn ? <img src={drawn} alt="" /> : <span />}
      <small>{number}{isMarked && " •"}</small>
    </button>
  );
}

/** A text in its box, as wide as the box is. */
function Written({ text, corners: [start, end, , below] }: { text: string; corners: Box }) {
  const width = Math.hypot(end[0] - start[0], end[1] - start[1]);
  const height = Math.hypot(below[0] - start[0], below[1] - start[1]);
  const angle = (Math.atan2(end[1] - start[1], end[0] - start[0]) * 180) / Math.PI;
  return (
    <text x={below[0]} y={below[1]} font-size={height * 0.8} textLength={width} lengthAdjust="spacingAndGlyphs" transform={`rotate(${angle} ${below[0]} ${below[1]}) translate(0 ${-height * 0.2})`}>
      {text}
    </text>
  );
}

function sizeOf(record: OcrRecord): { width: number; height: number } {
  if (record.picture) return record.picture;
  const corners = Object.values(record.document?.evidence ?? {}).flatMap(({ box }) => box ?? []);
  return { width: Math.max(100, ...corners.map(([x]) => x)) * 1.05, height: Math.max(100, ...corners.map(([, y]) => y)) * 1.05 };
}

const turned = ([width, height]: Point, orientation: number): Point => (orientation >= 5 ? [height, width] : [width, height]);

/** Where a point of the stored pixels is on the picture as browsers show it: turned as EXIF says. */
export function moved([x, y]: Point, [width, height]: Point, orientation: number): Point {
  const right = width - x;
  const under = height - y;
  const places: Record<number, Point> = { 2: [right, y], 3: [right, under], 4: [x, under], 5: [y, x], 6: [under, x], 7: [under, right], 8: [y, right] };
  return places[orientation] ?? [x, y];
}
