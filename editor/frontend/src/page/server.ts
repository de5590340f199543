/** Requests to our own server: JSON both ways, the token in a header, every failure told apart. */
import { isLost, lose } from "./reach";
import { signInAgain } from "./session";
import { csrfToken, renewToken } from "./shell";

const SECONDS = 30;
/** The server has no place for now: ask again after so many milliseconds, at most so often. */
const AGAIN = 300;
const MOST_TRIES = 60;
const NO_PLACE = 429;
/** Signs of a question that may outlive its page: browsers take 64 kB, and a sign may have three bytes. */
const MOST_KEPT_ALIVE = 20_000;
const AWAY = new Set([502, 503, 504]);

/** Nobody answered; the banner is up, and `wakeline:found` will tell when to try again. */
export class Unreachable extends Error {}

/** The session is over, and nobody has signed in again. */
export class SignedOut extends Error {}

/** The server answered no, and says why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: Refusal,
  ) {
    super(body.message ?? "");
  }
}

export interface Refusal {
  message?: string;
  csrf?: string;
  [more: string]: unknown;
}

/** Post JSON and read JSON; an ended session is asked for in between. */
export async function post<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  for (let renewed = false; ; renewed = true) {
    const answer = await placed(url, body, signal);
    if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
    if (answer.status === 401) {
      if (await signInAgain()) continue;
      throw new SignedOut();
    }
    const refusal = await refusalOf(answer);
    if (!refusal.csrf || renewed) throw new Refused(answer.status, refusal);
    renewToken(refusal.csrf);
  }
}

/** Send it as often as it takes to find a place; who has called it off meanwhile asks no more. */
async function placed(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(url, body, signal);
    if (answer.status !== NO_PLACE || tries === MOST_TRIES) return answer;
    await new Promise((go) => setTimeout(go, AGAIN));
    signal?.throwIfAborted();
  }
}

async function send(url: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(SECONDS * 1000);
  const asked = JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
      body: asked,
      keepalive: document.hidden && asked.length < MOST_KEPT_ALIVE,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    return away();
  }
  return AWAY.has(answer.status) ? away() : answer;
}

function away(): never {
  if (!isLost()) lose();
  throw new Unreachable();
}

async function refusalOf(answer: Response): Promise<Refusal> {
  try {
    return (await answer.json()) as Refusal;
  } catch {
    return {};
  }
}

/** A request that was called off, because a newer one took its place. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
