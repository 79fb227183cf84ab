export interface Patch {
  readonly file: string
  readonly before: string
  readonly after: string
  readonly changes: readonly {
    readonly from: string
    readonly upTo?: string
    readonly to: string
  }[]
}
export const patches: readonly Patch[]
export class PatchError extends Error {}
export function patchMls(folder: string, wanted?: readonly Patch[]): number
export function checksumOf(text: string): string
