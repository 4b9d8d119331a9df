// The page: sign-in, three tabs, and one record on top of them.

import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Api, type OcrRecord, type ProductSummary, Refusal } from "./api";
import { ListPage } from "./list";
import { ReadPage, type Reading } from "./read";
import { RecordPage, told } from "./record";
import { ReviewPage } from "./review";
import "./style.css";
import { type Language, sayer } from "./words";

const KEY = "ocr-key";
const LANGUAGE = "ocr-language";
const TABS = ["read", "review", "records"] as const;
type Tab = (typeof TABS)[number];

interface Opened {
  id: string;
  queue: string[];
}

function App() {
  const [language, setLanguage] = useState<Language>(() => (sessionStorage.getItem(LANGUAGE) ?? navigator.language).startsWith("zh") ? "zh" : "en");
  const [key, setKey] = useState(() => sessionStorage.getItem(KEY) ?? "");
  const [products, setProducts] = useState<ProductSummary[] | null>(null);
  const [tab, setTab] = useState<Tab>("read");
  const [opened, setOpened] = useState<Opened | null>(null);
  const [readings, setReadings] = useState<Reading[]>([]);
  const [personal, setPersonal] = useState(false);
  const [note, setNote] = useState("");
  const say = useMemo(() => sayer(language), [language]);
  const api = useMemo(() => new Api(key), [key]);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = say("title");
    sessionStorage.setItem(LANGUAGE, language);
  }, [language]);

  const leave = () => {
    sessionStorage.removeItem(KEY);
    // Files, records and what was shown of them are gone with it.
    location.reload();
  };

  useEffect(() => {
    if (!key) return;
    api.products().then(
      (found) => {
        sessionStorage.setItem(KEY, key);
        setProducts(found);
        setNote("");
      },
      (error: unknown) => {
        sessionStorage.removeItem(KEY);
        setKey("");
        setNote(error instanceof Refusal && [401, 403].includes(error.status) ? say("wrongKey") : told(say, error));
      },
    );
  }, [api]);

  const switcher = <button type="button" class="plain" lang={language === "zh" ? "en" : "zh-CN"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{say("language")}</button>;

  if (!key || !products) {
    const enter = (event: SubmitEvent) => {
      event.preventDefault();
      setNote("");
      setKey(String(new FormData(event.currentTarget as HTMLFormElement).get("key")).trim());
    };
    return (
      <main class="sign-in">
        <h1>{say("title")}</h1>
        <form onSubmit={enter}>
          <label>{say("keyLabel")}<input name="key" type="password" autocomplete="off" required autoFocus disabled={!!key} /></label>
          <p class="small">{say("keyHelp")}</p>
          <button class="good" disabled={!!key}>{say("enter")}</button>
          <p class="problem" role="alert">{note}</p>
        </form>
        {switcher}
      </main>
    );
  }

  const next = (): string | undefined => opened?.queue[opened.queue.indexOf(opened.id) + 1];
  const open = (id: string, queue: string[] = []) => setOpened({ id, queue });
  const decided = (record: OcrRecord) => setReadings((old) => old.map((one) => (one.record?.id === record.id ? { ...one, record } : one)));
  const following = next();
  const names = Object.fromEntries(products.map(({ product, name }) => [product, language === "zh" ? name : product.replaceAll("_", " ")]));

  return (
    <>
      <header>
        <h1>{say("title")}</h1>
        <nav>
          {TABS.map((one) => (
            <button type="button" aria-current={one === tab ? "page" : undefined} onClick={() => { setTab(one); setOpened(null); }}>{say(one)}</button>
          ))}
        </nav>
        <span class="grow" />
        {switcher}
        <button type="button" class="plain" onClick={leave}>{say("leave")}</button>
      </header>
      <main>
        {opened && (
          <RecordPage
            say={say}
            chinese={language === "zh"}
            names={names}
            api={api}
            id={opened.id}
            file={readings.find(({ record }) => record?.id === opened.id)?.file}
            personal={personal}
            onPersonal={setPersonal}
            onBack={() => setOpened(null)}
            onNext={following ? () => open(following, opened.queue) : undefined}
            onDecided={decided}
          />
        )}
        <div hidden={!!opened || tab !== "read"}><ReadPage say={say} api={api} products={products} names={names} readings={readings} onReadings={setReadings} onOpen={open} active={!opened && tab === "read"} /></div>
        {!opened && tab === "review" && <ReviewPage say={say} api={api} names={names} onOpen={open} />}
        {!opened && tab === "records" && <ListPage say={say} api={api} products={products} names={names} onOpen={open} />}
      </main>
    </>
  );
}

render(<App />, document.getElementById("app")!);
