/** Buttons name what they do: `data-do="save"`; whoever can do it, says so here. */

const acts = new Map<string, (button: HTMLElement) => void>();

export function onAct(name: string, act: (button: HTMLElement) => void): void {
  acts.set(name, act);
}

/** Do it; false when nobody on this page can. */
export function act(name: string, button: HTMLElement = document.body): boolean {
  const found = acts.get(name);
  found?.(button);
  return found !== undefined;
}

/** Something that is off stays focusable and says why; it does nothing when pressed. */
export function isOff(element: Element): boolean {
  return element.getAttribute("aria-disabled") === "true";
}

export function listenForActs(): void {
  document.addEventListener(
    "click",
    (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("button, a, [data-do]");
      if (!pressed) return;
      if (isOff(pressed)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      const name = pressed.dataset["do"];
      if (name && act(name, pressed)) event.preventDefault();
    },
    { capture: true }, // before htmx, which would send what is off
  );
}
