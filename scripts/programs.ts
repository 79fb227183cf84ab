/** Finds programs as a shell does. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface ProgramPlace {
  readonly env: { readonly [name: string]: string | undefined }
}

/** All of that name, in the order of the PATH. */
export function onPath(name: string, { env }: ProgramPlace): readonly string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).filter(isProgram)
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return false
    throw error
  }
}
