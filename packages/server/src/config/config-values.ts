/**
 * Lays the sources over each other, the later over the earlier: defaults, starling.toml, the
 * environment, the command line. Every value keeps where it came from. A key of the file that is in
 * no table is an error; all errors are gathered before any is told.
 */

import type { ConfigProblem } from './config-error.ts'
import type { ConfigFile } from './config-file.ts'
import { nearestWord } from './nearest-word.ts'
import { quoted, type Setting } from './setting.ts'
import { backendKeys, frontendKeys, type SettingKey, settings } from './settings.ts'

export interface Sourced {
  readonly value: unknown
  /** `default`, `starling.toml:12`, `STARLING_DATA`, `--data`. */
  readonly from: string
}

/** Dotted key → value; an entry of a list is `backends.0.name`. */
export type SourcedValues = Map<string, Sourced>

export type Environment = Readonly<Record<string, string | undefined>>
export interface ConfigFlags {
  readonly config?: string | undefined
  readonly data?: string | undefined
  readonly port?: string | undefined
}

type Table = Readonly<Record<string, unknown>>
const lists: Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>> = {
  frontends: frontendKeys,
  backends: backendKeys,
}

/** `balancing.longMessage` → `STARLING_BALANCING_LONG_MESSAGE` */
export function variableOf(key: string): string {
  return `STARLING_${key
    .replaceAll('.', '_')
    .replace(/[A-Z]/g, (c) => `_${c}`)
    .toUpperCase()}`
}

export function layValues(
  file: ConfigFile,
  given: { readonly environment: Environment; readonly flags: ConfigFlags },
  problems: ConfigProblem[],
): SourcedValues {
  const values: SourcedValues = new Map()
  for (const [key, setting] of Object.entries(settings)) {
    values.set(key, { value: setting.fallback, from: 'default' })
  }
  const take = taker(values, problems)
  readTree(file, take, problems)
  for (const [key, setting] of Object.entries(settings)) {
    const name = variableOf(key)
    const text = given.environment[name]
    if (text !== undefined && text !== '') take(key, setting, setting.fromText(text), name)
  }
  if (given.flags.data !== undefined) take('data', settings.data, given.flags.data, '--data')
  return values
}

/** Variables that look like ours and are not: only a warning, since others may use the prefix. */
export function strangeVariables(environment: Environment): readonly string[] {
  const known = new Set([...Object.keys(settings).map(variableOf), ...otherVariables])
  return Object.keys(environment)
    .filter((name) => name.startsWith('STARLING_') && !known.has(name))
    .sort()
    .map((name) => {
      const near = nearestWord(name, [...known])
      return `${name} is not a setting${near === undefined ? '' : `; did you mean ${near}?`}`
    })
}

/** Not settings: which configuration, and what the tests of this repository run with. */
const otherVariables = [
  'STARLING_CONFIG',
  'STARLING_PORT',
  'STARLING_STAGES',
  'STARLING_BROWSER',
  'STARLING_NATS_SERVER',
  'STARLING_SEED',
] as const

type Take = (key: string, setting: Setting<unknown>, value: unknown, from: string) => void

function taker(values: SourcedValues, problems: ConfigProblem[]): Take {
  return (key, setting, value, from) => {
    if (setting.check.safeParse(value).success) {
      values.set(key, { value, from })
      return
    }
    const near = typeof value === 'string' ? nearestWord(value, setting.words) : undefined
    problems.push({
      where: from,
      key,
      found: setting.isSecret ? hidden(value) : `found ${quoted(value)}`,
      remedy: `write ${setting.allowed}${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
    })
  }
}

/** A secret stays one also where it is wrong. */
function hidden(value: unknown): string {
  return typeof value === 'string' ? `found ${value.length} characters` : 'found no text'
}

function readTree(file: ConfigFile, take: Take, problems: ConfigProblem[]): void {
  const walk = (table: Table, prefix: string): void => {
    for (const [name, value] of Object.entries(table)) {
      const key = prefix + name
      if (Object.hasOwn(settings, key)) {
        take(key, settings[key as SettingKey], value, file.where(key))
      } else if (Object.hasOwn(lists, key)) readList(key, value)
      else if (isTable(value) && isSection(key)) walk(value, `${key}.`)
      else problems.push(unknownKey(key, value, file.where(key)))
    }
  }
  const readList = (list: string, value: unknown): void => {
    if (!Array.isArray(value) || !value.every(isTable)) {
      problems.push({
        where: file.where(list),
        key: list,
        found: `found ${quoted(value)}`,
        remedy: `write one [[${list}]] for each`,
      })
      return
    }
    const keys = lists[list]!
    for (const [at, table] of value.entries()) {
      for (const [name, entry] of Object.entries(table)) {
        const key = `${list}.${at}.${name}`
        const setting = Object.hasOwn(keys, name) ? keys[name] : undefined
        if (setting) take(key, setting, entry, file.where(key))
        else problems.push(unknownKey(key, entry, file.where(key)))
      }
    }
  }
  walk(file.tree, '')
}

function isTable(value: unknown): value is Table {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !(value instanceof Date)
}

/** Tables; a key in one that is spelled wrong is told by the table's name alone. */
function sections(): readonly string[] {
  return Object.keys(settings).flatMap((key) => (key.includes('.') ? key.split('.', 1) : []))
}

function isSection(key: string): boolean {
  return Object.keys(settings).some((known) => known.startsWith(`${key}.`))
}

function unknownKey(key: string, value: unknown, where: string): ConfigProblem {
  if (isSection(key)) {
    return {
      where,
      key,
      found: `found ${quoted(value)}`,
      remedy: `write a table: [${key}] on a line of its own, its keys below`,
    }
  }
  const list = /^(frontends|backends)\.\d+\./.exec(key)
  const prefix = list?.[0] ?? ''
  const known = list
    ? Object.keys(lists[list[1]!]!)
    : [...Object.keys(settings), ...Object.keys(lists), ...sections()]
  const near = nearestWord(key.slice(prefix.length), known) ?? sameLastPart(key, known)
  return {
    where,
    key: list ? key.slice(prefix.length) : key,
    found: list ? `[[${list[1]}]] has no such key` : 'there is no such key',
    remedy:
      near === undefined ? 'remove it; docs/operating.md lists all keys' : `did you mean ${near}?`,
  }
}

/** A key that stands in the wrong table. */
function sameLastPart(key: string, known: readonly string[]): string | undefined {
  const last = key.slice(key.lastIndexOf('.') + 1)
  return known.find((name) => name.endsWith(`.${last}`))
}
