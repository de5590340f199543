/** What page and server say to each other; docs/editor-contract.md in types. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The address of a value in the file: `["conditions", "all", 0, "is"]`. */
export type Path = (string | number)[];

export interface Operation {
  kind: "set" | "unset" | "insert" | "remove" | "move" | "rename";
  path: Path;
  value?: Json;
  to?: string | number;
  /** Of an insertion: what stands there is copied. */
  of?: Path;
}

/** Lines and columns from one; columns count characters, as the engine does. */
export interface Place {
  line: number;
  column: number;
}

export interface Stretch extends Place {
  end_line: number;
  end_column: number;
}

export interface Fix extends Stretch {
  label: string;
  insert: string;
}

export interface Problem extends Stretch {
  code: string;
  severity: "error" | "warning" | "info";
  message: string;
  hint?: string;
  fixes?: Fix[];
}

export interface Analysis {
  seq: number;
  /** Where the text cannot be read; then form, outline and diagram have no new content. */
  broken: Place | null;
  diagnostics: Problem[];
  regions: Record<string, string>;
}

/** The answer to operations: the whole new text, and what was done in one sentence. */
export interface Edited extends Analysis {
  source: string;
  said: string;
}

export interface Completion {
  label: string;
  detail?: string;
  info?: string;
  insert?: string;
}

export interface Completions {
  from_column: number;
  items: Completion[];
}

export interface Hover extends Stretch {
  html: string;
}

export interface Saved {
  /** As it is shown: 14:03. */
  at: string;
  /** Names this state of the draft; the next saving says which one it replaces. */
  draft: string;
}

/** `<script type="application/json" id="workflow">`. */
export interface WorkflowPage {
  /** Names the copy in the browser's storage: user and workflow. */
  key: string;
  source: string;
  /** The published version that the draft stands on. */
  base: string;
  draft: string;
  saved_at?: string;
  readonly?: boolean;
  nonce: string;
  urls: Record<"analyse" | "edit" | "complete" | "hover" | "draft", string>;
}

/** An answer is used whole or not at all. */
export function isAnalysis(answer: unknown): answer is Analysis {
  const found = answer as Partial<Analysis> | null;
  return (
    typeof found?.seq === "number" &&
    typeof found.broken === "object" &&
    Array.isArray(found.diagnostics) &&
    typeof found.regions === "object" &&
    found.regions !== null
  );
}
