/** Form events -> operations -> the server's text, as one change of the buffer. One question at a time. */
import type { ChangeSet } from "@codemirror/state";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import { ask } from "../page/dialogs";
import { untilFound } from "../page/reach";
import { isAborted, Refused, Unreachable, type Refusal } from "../page/server";
import { required } from "../page/shell";
import { say } from "../page/strings";
import { announce, forgetTrouble, toast } from "../page/toasts";
import { Overtaken, tell, type Analyst } from "./analyst";
import { replaceText } from "./buffer";
import type { Edited, Operation } from "./contract";
import { editable, lacksNumber, isTyped, operationsOf } from "./controls";
import { remember } from "./focus";

const AFTER_TYPING = 600;

export class Edits {
  private queue: Operation[] = [];
  private busy: Promise<void> | undefined;
  private typed: HTMLElement | undefined;
  private timer = 0;
  /** What takes removals back while their toasts are up, wherever their places are by now. */
  private readonly removals = new Set<{ inverse: ChangeSet }>();

  constructor(
    private readonly view: EditorView,
    private readonly analyst: Analyst,
  ) {}

  listen(): void {
    document.addEventListener("change", (event) => this.taken(editable(event.target)));
    document.addEventListener("input", (event) => isTyped(event.target) && this.typing(editable(event.target)));
    document.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button[data-edit]");
      if (button) this.send(operationsOf(button));
    });
  }

  /** Everything that changes the text moves the place of what was removed. */
  changed(update: ViewUpdate): void {
    for (const each of this.removals) each.inverse = each.inverse.map(update.changes);
  }

  /** Whether a field holds text that has not been sent yet. */
  isHalfTyped = (field: Element | null): boolean => this.typed !== undefined && editable(field) === this.typed;

  get isPending(): boolean {
    return this.typed !== undefined || this.busy !== undefined;
  }

  /** Send what is half typed, and wait until all of it is in the buffer. */
  async settle(): Promise<void> {
    if (this.typed) this.taken(this.typed);
    await this.busy;
  }

  private send(operations: Operation[]): void {
    this.queue.push(...operations);
    this.busy ??= this.work().finally(() => {
      this.busy = undefined;
    });
  }

  private typing(element: HTMLElement | null): void {
    if (!element) return;
    this.typed = element;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.taken(element), AFTER_TYPING);
  }

  private taken(element: HTMLElement | null): void {
    if (!element || element instanceof HTMLButtonElement) return;
    if (isTyped(element) && this.typed !== element) return; // sent already, while it was typed
    clearTimeout(this.timer);
    this.typed = undefined;
    if (!lacksNumber(element)) return this.send(operationsOf(element));
    toast({ text: say("number_needed"), tone: "bad" });
    this.analyst.changed(0); // and the field shows again what the file says
  }

  private async work(): Promise<void> {
    while (this.queue.length) await this.together(this.queue.splice(0));
  }

  private async together(operations: Operation[]): Promise<void> {
    for (;;) {
      try {
        const restore = remember();
        await this.analyst.edit(operations, (answer) => this.apply(answer, operations));
        restore(operations);
        return;
      } catch (error) {
        // Typing in between changes the text under the operations: ask again, about the new text.
        if (error instanceof Overtaken || isAborted(error)) continue;
        if (!(error instanceof Unreachable)) return this.refused(error);
        await untilFound();
      }
    }
  }

  private apply({ source, said }: Edited, operations: Operation[]): void {
    const inverse = replaceText(this.view, source, "input.form");
    if (!inverse) return;
    forgetTrouble();
    if (!operations.some((each) => each.kind === "remove")) return announce(said);
    const removal = { inverse };
    this.removals.add(removal);
    const undo = (): void => this.view.dispatch({ changes: removal.inverse, userEvent: "undo.removal" });
    toast({ text: said, undo, left: () => this.removals.delete(removal) });
  }

  /** The form shows again what the file says, unless the reader takes what the server proposes instead. */
  private async refused(error: unknown): Promise<void> {
    const proposed = error instanceof Refused && error.status === 409 ? error.body : undefined;
    if (typeof proposed?.["source"] !== "string") tell(error);
    else if (await this.isTaken(proposed)) replaceText(this.view, proposed["source"], "input.form");
    this.analyst.changed(0);
  }

  /** 409: the change would touch more of the text than it should; the reader decides, seeing the difference. */
  private async isTaken(proposed: Refusal): Promise<boolean> {
    required("edit-differs-reason").textContent = proposed.message ?? say("failed");
    required("edit-differs-diff").innerHTML = String(proposed["diff_html"] ?? "");
    return (await ask(required<HTMLDialogElement>("edit-differs"))) === "apply";
  }
}
