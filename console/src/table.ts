// Records as tables to take home: a workbook with a sheet per product, or one CSV file.

import writeWorkbook, { type Cell, type Sheet } from "write-excel-file/universal";
import type { Field, OcrRecord, Schema, Value } from "./api";

type Cells = Record<string, string | number>;

const EXACT = "^-?[0-9]+(\\.[0-9]+)?$";
const OWN = ["id", "product", "status", "decision", "corrected", "checks_failed", "created_at", "vendor", "label", "problem"] as const;
// A spreadsheet counts with 15 digits and makes zeros of the others.
const MOST_DIGITS = 15;

/** A workbook: each product a sheet, each list of rows one more. Text stays text: no number is rounded, nothing is a formula. */
export async function workbook(records: OcrRecord[], fields: (product: string) => Promise<Field[]>): Promise<Blob> {
  const sheets: Sheet<never>[] = [];
  for (const [product, members] of grouped(records)) {
    const known = await fields(product);
    const single = known.filter((field) => !field.columns.length);
    sheets.push(sheet(product, [...OWN, ...single.map(({ name }) => name)], members.map((one) => ({ ...own(one), ...values(one, single) }))));
    for (const field of known.filter(({ columns }) => columns.length)) {
      const rows = members.flatMap((one) =>
        listOf(one.document?.fields[field.name]).map((row, place) => ({ id: one.id, row: place + 1, ...cells(row, field.columns) })),
      );
      if (rows.length) sheets.push(sheet(`${product}.${field.name}`, ["id", "row", ...field.columns.map(({ name }) => name)], rows));
    }
  }
  return writeWorkbook(sheets).toBlob();
}

/** One CSV file for Excel: with a byte order mark, and with a mark before what it would round or take for a formula. */
export async function csv(records: OcrRecord[], fields: (product: string) => Promise<Field[]>): Promise<Blob> {
  const names = new Set<string>(OWN);
  const lines: Cells[] = [];
  for (const [product, members] of grouped(records)) {
    const known = await fields(product);
    for (const { name } of known) names.add(name);
    for (const one of members) lines.push({ ...own(one), ...values(one, known) });
  }
  const head = [...names];
  const text = [head, ...lines.map((line) => head.map((name) => guarded(line[name] ?? "")))]
    .map((line) => line.map(quoted).join(","))
    .join("\r\n");
  return new Blob(["\ufeff", text, "\r\n"], { type: "text/csv;charset=utf-8" });
}

function grouped(records: OcrRecord[]): Map<string, OcrRecord[]> {
  const found = new Map<string, OcrRecord[]>();
  for (const one of records) found.set(one.product, [...(found.get(one.product) ?? []), one]);
  return found;
}

function own(record: OcrRecord): Cells {
  const documents = [...(record.document ? [record.document] : []), ...record.others];
  return {
    id: record.id,
    product: record.product,
    status: record.status,
    decision: record.reviewed?.decision ?? "",
    corrected: record.reviewed?.corrected.join(" ") ?? "",
    checks_failed: documents.flatMap(({ checks }) => checks).filter(({ outcome }) => outcome === "failed").length,
    created_at: record.created_at,
    vendor: record.vendor ?? "",
    label: record.options["label"] ?? "",
    problem: record.problem?.type.replace("urn:ocr:problem:", "") ?? "",
  };
}

const values = (record: OcrRecord, fields: Field[]): Cells => cells(record.document?.fields ?? {}, fields);

function cells(row: Record<string, Value>, fields: Field[]): Cells {
  return Object.fromEntries(fields.map(({ name, schema }) => [name, cell(row[name], schema)]));
}

function cell(value: Value | undefined, schema: Schema): string | number {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return value;
  if (typeof value === "string") return isAmount(value, schema) ? Number(value) : value;
  return typeof value === "boolean" ? String(value) : JSON.stringify(value);
}

function isAmount(value: string, schema: Schema): boolean {
  const exact = [schema, ...(schema.anyOf ?? [])].some(({ pattern }) => pattern === EXACT);
  return exact && new RegExp(EXACT).test(value) && value.replace(/\D/g, "").length <= MOST_DIGITS;
}

export function listOf(value: Value | undefined): Record<string, Value>[] {
  const isRow = (one: Value): one is Record<string, Value> => typeof one === "object" && one !== null && !Array.isArray(one);
  return Array.isArray(value) ? value.filter(isRow) : [];
}

function sheet(name: string, head: string[], lines: Cells[]): Sheet<never> {
  const data: Cell[][] = [
    head.map((title) => ({ value: title, type: String, fontWeight: "bold" as const })),
    ...lines.map((line) => head.map((title) => typed(line[title] ?? ""))),
  ];
  return { sheet: title(name), data, columns: head.map(() => ({ width: 20 })), stickyRowsCount: 1 };
}

function typed(value: string | number): Cell {
  if (value === "") return null;
  return typeof value === "number" ? { value, type: Number } : { value: printable(value), type: String };
}

// XML has no control characters; a cell holds 32,767 characters.
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").slice(0, 32_767);

// A sheet's name has up to 31 characters.
const title = (name: string): string => (name.length > 31 ? `${name.slice(0, 15)}…${name.slice(-15)}` : name);

function guarded(value: string | number): string {
  const text = String(value);
  if (typeof value === "number") return text;
  if (/^[=+\-@\t\r]/.test(text)) return `'${text}`;
  return /^(0[0-9]+|[0-9]{12,})$/.test(text) ? `\t${text}` : text;
}

const quoted = (text: string): string => (/[",\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function saved(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
