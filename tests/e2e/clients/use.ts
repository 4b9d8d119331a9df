// What a program does with the types that openapi-typescript makes: read, look up, and switch on a problem.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { paths } from "./api";

const client = createClient<paths>({ baseUrl: process.env.OCR_URL, headers: { "x-api-key": process.env.OCR_KEY } });
const image = readFileSync(process.argv[2]!).toString("base64");

const accepted = await client.POST("/ocr/id_card", { body: { image }, params: { header: { prefer: "respond-async" } } });
if (!accepted.data) throw new Error(accepted.error.detail);
const path = { id: accepted.data.id };

let kept = await client.GET("/records/{id}", { params: { path } });
while (kept.data?.status === "pending") {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  kept = await client.GET("/records/{id}", { params: { path } });
}

// What was read before is answered at once; 200 and 202 are told apart by the status in the body.
const read = await client.POST("/ocr/id_card", { body: { image } });
if (!read.data || read.data.status === "pending") throw new Error(read.error?.detail);
const number: string | null | undefined = read.data.document?.fields.id_number;

const nothing = await client.POST("/ocr/id_card", { body: { image: "bm8gcGljdHVyZQ==" } });
console.log(kept.data?.status, kept.data?.id === path.id, number, nothing.error?.type);
