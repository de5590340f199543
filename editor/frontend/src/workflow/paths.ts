/** Where a thing is after an operation: what was open stays open, though its place has another number. */
import type { Operation, Path } from "./contract";

/** Nothing when the thing is gone. */
export function pathAfter(path: Path, operation: Operation): Path | undefined {
  const parent = operation.path.slice(0, -1);
  const place = operation.path.at(-1);
  const own = path[parent.length];
  if (own === undefined || !startsWith(path, parent)) return path;
  const inList = typeof own === "number" && typeof place === "number";
  const moved = inList ? shifted(own, place, operation) : renamed(own, operation);
  return moved === undefined ? undefined : [...parent, moved, ...path.slice(parent.length + 1)];
}

function shifted(own: number, place: number, { kind, to }: Operation): number | undefined {
  if (kind === "insert") return own >= place ? own + 1 : own;
  if (kind === "remove" || kind === "unset") {
    if (own === place) return undefined;
    return own > place ? own - 1 : own;
  }
  if (kind !== "move" || typeof to !== "number") return own;
  if (own === place) return to;
  if (place < own && own <= to) return own - 1;
  return to <= own && own < place ? own + 1 : own;
}

function renamed(own: string | number, { kind, path, to }: Operation): string | number | undefined {
  if (own !== path.at(-1)) return own;
  if (kind === "rename") return to;
  return kind === "remove" || kind === "unset" ? undefined : own;
}

function startsWith(path: Path, parent: Path): boolean {
  return parent.every((each, at) => each === path[at]);
}

export function pathAfterAll(path: Path, operations: Operation[]): Path | undefined {
  return operations.reduce<Path | undefined>((now, each) => now && pathAfter(now, each), path);
}

export function keyOf(path: Path): string {
  return JSON.stringify(path);
}
