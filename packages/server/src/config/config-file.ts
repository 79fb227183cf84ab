/** Finds starling.toml and reads it into a tree, remembering on which line each key stands. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { ConfigError } from './config-error.ts'
import { type KeyLines, keyLines, lineOf } from './key-lines.ts'

const configFileName = 'starling.toml'

export interface ConfigFile {
  /** Absolute; undefined when there is none and none is needed. */
  readonly path: string | undefined
  /** Paths in it start here. */
  readonly folder: string
  readonly tree: Readonly<Record<string, unknown>>
  /** `starling.toml:12` */
  readonly where: (key: string) => string
}

export interface FileChoice {
  readonly workingFolder: string
  /** Named by the operator: it must exist. `by` is the flag or variable. */
  readonly named?: { readonly path: string; readonly by: string } | undefined
}

export function readConfigFile(choice: FileChoice): ConfigFile {
  const path = resolve(choice.workingFolder, choice.named?.path ?? configFileName)
  if (choice.named === undefined && !existsSync(path)) {
    return { path: undefined, folder: choice.workingFolder, tree: {}, where: () => configFileName }
  }
  const shown = shortPath(choice.workingFolder, path)
  const toml = readText(path, shown, choice.named?.by)
  const { tree, lines } = parsed(toml, shown)
  return {
    path,
    folder: dirname(path),
    tree,
    where: (key) => {
      const line = lineOf(lines, key)
      return line === undefined ? shown : `${shown}:${line}`
    },
  }
}

function readText(path: string, shown: string, by: string | undefined): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new ConfigError([
      {
        where: by ?? shown,
        key: '',
        found: `cannot read ${shown} (${why})`,
        remedy: 'name a file that exists and that this user may read',
      },
    ])
  }
}

function parsed(
  toml: string,
  shown: string,
): { tree: Readonly<Record<string, unknown>>; lines: KeyLines } {
  try {
    return { tree: parse(toml, { unsafeKeyBehaviour: 'throw' }), lines: keyLines(toml) }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const what = error.message.replace(/^Invalid TOML document: /, '').split('\n')[0] ?? ''
    throw new ConfigError([
      {
        where: `${shown}:${error.line}:${error.column}`,
        key: '',
        found: `this is not TOML: ${what}`,
        remedy: 'correct the line; the language is described at toml.io',
      },
    ])
  }
}

function shortPath(from: string, path: string): string {
  const short = relative(from, path)
  return short === '' || short.startsWith('..') ? path : short
}
