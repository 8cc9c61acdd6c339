// The way to the server. Types are made of its OpenAPI document when the console is built (schema.d.ts).
//
//     const alerts = await told(api.GET("/v1/alerts", { params: { query: { limit: 50 } } }));
//
// What goes wrong is thrown: a Problem that the server told, or Away when it could not be reached.
import createClient from "openapi-fetch";

import type { components, paths } from "@/api/schema";

export type Schemas = components["schemas"];

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly diagnostics: Record<string, unknown>[] = [],
    readonly lines: NonNullable<Schemas["Problem"]["lines"]> = [],
  ) {
    super(`${code}: ${detail}`);
  }
}

export class Away extends Error {
  constructor() {
    super("the server can't be reached");
  }
}

function problemOf(response: Response, body: unknown): Problem {
  const told = (typeof body === "object" && body !== null ? body : {}) as Partial<Schemas["Problem"]>;
  return new Problem(response.status, told.code ?? `http_${response.status}`, told.title ?? response.statusText, told.detail ?? "", told.diagnostics ?? [], told.lines ?? []);
}

type Listener = (problem: Problem | Away) => void;
const listeners = new Set<Listener>();

// Told of everything that goes wrong: the session that ended, the server that went away.
export function onTrouble(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function fail(problem: Problem | Away): never {
  listeners.forEach((listener) => listener(problem));
  throw problem;
}

// How far the server's clock is ahead of this machine's, by the date that its answers bear; what lies within their latency and whole seconds is no difference.
const SKEW_MIN_MS = 5000;
let aheadMs = 0;

function noteDate(response: Response): void {
  const date = Date.parse(response.headers.get("date") ?? "");
  const ahead = date + 500 - Date.now();
  aheadMs = Number.isNaN(ahead) || Math.abs(ahead) < SKEW_MIN_MS ? 0 : ahead;
}

// Now, as the server has it: time limits run by its clock.
export function serverNow(): number {
  return Date.now() + aheadMs;
}

export async function told<T>(asked: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    return fail(new Away());
  }
  noteDate(answer.response);
  if (!answer.response.ok) {
    return fail(problemOf(answer.response, answer.error));
  }
  return answer.data as T;
}

// For what is no JSON: papers, packages, pictures.
export async function fetched(path: string, init?: RequestInit): Promise<Response> {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    return fail(new Away());
  }
  if (!response.ok) {
    return fail(problemOf(response, await response.json().catch(() => null)));
  }
  return response;
}
