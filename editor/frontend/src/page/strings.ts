/** The visible sentences: the page brings them, in the reader's language; their keys are those of strings.json. */
import type texts from "../strings.json";

export type StringKey = keyof typeof texts;

let known: Readonly<Record<string, string>> | undefined;

function strings(): Readonly<Record<string, string>> {
  known ??= JSON.parse(document.getElementById("strings")?.textContent || "{}") as Record<string, string>;
  return known;
}

/** The sentence of a key, with `{name}` filled in. */
export function say(key: StringKey, facts: Readonly<Record<string, string | number>> = {}): string {
  const text = strings()[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}

/** What CodeMirror says by itself, translated: the keys that begin with `cm.`. */
export function editorPhrases(): Record<string, string> {
  const own = Object.entries(strings()).filter(([key]) => key.startsWith("cm."));
  return Object.fromEntries(own.map(([key, text]) => [key.slice("cm.".length), text]));
}
