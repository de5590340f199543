/** What htmx tells in its events, as far as we look at it. */

export interface BeforeRequest {
  elt: Element;
  /** Go on; `true` skips the question of hx-confirm. */
  issueRequest: (confirmed: boolean) => void;
}

export interface RequestMade {
  elt: Element;
  headers: Record<string, string>;
  parameters: Record<string, string>;
}

export function detailOf<T>(event: Event): T {
  return (event as CustomEvent<T>).detail;
}
