/** What every page has by contract: elements by id, small JSON blocks, the token of the session. */

/** The element of that id; a page without it breaks the contract, and says so. */
export function required<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** What stands in `<script type="application/json" id="...">`. */
export function jsonBlock<T>(id: string): T {
  return JSON.parse(required(id).textContent || "null") as T;
}

/** What stands in `<meta name="..." content="...">`, or an empty text. */
export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}

export function csrfToken(): string {
  return meta("csrf-token");
}

/** What has come of the last deed stands at the top; who was further down before is brought there. */
export function showNews(): void {
  if (!document.querySelector("main > .banner[role=status]")) return;
  history.scrollRestoration = "manual";
  addEventListener("load", () => scrollTo(0, 0));
}

/** After signing in again the session has a new token. */
export function renewToken(token: string): void {
  const found = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (found && token) found.content = token;
}

/** Where text is typed; the keys of typing belong to it. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !/^(button|checkbox|radio|range|reset|submit)$/.test(target.type);
}
