/** Which examples hold, asked for after the analysis: it never waits for them, and they break nothing. */
import { post } from "../page/server";
import { announce } from "../page/toasts";
import { Turns } from "./turns";

interface Known {
  /** HTML by the id of what holds it. */
  parts: Record<string, string>;
  /** How many hold, in one sentence, as soon as all are known. */
  standing: string;
  is_known: boolean;
}

const AFTER_ANALYSIS = 250;

export class Examples {
  private readonly turns = new Turns();
  private waiting = 0;
  private told = "";

  constructor(private readonly needs: { url: string; source: () => string }) {}

  /** The form shows another text; what the server knows of its examples already is in it. */
  changed(): void {
    const { signal } = this.turns.next();
    clearTimeout(this.waiting);
    if (document.querySelector("[data-unchecked]"))
      this.waiting = window.setTimeout(() => void this.ask(signal), AFTER_ANALYSIS);
  }

  private async ask(signal: AbortSignal): Promise<void> {
    try {
      for (let isKnown = false; !isKnown && !signal.aborted; ) {
        const source = this.needs.source();
        const answer = await post<Known>(this.needs.url, { source }, signal);
        isKnown = answer.is_known;
        if (!signal.aborted) this.show(answer);
      }
    } catch {
      // Nobody has asked for it, so nobody is told; without an answer there is a banner already.
      if (!signal.aborted) document.querySelector("[data-unchecked]")?.remove();
    }
  }

  private show({ parts, standing }: Known): void {
    for (const [id, html] of Object.entries(parts)) {
      const holder = document.getElementById(id);
      if (holder && holder.innerHTML !== html) holder.innerHTML = html;
    }
    if (standing && this.told && standing !== this.told) announce(standing);
    this.told = standing || this.told;
  }
}
