/** The least change that makes one text of another: what both begin and end with is kept. */

export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** Nothing when both are the same. Never cuts a character of two units in half. */
export function minimalChange(before: string, after: string): Change | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  if (isHigh(before, start - 1)) start -= 1;
  let end = 0;
  const room = shorter - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  if (isLow(before, before.length - end)) end -= 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
