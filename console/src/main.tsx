// The page: sign-in, three tabs, and one record on top of them.

import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Api, type OcrRecord, type ProductSummary, Refusal, type Seen } from "./api";
import { ListPage } from "./list";
import { Pile } from "./pile";
import { ReadPage, type Reading } from "./read";
import { RecordPage, told } from "./record";
import { ReviewPage } from "./review";
import { type Credential, cameBack, keep, kept, provider, signIn } from "./session";
import "./style.css";
import { WatchPage } from "./watch";
import { type Language, sayer } from "./words";

const LANGUAGE = "ocr-language";
const TABS = ["read", "review", "records", "watch"] as const;
type Tab = (typeof TABS)[number];

/** The record that is shown, and those behind it. In a review it is claimed, or `taken` by another reviewer. */
interface Opened {
  id: string;
  queue: string[];
  review?: { seen?: Seen; taken: boolean };
}

// One reviewer for each open page: several people may share a key.
const REVIEWER = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const CLAIMED_SECONDS = 120;
const PROVIDER = provider();

function App() {
  const [language, setLanguage] = useState<Language>(() => (sessionStorage.getItem(LANGUAGE) ?? navigator.language).startsWith("zh") ? "zh" : "en");
  const [credential, setCredential] = useState<Credential | null>(kept);
  const [isEnded, setEnded] = useState(false);
  const [products, setProducts] = useState<ProductSummary[] | null>(null);
  const [isOperator, setOperator] = useState(false);
  const [tab, setTab] = useState<Tab>("read");
  const [opened, setOpened] = useState<Opened | null>(null);
  const [pile, setPile] = useState<Pile | null>(null);
  const [readings, setReadings] = useState<Reading[]>([]);
  const [personal, setPersonal] = useState(false);
  const [note, setNote] = useState("");
  const say = useMemo(() => sayer(language), [language]);
  const api = useMemo(() => credential && new Api(credential, () => setEnded(true)), [credential]);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = say("title");
    sessionStorage.setItem(LANGUAGE, language);
  }, [language]);

  const leave = () => {
    keep(null);
    // Files, records and what was shown of them are gone with it.
    location.reload();
  };

  // A session that ends silently says so at once, and not with the next click.
  const endsAt = credential?.ends;
  useEffect(() => {
    if (!api || !endsAt || !products) return;
    const timer = setTimeout(() => void api.end(), Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [api, products]);

  // A claim ends by itself, soon after the page is closed; while the record is open it is renewed.
  const claimed = opened?.review && !opened.review.taken ? opened.id : null;
  useEffect(() => {
    if (!claimed || !api) return;
    const renewal = setInterval(() => void api.claim(claimed, REVIEWER, CLAIMED_SECONDS).catch(() => undefined), CLAIMED_SECONDS * 500);
    return () => {
      clearInterval(renewal);
      void api.claim(claimed, REVIEWER, 0).catch(() => undefined);
    };
  }, [claimed]);

  useEffect(() => {
    if (!credential || !api) return;
    api.products().then(
      (found) => {
        keep(credential);
        setProducts(found);
        // What was sent is kept for who knows the key, beyond this tab. A person's token is another one each time.
        if (credential.kind === "key") void Pile.of(credential.value).then(setPile);
        api.vendors().then((states) => setOperator(states !== null), () => undefined);
        setNote("");
      },
      (error: unknown) => {
        keep(null);
        setCredential(null);
        const refused = credential.kind === "key" ? "wrongKey" : "noTenant";
        setNote(error instanceof Refusal && [401, 403].includes(error.status) ? say(refused) : told(say, error));
      },
    );
  }, [api]);

  const switcher = <button type="button" class="plain" lang={language === "zh" ? "en" : "zh-CN"} onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{say("language")}</button>;

  if (!credential || !api || !products) {
    const enter = (event: SubmitEvent) => {
      event.preventDefault();
      setNote("");
      setCredential({ kind: "key", value: String(new FormData(event.currentTarget as HTMLFormElement).get("key")).trim() });
    };
    const begin = async () => {
      setNote("");
      const found = await asked();
      if (found) setCredential(found);
      else setNote(say("notSignedIn"));
    };
    return (
      <main class="sign-in">
        <h1>{say("title")}</h1>
        {PROVIDER && (
          <div class="box">
            <button type="button" class="good" disabled={!!credential} onClick={() => void begin()}>{say("signIn")}</button>
            <p class="small">{say("signInHelp")}</p>
          </div>
        )}
        <form class="box" onSubmit={enter}>
          {PROVIDER && <p>{say("orKey")}</p>}
          <label>{say("keyLabel")}<input name="key" type="password" autocomplete="off" required autoFocus={!PROVIDER} disabled={!!credential} /></label>
          <p class="small">{say("keyHelp")}</p>
          <button class={PROVIDER ? "" : "good"} disabled={!!credential}>{say("enter")}</button>
          <p class="problem" role="alert">{note}</p>
        </form>
        {switcher}
      </main>
    );
  }

  const again = async () => {
    const found = await asked();
    if (!found) return;
    keep(found);
    // Somebody else does not go on with what was begun here.
    if (found.person !== credential.person) return location.reload();
    setEnded(false);
    api.renew(found);
  };

  const open = (id: string, queue: string[] = []) => setOpened({ id, queue });

  /** Open the first of these that nobody else reviews and nobody has decided on; `asked` is opened in any case. */
  const review = async (queue: string[], asked?: string) => {
    setNote("");
    try {
      for (const id of asked ? [asked] : queue) {
        const isMine = await api.claim(id, REVIEWER, CLAIMED_SECONDS);
        if (asked) return setOpened({ id, queue, review: { taken: !isMine } });
        if (!isMine) continue;
        const seen = await api.record(id);
        if (seen.record.needs_review) return setOpened({ id, queue, review: { seen, taken: false } });
        void api.claim(id, REVIEWER, 0);
      }
      setOpened(null);
      setNote(say("noneLeft"));
    } catch (error) {
      setOpened(null);
      setNote(told(say, error));
    }
  };
  const decided = (record: OcrRecord) => setReadings((old) => old.map((one) => (one.record?.id === record.id ? { ...one, record } : one)));
  const behind = opened ? opened.queue.slice(opened.queue.indexOf(opened.id) + 1) : [];
  const following = () => void (opened?.review ? review(behind) : open(behind[0]!, behind));
  const names = Object.fromEntries(products.map(({ product, name }) => [product, language === "zh" ? name : product.replaceAll("_", " ")]));

  return (
    <>
      <header>
        <h1>{say("title")}</h1>
        <nav>
          {TABS.filter((one) => one !== "watch" || isOperator).map((one) => (
            <button type="button" aria-current={one === tab ? "page" : undefined} onClick={() => { setTab(one); setOpened(null); setNote(""); }}>{say(one)}</button>
          ))}
        </nav>
        <span class="grow" />
        {switcher}
        <button type="button" class="plain" onClick={leave}>{say("leave")}</button>
      </header>
      <main>
        {isEnded && <p class="hint" role="alert">{say("sessionEnded")} <button type="button" class="good" onClick={() => void again()}>{say("signInAgain")}</button></p>}
        {!opened && note && <p class="hint" role="status">{note}</p>}
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
            seen={opened.review?.seen}
            taken={opened.review?.taken ?? false}
            onNext={behind.length ? following : undefined}
            onDecided={decided}
          />
        )}
        <div hidden={!!opened || tab !== "read"}><ReadPage say={say} api={api} products={products} names={names} pile={pile} readings={readings} onReadings={setReadings} onOpen={open} onReview={(queue) => void review(queue)} active={!opened && tab === "read"} /></div>
        {!opened && tab === "review" && <ReviewPage say={say} api={api} names={names} onReview={(queue, id) => void review(queue, id)} />}
        {!opened && tab === "watch" && <WatchPage say={say} api={api} names={names} />}
        {!opened && tab === "records" && <ListPage say={say} api={api} products={products} names={names} onOpen={open} />}
      </main>
    </>
  );
}

/** Have a person sign in; null where that came to nothing. */
const asked = (): Promise<Credential | null> => signIn(PROVIDER!).catch(() => null);

render(cameBack() ? <p>{sayer(navigator.language.startsWith("zh") ? "zh" : "en")("closeThis")}</p> : <App />, document.getElementById("app")!);
