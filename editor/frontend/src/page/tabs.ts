/** Tabs by the ARIA pattern: one tab stop, arrows; each has its own address (`?tab=`). */

export function listenForTabs(list: HTMLElement): void {
  const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  list.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
    const changed = event as MouseEvent;
    if (!tab || changed.ctrlKey || changed.metaKey || changed.shiftKey) return;
    event.preventDefault();
    showTab(tab.dataset["tab"] ?? "");
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target as HTMLElement);
    const next = at < 0 ? undefined : tabs[place(event.key, at, tabs.length)];
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    showTab(next.dataset["tab"] ?? "");
    next.focus();
  });
  window.addEventListener("popstate", () => {
    const wanted = new URLSearchParams(location.search).get("tab");
    select(tabs, tabs.find((tab) => tab.dataset["tab"] === wanted) ?? tabs[0]);
  });
}

function place(key: string, at: number, count: number): number {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}

/** Show a tab by name, and put it into the address. */
export function showTab(name: string): void {
  const tab = document.querySelector<HTMLElement>(`[role="tab"][data-tab="${name}"]`);
  if (!tab || tab.getAttribute("aria-selected") === "true") return;
  select([...(tab.closest('[role="tablist"]')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])], tab);
  const address = new URL(location.href);
  address.searchParams.set("tab", name);
  history.pushState(null, "", address);
}

/** The tab at a place, counted from one. */
export function showTabAt(place: number): void {
  const tab = document.querySelectorAll<HTMLElement>('[role="tab"]')[place - 1];
  if (!tab) return;
  showTab(tab.dataset["tab"] ?? "");
  tab.focus();
}

function select(tabs: HTMLElement[], chosen: HTMLElement | undefined): void {
  if (!chosen) return;
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    panelOf(tab).hidden = !isChosen;
  }
  chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
  // htmx fills a panel when it is first seen: hx-trigger="tab-shown once".
  panelOf(chosen).dispatchEvent(new CustomEvent("tab-shown", { bubbles: true }));
}

function panelOf(tab: HTMLElement): HTMLElement {
  const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
  if (!panel) throw new Error(`the tab ${tab.dataset["tab"]} has no panel`);
  return panel;
}
