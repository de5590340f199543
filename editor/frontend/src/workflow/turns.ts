/** Whose turn it is: only the answer to the newest question counts, and asking anew calls off the older one. */

export interface Turn {
  seq: number;
  signal: AbortSignal;
}

export class Turns {
  private seq = 0;
  private asking: AbortController | undefined;

  next(): Turn {
    this.asking?.abort();
    this.asking = new AbortController();
    this.seq += 1;
    return { seq: this.seq, signal: this.asking.signal };
  }

  /** Whether an answer is to the newest question. */
  isNewest(seq: number): boolean {
    return seq === this.seq;
  }
}
