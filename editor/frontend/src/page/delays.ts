/** How long to wait before the next try, in milliseconds. */

const SECONDS = [1, 2, 4, 8, 15, 30];

export function delayAfter(tries: number): number {
  return (SECONDS[tries] ?? SECONDS[SECONDS.length - 1] ?? 30) * 1000;
}
