/** The server's HTML is morphed into the page's regions, all or none; what the reader has opened or typed stays. */
import { Idiomorph } from "idiomorph";

/** Open or closed is the reader's business. */
function mayUpdate(attribute: string, element: Element): boolean {
  return !(attribute === "open" && element instanceof HTMLDetailsElement);
}

function regions(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-region]")];
}

/**
 * `isHalfTyped`: the focused field holds more than the file does. A ticked box or a chosen entry is never kept,
 * or an undo would not show in it.
 */
export function showRegions(html: Record<string, string>, isHalfTyped: (field: Element | null) => boolean): void {
  for (const region of regions()) {
    const wanted = html[region.dataset["region"] ?? ""];
    if (wanted === undefined) continue;
    const ignoreActiveValue = isHalfTyped(document.activeElement);
    Idiomorph.morph(region, wanted, {
      morphStyle: "innerHTML",
      ignoreActiveValue,
      callbacks: { beforeAttributeUpdated: mayUpdate },
    });
  }
}

/** While the text cannot be read, what has no new content is the last good state: to be seen, not to be used. */
export function freezeRegions(fresh: Record<string, string>, broken: boolean): void {
  for (const region of regions()) region.inert = broken && !((region.dataset["region"] ?? "") in fresh);
}
