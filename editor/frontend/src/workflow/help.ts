/** What may stand here, and what stands here: completion and hover, asked of the server. */
import { snippet } from "@codemirror/autocomplete";
import type { Completion as Entry, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { EditorView, Tooltip } from "@codemirror/view";
import { post } from "../page/server";
import type { Completion, Completions, Hover } from "./contract";
import { offsetOf, placeOf } from "./places";

/** What may be typed on while the same list stays open. */
const WORD = /^[^\s,:[\]{}#"']*$/;

function asked(view: { state: CompletionContext["state"] }, offset: number): object {
  const text = view.state.doc;
  return { source: text.toString(), ...placeOf(text, offset), lang: document.documentElement.lang };
}

export function completer(url: string) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    if (!context.explicit && !context.matchBefore(/[^\s,:[\]{}#"']$/)) return null;
    const calledOff = new AbortController();
    context.addEventListener("abort", () => calledOff.abort());
    const found = await silently(post<Completions | null>(url, asked(context, context.pos), calledOff.signal));
    if (!found?.items.length) return null;
    const { line } = placeOf(context.state.doc, context.pos);
    const from = offsetOf(context.state.doc, { line, column: found.from_column });
    return { from, options: found.items.map(entry), validFor: WORD };
  };
}

/** A word is found by itself and by its explanation, so that Chinese finds English words too. */
function entry({ label, detail, info, insert }: Completion, place: number): Entry {
  return {
    sortText: String(place).padStart(4, "0"), // the server knows what is likely here
    label: detail ? `${label} ${detail}` : label,
    displayLabel: label,
    apply: insert?.includes("${") ? snippet(insert) : (insert ?? label),
    ...(detail ? { detail } : {}),
    ...(info ? { info } : {}),
  };
}

export function hoverer(url: string) {
  return async (view: EditorView, offset: number): Promise<Tooltip | null> => {
    const found = await explain(url, view, offset);
    if (!found) return null;
    const text = view.state.doc;
    return {
      pos: offsetOf(text, found),
      end: offsetOf(text, { line: found.end_line, column: found.end_column }),
      above: true,
      create: () => {
        const dom = document.createElement("div");
        dom.className = "hover-help";
        dom.innerHTML = found.html;
        return { dom };
      },
    };
  };
}

/** What stands at an offset; nothing when there is nothing to say. */
export function explain(url: string, view: EditorView, offset: number): Promise<Hover | null> {
  return silently(post<Hover | null>(url, asked(view, offset)));
}

/** Help that does not come is no trouble. */
async function silently<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch {
    return null;
  }
}
