// Who uses the page: somebody with an API key, or a person who has signed in at the operator's provider (OpenID Connect,
// authorization code with PKCE). The provider's page opens in a window of its own, so that nothing is lost here when a
// session has ended meanwhile. That window comes back to this page's address, hands the code over and closes.

export interface SignIn {
  authorization: string;
  token: string;
  client: string;
}

/** What requests carry. A token is a `person`'s and holds until it `ends`, in milliseconds; a key is nobody's. */
export interface Credential {
  kind: "key" | "token";
  value: string;
  person?: string;
  ends?: number;
}

interface Answer {
  code?: string | undefined;
  state: string;
}

const CHANNEL = "ocr-sign-in";
const KEPT = "ocr-credential";
const utf8 = new TextEncoder();

/** The provider, where the operator has named one: it stands in the page. */
export function provider(): SignIn | null {
  const said = document.querySelector<HTMLMetaElement>("meta[name=sign-in]")?.content;
  return said ? (JSON.parse(said) as SignIn) : null;
}

export function kept(): Credential | null {
  const one = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Credential | null;
  return one && !ended(one) ? one : null;
}

export function keep(one: Credential | null): void {
  if (one) sessionStorage.setItem(KEPT, JSON.stringify(one));
  else sessionStorage.removeItem(KEPT);
}

export const ended = ({ ends }: Credential): boolean => ends !== undefined && ends <= Date.now();

/** Whether this window is the one that came back from the provider: then it hands the answer over and closes. */
export function cameBack(): boolean {
  const query = new URLSearchParams(location.search);
  const state = query.get("state");
  if (!state || !(query.has("code") || query.has("error"))) return false;
  // The code leaves the address before anything else is done with it.
  history.replaceState(null, "", location.pathname);
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ code: query.get("code") ?? undefined, state } satisfies Answer);
  channel.close();
  window.close();
  return true;
}

/** Have a person sign in; null where that came to nothing. To be called by a click, else no window opens. */
export async function signIn(at: SignIn): Promise<Credential | null> {
  const [verifier, state, nonce] = [random(), random(), random()];
  const redirect = location.origin + location.pathname;
  // The window opens at once: after the first wait it would no longer be what the click asked for.
  const opened = window.open("", "ocr-sign-in", "popup,width=480,height=720");
  if (!opened) return null;
  // The provider's page does not get hold of this one.
  opened.opener = null;
  const challenge = base64url(await crypto.subtle.digest("SHA-256", utf8.encode(verifier)));
  const asked = { response_type: "code", client_id: at.client, redirect_uri: redirect, scope: "openid", state, nonce, code_challenge: challenge, code_challenge_method: "S256" };
  const address = new URL(at.authorization);
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  const answer = handedOver(state, opened);
  opened.location.replace(address);
  const code = await answer;
  if (!code) return null;
  const form = { grant_type: "authorization_code", client_id: at.client, redirect_uri: redirect, code, code_verifier: verifier };
  const answered = await fetch(at.token, { method: "POST", body: new URLSearchParams(form), credentials: "omit", referrerPolicy: "no-referrer" });
  const token = answered.ok ? ((await answered.json()) as { id_token?: string }).id_token : undefined;
  const claims = token && read(token);
  // A token that was not made for this very request is somebody else's. Its signature is for the API to look at.
  if (!token || !claims || claims.nonce !== nonce || typeof claims.exp !== "number" || typeof claims.sub !== "string") return null;
  return { kind: "token", value: token, person: claims.sub, ends: claims.exp * 1000 };
}

/** The code that the other window hands over for this request; null once it is closed, or refused. */
function handedOver(state: string, opened: Window): Promise<string | null> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(CHANNEL);
    const done = (code: string | null) => {
      clearInterval(watch);
      channel.close();
      resolve(code);
    };
    // Where the provider cuts the tie between the windows, this one seems closed from the first: it is then waited for.
    let seen = false;
    const watch = setInterval(() => {
      if (!opened.closed) seen = true;
      else if (seen) setTimeout(done, 1000, null);
    }, 500);
    channel.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.state === state) done(data.code ?? null);
    };
  });
}

function read(token: string): Record<string, unknown> | null {
  try {
    const part = token.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(part)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

const base64url = (data: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(data))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));
