/** The page of one workflow: one text, and everything beside it shown as the server sees that text. */
import { redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import type { Command, EditorView, ViewUpdate } from "@codemirror/view";
import { onAct } from "./page/acts";
import { guard } from "./page/guard";
import { detailOf, type BeforeRequest, type RequestMade } from "./page/htmx_events";
import { isLost } from "./page/reach";
import { jsonBlock, required } from "./page/shell";
import { say } from "./page/strings";
import { showTab, showTabAt } from "./page/tabs";
import { announce } from "./page/toasts";
import { Analyst } from "./workflow/analyst";
import { openBuffer, replaceText, textOf } from "./workflow/buffer";
import type { Analysis, Place, WorkflowPage } from "./workflow/contract";
import { Draft } from "./workflow/draft";
import { Edits } from "./workflow/edits";
import { Examples } from "./workflow/examples";
import { completer, hoverer } from "./workflow/help";
import { followCursor, listenForJumps, markOutline, moveStep, showLine } from "./workflow/jumps";
import { listenForPicks } from "./workflow/picks";
import { showProblems } from "./workflow/problems";
import { freezeRegions, showRegions } from "./workflow/regions";

const page = jsonBlock<WorkflowPage>("workflow");
let broken: Place | null = null;

const view: EditorView = openBuffer({
  parent: required("source"),
  source: page.source,
  nonce: page.nonce,
  readonly: page.readonly ?? false,
  complete: completer(page.urls.complete),
  hover: hoverer(page.urls.hover),
  updated,
});
const analyst = new Analyst({ urls: page.urls, source: () => textOf(view), show });
const examples = new Examples({ url: page.urls.examples, source: () => textOf(view) });
const edits = new Edits(view, analyst);
const draft = new Draft({ page, source: () => textOf(view), take });
const follow = followCursor(view, page.urls.hover);

function updated(update: ViewUpdate): void {
  if (update.docChanged) {
    draft.changed();
    edits.changed(update);
    showSteps();
    // The answer to a change of the form is the analysis itself.
    const ofForm = update.transactions.some((each) => each.isUserEvent("input.form"));
    const back = update.transactions.some((each) => each.isUserEvent("undo") || each.isUserEvent("redo"));
    if (!ofForm) analyst.changed(back ? 0 : undefined);
  }
  if (update.docChanged || update.selectionSet) follow();
}

function show(answer: Analysis): void {
  showRegions(answer.regions, edits.isHalfTyped);
  freezeRegions(answer.regions, answer.broken !== null);
  showProblems(view, answer.diagnostics);
  markOutline(view);
  showBroken(answer.broken);
  examples.changed();
  document.dispatchEvent(new CustomEvent("wakeline:analysed")); // what else shows the text may follow
}

/** The banner over form and diagram: they show the last text that could be read. */
function showBroken(place: Place | null): void {
  broken = place;
  required("broken").hidden = !place;
  required("broken-text").textContent = place ? say("broken_at", { line: place.line }) : "";
}

/** Undo and redo stay in reach of the keyboard where there is nothing to take back; they say so. */
function showSteps(): void {
  const counts = { undo: undoDepth(view.state), redo: redoDepth(view.state) };
  for (const [name, count] of Object.entries(counts)) {
    for (const button of document.querySelectorAll(`[data-do="${name}"]`))
      button.setAttribute("aria-disabled", String(count === 0));
  }
}

function take(source: string): void {
  replaceText(view, source, "input.copy");
  analyst.changed(0);
}

/** The dry run and publishing work with the text on the screen, half-typed fields too. */
function listenForHtmx(): void {
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = detailOf<BeforeRequest>(event);
    if (!elt.matches("[data-with-source]") || !edits.isPending) return;
    event.preventDefault();
    void edits.settle().then(() => issueRequest(false)); // false: a question of hx-confirm is still asked
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = detailOf<RequestMade>(event);
    if (!elt.matches("[data-with-source]")) return;
    parameters["source"] = textOf(view);
    parameters["base"] = page.base;
    parameters["draft"] = draft.name;
  });
}

/** F8 in the form leads into the text. */
function standInText(go: Command): void {
  showTab("yaml");
  view.focus();
  go(view);
}

onAct("undo", () => undo(view) && announce(say("undone")));
onAct("redo", () => redo(view) && announce(say("redone")));
onAct("save", () => void edits.settle().then(() => draft.saveNow()));
onAct("goto-broken", () => broken && showLine(view, broken));
onAct("next-problem", () => standInText(nextDiagnostic));
onAct("previous-problem", () => standInText(previousDiagnostic));
onAct("step-up", () => moveStep(view, "up"));
onAct("step-down", () => moveStep(view, "down"));
for (const place of [1, 2, 3, 4, 5]) onAct(`tab-${place}`, () => showTabAt(place));

guard({
  wouldLose: () => draft.isDirty || edits.isPending,
  rescue: async () => {
    if (isLost()) return;
    await edits.settle();
    await draft.save();
  },
});
if (!page.readonly) edits.listen();
listenForPicks(view);
listenForJumps(view);
listenForHtmx();
required("panel-yaml").addEventListener("tab-shown", () => view.requestMeasure());
document.addEventListener("wakeline:found", () => analyst.changed(0));
draft.comeBack();
showSteps();
analyst.changed(0);

// A link from elsewhere may lead to a line: `?tab=yaml&line=12`.
const line = Number(new URLSearchParams(location.search).get("line"));
if (Number.isInteger(line) && line > 0) showLine(view, { line, column: 1 });
