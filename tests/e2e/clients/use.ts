// What a program does with the types that openapi-typescript makes: read, look up, and switch on a problem.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

const client = createClient<paths>({ baseUrl: process.env.OCR_URL, headers: { "x-api-key": process.env.OCR_KEY } });

async function read(image: string): Promise<components["schemas"]["IdCardRecord"]> {
  for (;;) {
    const { data, error } = await client.POST("/ocr/id_card", { body: { image } });
    if (!data) throw new Error(error.detail);
    // 200 and 202 are told apart by the status that the body has.
    if (data.status !== "pending") return data;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const record = await read(readFileSync(process.argv[2]!).toString("base64"));
const number: string | null | undefined = record.document?.fields.id_number;
const { data: kept } = await client.GET("/records/{id}", { params: { path: { id: record.id } } });
const { error: nothing } = await client.POST("/ocr/id_card", { body: { image: "bm8gcGljdHVyZQ==" } });
console.log(record.status, kept?.id === record.id, number, nothing?.type);
