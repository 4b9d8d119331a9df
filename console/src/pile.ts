// What was sent from this browser, found again after its tab was closed: names of files, ids of records, and never what
// was read. It is encrypted with a key made of the API key, which is kept nowhere: who signs in with another sees none.

export interface Sent {
  name: string;
  bytes: number;
  changed: number;
  asked: string;
  product: string;
  label: string;
  id?: string;
}

const PREFIX = "ocr-pile-";
const MOST = 500;
const DAYS = 7;
const utf8 = new TextEncoder();

export class Pile {
  private constructor(
    private readonly entry: string,
    private readonly secret: CryptoKey,
  ) {}

  /** The pile of whoever holds this API key; null where the browser cannot encrypt. */
  static async of(apiKey: string): Promise<Pile | null> {
    if (!crypto.subtle) return null;
    const raw = await crypto.subtle.importKey("raw", utf8.encode(apiKey), "HKDF", false, ["deriveKey", "deriveBits"]);
    const derived = (info: string) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8.encode(info) });
    const name = new Uint8Array(await crypto.subtle.deriveBits(derived("ocr-pile name"), raw, 128));
    const secret = await crypto.subtle.deriveKey(derived("ocr-pile secret"), raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return new Pile(PREFIX + [...name].map((byte) => byte.toString(16).padStart(2, "0")).join(""), secret);
  }

  async load(): Promise<Sent[]> {
    try {
      const [at, iv, data] = JSON.parse(localStorage.getItem(this.entry) ?? "") as [number, string, string];
      if (Date.now() - at > DAYS * 86_400_000) throw new Error("too old");
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, this.secret, bytes(data));
      return JSON.parse(new TextDecoder().decode(plain)) as Sent[];
    } catch {
      return [];
    }
  }

  async keep(sent: Sent[]): Promise<void> {
    if (!sent.length) {
      localStorage.removeItem(this.entry);
      return;
    }
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.secret, utf8.encode(JSON.stringify(sent.slice(-MOST))));
    localStorage.setItem(this.entry, JSON.stringify([Date.now(), text(iv), text(new Uint8Array(data))]));
  }
}

const text = (data: Uint8Array): string => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

const bytes = (data: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
