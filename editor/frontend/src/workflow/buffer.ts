/** The one text: a CodeMirror view. Everything that changes the file goes through `replace` or `change`. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import type { CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, redo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentUnit } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec, type ChangeSet, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  type HoverTooltipSource,
  type KeyBinding,
  type ViewUpdate,
} from "@codemirror/view";
import { editorPhrases, say } from "../page/strings";
import { colours, look } from "./look";
import { minimalChange } from "./minimal";
import { analysedText, problemKeys } from "./problems";

export interface BufferNeeds {
  parent: HTMLElement;
  source: string;
  nonce: string;
  readonly: boolean;
  complete: CompletionSource;
  hover: HoverTooltipSource;
  updated: (update: ViewUpdate) => void;
}

export function openBuffer(needs: BufferNeeds): EditorView {
  return new EditorView({
    parent: needs.parent,
    state: EditorState.create({ doc: needs.source, extensions: extensions(needs) }),
  });
}

function extensions(needs: BufferNeeds): Extension[] {
  return [
    EditorView.cspNonce.of(needs.nonce),
    EditorState.readOnly.of(needs.readonly),
    EditorState.phrases.of(editorPhrases()),
    EditorState.tabSize.of(2),
    indentUnit.of("  "),
    ...parts(),
    analysedText,
    autocompletion({ override: [needs.complete], icons: false }),
    hoverTooltip(needs.hover),
    placeholder(say("source_empty")),
    EditorView.contentAttributes.of({
      "aria-label": say("source_label"),
      "aria-describedby": "source-hint",
      tabindex: "0",
      spellcheck: "false",
    }),
    Prec.highest(keymap.of([leaving])), // before Esc closes a list or gives up a selection, as F8 leaves one
    keymap.of([...problemKeys, ...closeBracketsKeymap, ...completionKeymap, ...ownKeys(), redoKey, indentWithTab]),
    EditorView.updateListener.of(needs.updated),
    look,
    colours,
  ];
}

function parts(): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    codeFolding(),
    lintGutter(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    yaml(),
    EditorView.lineWrapping,
  ];
}

/** Esc, then Tab leaves the editor: for so many milliseconds indentWithTab gives way. */
const TIME_TO_LEAVE = 2000;
const leaving: KeyBinding = {
  key: "Escape",
  run: (view) => {
    view.setTabFocusMode(TIME_TO_LEAVE);
    return false;
  },
};

/** On every machine, not on Linux and Mac alone. */
const redoKey = { key: "Mod-Shift-z", run: redo, preventDefault: true };

/** CodeMirror's own keys, but those that mean a step here and not a line. */
function ownKeys() {
  const steps = new Set(["Alt-ArrowUp", "Alt-ArrowDown", "Mod-Enter"]);
  const all = [...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap];
  return all.filter((each) => !steps.has(each.key ?? ""));
}

/** Make the text this one, by the least change, as one step of undoing; what takes just that back, or nothing. */
export function replaceText(view: EditorView, text: string, userEvent: string): ChangeSet | undefined {
  const changes = minimalChange(textOf(view), text);
  if (!changes) return undefined;
  const change = view.state.update({ changes, userEvent, annotations: isolateHistory.of("full") });
  view.dispatch(change);
  return change.changes.invert(change.startState.doc);
}

export function textOf(view: EditorView): string {
  return view.state.doc.toString();
}
