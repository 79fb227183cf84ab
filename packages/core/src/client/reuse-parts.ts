/** Keeps the old object where the new one says the same, so that `===` means "nothing changed". */

export function reuseArray<T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] {
  const isSame =
    before !== undefined &&
    before.length === after.length &&
    before.every((part, at) => part === after[at])
  return isSame ? before : after
}

/** Compares the fields of both by `===`. */
export function reuseObject<T extends object>(before: T | undefined, after: T): T {
  if (before === undefined) return after
  const fields = Object.keys(after) as (keyof T)[]
  const isSame =
    Object.keys(before).length === fields.length &&
    fields.every((field) => before[field] === after[field])
  return isSame ? before : after
}
