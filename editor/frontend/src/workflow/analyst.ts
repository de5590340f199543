/** Typing -> one question to the server, a quarter of a second after the last key -> the newest answer shown whole. */
import { isAborted, post, Refused, SignedOut, Unreachable } from "../page/server";
import { required } from "../page/shell";
import { say } from "../page/strings";
import { toast } from "../page/toasts";
import { isAnalysis, type Analysis, type Edited, type Operation } from "./contract";
import { Turns, type Turn } from "./turns";

const AFTER_TYPING = 250;
const BEFORE_SAYING_SO = 300;

export interface AnalystNeeds {
  urls: Record<"analyse" | "edit", string>;
  source: () => string;
  show: (answer: Analysis) => void;
}

export class Analyst {
  private readonly turns = new Turns();
  private waiting = 0;
  private checking = 0;

  constructor(private readonly needs: AnalystNeeds) {}

  /** The text has changed; ask when typing pauses. What was asked before is of no use any more. */
  changed(delay = AFTER_TYPING): void {
    this.turns.next();
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.ask(), delay);
  }

  /** Ask what operations make of the text; the answer brings the analysis of the new one. */
  async edit(operations: Operation[], apply: (answer: Edited) => void): Promise<void> {
    clearTimeout(this.waiting);
    const turn = this.turns.next();
    const question = { ops: operations };
    const answer = await this.questioned<Edited>(this.needs.urls.edit, turn, question);
    if (!this.turns.isNewest(turn.seq)) throw new Overtaken();
    apply(answer);
    this.needs.show(answer);
  }

  private async ask(): Promise<void> {
    const turn = this.turns.next();
    try {
      const answer = await this.questioned<Analysis>(this.needs.urls.analyse, turn, {});
      if (this.turns.isNewest(answer.seq)) this.needs.show(answer);
    } catch (error) {
      tell(error);
    }
  }

  private async questioned<T extends Analysis>(url: string, turn: Turn, more: object): Promise<T> {
    this.sayChecking(true);
    try {
      const question = { source: this.needs.source(), seq: turn.seq, lang: document.documentElement.lang, ...more };
      const answer = await post<T>(url, question, turn.signal);
      if (!isAnalysis(answer)) throw new Error("not an analysis");
      return answer;
    } finally {
      if (this.turns.isNewest(turn.seq)) this.sayChecking(false);
    }
  }

  /** Nothing for a moment, then a word in its place. */
  private sayChecking(is: boolean): void {
    clearTimeout(this.checking);
    const word = required("checking");
    if (is) this.checking = window.setTimeout(() => (word.textContent = say("checking")), BEFORE_SAYING_SO);
    else word.textContent = "";
  }
}

/** Somebody typed while the server was thinking; the operations must be asked for again. */
export class Overtaken extends Error {}

/** What is neither called off nor told by a banner or dialog is told here. */
export function tell(error: unknown): void {
  if (error instanceof Unreachable || error instanceof SignedOut || isAborted(error)) return;
  const own = error instanceof Refused ? error.message : "";
  toast({ text: own || say("failed"), tone: "bad" });
}
