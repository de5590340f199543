/** The draft saves itself two seconds after the last change; what cannot be saved stays in this browser. */
import { onAct } from "../page/acts";
import { delayAfter } from "../page/delays";
import { ask } from "../page/dialogs";
import { isLost } from "../page/reach";
import { post, Refused, Unreachable } from "../page/server";
import { required } from "../page/shell";
import { say } from "../page/strings";
import { announce } from "../page/toasts";
import type { Saved, WorkflowPage } from "./contract";
import { tell } from "./analyst";

const AFTER_CHANGE = 2000;

interface Copy {
  source: string;
  base: string;
  at: number;
  /** What it stands on: the state of the draft that the server had last, as far as the window knew. */
  draft: string;
  /** Texts that were on their way to the server, which may have come there. */
  sent: string[];
}

export interface DraftNeeds {
  page: WorkflowPage;
  source: () => string;
  take: (source: string) => void;
}

export class Draft {
  private saved: string;
  private draft: string;
  private timer = 0;
  private savedAt: string | undefined;
  private tries = 0;
  /** What an earlier visit left is not touched until the reader has decided on it. */
  private isOffered = false;
  private saving: Promise<void> | undefined;
  /** Texts of which no answer has come: the draft may say one of them, and is this window's own. */
  private sent: string[] = [];

  constructor(private readonly needs: DraftNeeds) {
    this.saved = needs.page.source;
    this.draft = needs.page.draft;
    this.showSaved(needs.page.saved_at);
    onAct("save", () => void this.save());
    document.addEventListener("wakeline:lost", () => this.isDirty && this.say("draft_offline"));
    document.addEventListener("wakeline:found", () => void this.save());
    window.addEventListener("pagehide", () => this.keepCopy());
    document.addEventListener("visibilitychange", () => document.hidden && void this.save());
  }

  /** What an earlier visit has left: taken up where nobody has saved since, else offered. */
  comeBack(): void {
    const copy = this.keptCopy();
    if (!copy) return;
    if (copy.source === this.saved) return this.keepCopy();
    if (!this.standsOnThis(copy)) return this.offer(copy);
    this.sent = copy.sent;
    this.needs.take(copy.source);
    void this.save();
  }

  /** Which state of the draft this window has kept last. */
  get name(): string {
    return this.draft;
  }

  /** Byte for byte: what is taken back by hand is not dirty. */
  get isDirty(): boolean {
    return this.needs.source() !== this.saved;
  }

  changed(): void {
    this.keepCopy();
    clearTimeout(this.timer);
    if (this.isDirty) this.timer = window.setTimeout(() => void this.save(), AFTER_CHANGE);
    else this.showSaved(this.savedAt);
  }

  /** Asked for by a person, who is told. */
  async saveNow(): Promise<void> {
    await this.save();
    announce(required("save-state").textContent ?? "");
  }

  /** Save now, if there is something to save; one at a time. */
  async save(): Promise<void> {
    while (this.saving) await this.saving;
    clearTimeout(this.timer);
    if (!this.isDirty || this.needs.page.readonly) return;
    if (isLost()) return this.say("draft_offline");
    this.saving = this.send(this.needs.source(), false).finally(() => {
      this.saving = undefined;
    });
    await this.saving;
    if (this.isDirty && !isLost()) this.changed();
  }

  private async send(source: string, force: boolean): Promise<void> {
    this.say("draft_saving");
    this.sent.push(source);
    this.keepCopy();
    try {
      const { page } = this.needs;
      const question = { source, base: page.base, draft: this.draft, force };
      const answer = await post<Saved>(page.urls.draft, question);
      this.saved = source;
      this.draft = answer.draft;
      this.sent = [];
      this.tries = 0;
      this.showSaved(answer.at);
      this.keepCopy();
    } catch (error) {
      await this.notSaved(error, source);
    }
  }

  private async notSaved(error: unknown, source: string): Promise<void> {
    this.say(error instanceof Unreachable ? "draft_offline" : "draft_not_saved");
    announce(required("save-state").textContent ?? "");
    if (error instanceof Unreachable) return; // wakeline:found saves
    if (!(error instanceof Refused && error.status === 409)) {
      tell(error);
      this.timer = window.setTimeout(() => void this.save(), delayAfter((this.tries += 1)));
      return;
    }
    const { draft, source: theirs } = error.body;
    if (typeof draft === "string" && this.sent.includes(String(theirs))) {
      this.draft = draft; // it came there, though no answer came back
      return this.send(source, false);
    }
    // Another window of the same person has saved since.
    const answer = await ask(required<HTMLDialogElement>("draft-differs"));
    if (answer === "mine") await this.send(source, true);
    if (answer === "theirs") this.leaveMine();
  }

  private leaveMine(): void {
    this.saved = this.needs.source();
    this.keepCopy();
    location.reload();
  }

  // --- the copy in this browser -------------------------------------------------------------------------------

  private get storageKey(): string {
    return `wakeline:draft:${this.needs.page.key}`;
  }

  /** Kept while the server has less than the screen; a full or forbidden storage is no reason to stop. */
  private keepCopy(): void {
    if (this.isOffered) return;
    try {
      if (!this.isDirty) return localStorage.removeItem(this.storageKey);
      const { draft, sent } = this;
      const copy: Copy = { source: this.needs.source(), base: this.needs.page.base, at: Date.now(), draft, sent };
      localStorage.setItem(this.storageKey, JSON.stringify(copy));
    } catch {
      // The draft on the server is what counts.
    }
  }

  /** Whether it goes on from what the server has: the same draft, or one that it had sent itself. */
  private standsOnThis({ base, draft, sent = [] }: Copy): boolean {
    const { page } = this.needs;
    return !page.readonly && base === page.base && (draft === page.draft || sent.includes(page.source));
  }

  private offer(copy: Copy): void {
    const banner = required("local-copy");
    const written = { dateStyle: "medium", timeStyle: "short", timeZone: this.needs.page.zone } as const;
    const at = new Date(copy.at).toLocaleString(document.documentElement.lang, written);
    required("local-copy-text").textContent = say("local_copy", { at });
    const decide = (isOffered: boolean): void => {
      this.isOffered = isOffered;
      banner.hidden = !isOffered;
    };
    decide(true);
    onAct("take-copy", () => (decide(false), this.needs.take(copy.source)));
    onAct("drop-copy", () => (decide(false), this.keepCopy()));
  }

  private keptCopy(): Copy | undefined {
    try {
      return (JSON.parse(localStorage.getItem(this.storageKey) ?? "null") as Copy | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  // --- the words beside the title -----------------------------------------------------------------------------

  private say(key: "draft_saving" | "draft_offline" | "draft_not_saved"): void {
    this.showState(key, say(key));
  }

  private showSaved(at: string | undefined): void {
    this.savedAt = at;
    this.showState("draft_saved", at ? say("draft_saved", { at }) : "");
  }

  private showState(state: string, text: string): void {
    const element = required("save-state");
    element.dataset["state"] = state.replace("draft_", "");
    element.textContent = text;
  }
}
