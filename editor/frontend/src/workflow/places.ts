/** The engine counts lines and characters from one; CodeMirror counts UTF-16 units from nought. Only here. */
import type { Text } from "@codemirror/state";
import type { Place } from "./contract";

/** Units before a character; a column past the end means the end. */
export function unitsBefore(line: string, column: number): number {
  let units = 0;
  let left = column - 1;
  for (const character of line) {
    if (left <= 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

/** The offset of a place in the text; a place outside means the nearest inside. */
export function offsetOf(text: Text, { line, column }: Place): number {
  const found = text.line(Math.min(Math.max(line, 1), text.lines));
  return line > text.lines ? found.to : found.from + unitsBefore(found.text, column);
}

/** And back. */
export function placeOf(text: Text, offset: number): Place {
  const found = text.lineAt(offset);
  return { line: found.number, column: [...found.text.slice(0, offset - found.from)].length + 1 };
}
