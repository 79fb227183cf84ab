/**
 * What this installation is: its roles and their settings, from starling.toml, the environment and
 * the command line. The same file serves every machine; which role a process takes is told to it at
 * its start. All of it is checked before anything starts, and everything wrong is told at once.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Rank } from '@starling/core/link/down'
import type { LinkAddress, LinkSecurity } from '../link/link-settings.ts'
import { ConfigError, type ConfigProblem } from './config-error.ts'
import { readConfigFile } from './config-file.ts'
import { checkRules } from './config-rules.ts'
import {
  type ConfigFlags,
  type Environment,
  layValues,
  type SourcedValues,
  strangeVariables,
} from './config-values.ts'
import type { NatsFileKey } from './nats-keys.ts'
import { readBackends, readFrontends } from './roles.ts'
import { type SettingKey, type SettingValues, settings } from './settings.ts'

export interface FrontendConfig {
  readonly name: string
  readonly listen: LinkAddress
  /** `ws://…` or `wss://…` */
  readonly publicAddress: string
  /** 0: none. */
  readonly adminPort: number
}

export interface BackendConfig {
  readonly name: string
  readonly rank: Rank
  /** Where front-ends reach it. */
  readonly address: LinkAddress
  readonly listen: LinkAddress
  /** 0: none. */
  readonly adminPort: number
}

export interface EffectiveValue {
  readonly key: string
  readonly value: unknown
  /** `default`, `starling.toml:12`, `STARLING_DATA`, `--data`. */
  readonly from: string
}

export interface Config {
  /** Absolute; undefined when everything is by default. */
  readonly file: string | undefined
  /** Absolute. */
  readonly dataFolder: string
  readonly values: SettingValues
  readonly frontends: readonly FrontendConfig[]
  /** Primaries first. */
  readonly backends: readonly BackendConfig[]
  readonly linkSecurity: LinkSecurity
  readonly warnings: readonly string[]
  /** Every value and where it came from, for people. Secrets are hidden. */
  readonly effective: readonly EffectiveValue[]
  /** Absolute, from the folder of what names it. */
  readonly pathOf: (key: PathKey) => string | undefined
  /** `starling.toml:12`, `STARLING_DATA`, `--data`; for what is found wrong later. */
  readonly where: (key: string) => string
}

export type PathKey =
  | 'data'
  | 'tls.certFile'
  | 'tls.keyFile'
  | 'cluster.keyFile'
  | 'cluster.certFile'
  | 'cluster.certKeyFile'
  | 'cluster.caFile'
  | NatsFileKey

export interface ConfigSources {
  readonly environment: Environment
  readonly flags: ConfigFlags
  readonly workingFolder: string
}

/** Throws `ConfigError` with all that is wrong. */
export function loadConfig(sources: ConfigSources): Config {
  const { environment, flags, workingFolder } = sources
  const problems: ConfigProblem[] = []
  const file = readConfigFile({ workingFolder, named: namedFile(environment, flags) })
  const sourced = layValues(file, { environment, flags }, problems)
  const values = valuesOf(sourced)
  const port = { environment: environment.STARLING_PORT, flag: flags.port }
  const roles = { file, values, sourced, problems, port }
  const frontends = readFrontends(roles)
  const backends = readBackends(roles)
  const pathOf = (key: PathKey): string | undefined => {
    const { value, from } = sourced.get(key)!
    if (typeof value !== 'string') return undefined
    return resolve(/^(STARLING_|--)/.test(from) ? workingFolder : file.folder, value)
  }
  const where = (key: string): string => {
    const from = sourced.get(key)?.from ?? 'default'
    return from === 'default' ? file.where(key) : from
  }
  const linkSecurity = linkSecurityOf({ values, pathOf, where, problems })
  const warnings = [...strangeVariables(environment)]
  const isGiven = (key: string): boolean => sourced.get(key)?.from !== 'default'
  checkRules({ values, frontends, backends, linkSecurity, isGiven, where, problems, warnings })
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    file: file.path,
    dataFolder: pathOf('data')!,
    values,
    frontends,
    backends: [...backends].sort((a, b) => rankOrder(a.rank) - rankOrder(b.rank)),
    linkSecurity,
    warnings,
    effective: effectiveOf(sourced),
    pathOf,
    where,
  }
}

function namedFile(
  environment: Environment,
  flags: ConfigFlags,
): { readonly path: string; readonly by: string } | undefined {
  if (flags.config !== undefined) return { path: flags.config, by: '--config' }
  const path = environment.STARLING_CONFIG
  return path === undefined || path === '' ? undefined : { path, by: 'STARLING_CONFIG' }
}

/** Each value was checked against its own setting when it was laid. */
function valuesOf(sourced: SourcedValues): SettingValues {
  const values = Object.keys(settings).map((key) => [key, sourced.get(key)!.value])
  return Object.fromEntries(values) as SettingValues
}

function rankOrder(rank: Rank): number {
  return rank === 'primary' ? 0 : 1
}

function effectiveOf(sourced: SourcedValues): readonly EffectiveValue[] {
  const rows = [...sourced].sort(([a], [b]) => placeOf(a) - placeOf(b))
  return rows.map(([key, { value, from }]) => {
    const setting = Object.hasOwn(settings, key) ? settings[key as SettingKey] : undefined
    const isHidden = setting?.isSecret === true && value !== undefined
    return { key, value: isHidden ? '(set)' : value, from }
  })
}

/** Settings first, then front-end after front-end and backend after backend. */
function placeOf(key: string): number {
  const role = /^(frontends|backends)\.(\d+)\./.exec(key)
  if (role === null) return 0
  return Number(role[2]) + (role[1] === 'frontends' ? 1 : 1_000_000)
}

interface LinkSecurityParts {
  readonly values: SettingValues
  readonly pathOf: (key: PathKey) => string | undefined
  readonly where: (key: string) => string
  readonly problems: ConfigProblem[]
}

function linkSecurityOf({ values, pathOf, where, problems }: LinkSecurityParts): LinkSecurity {
  const certificateKeys = ['cluster.certFile', 'cluster.certKeyFile', 'cluster.caFile'] as const
  const given = certificateKeys.filter((key) => values[key] !== undefined)
  const ways = [values['cluster.key'], values['cluster.keyFile'], given[0]]
  if (ways.filter((way) => way !== undefined).length > 1) {
    problems.push({
      where: where(given[0] ?? 'cluster.keyFile'),
      key: 'cluster',
      found: 'links are protected in more than one way',
      remedy: 'keep one: cluster.key, or cluster.keyFile, or the three certificate files',
    })
    return { kind: 'plain' }
  }
  if (given.length > 0) {
    const missing = certificateKeys.filter((key) => values[key] === undefined)
    if (missing.length > 0) {
      problems.push({
        where: where(given[0]!),
        key: given.join(', '),
        found: `${missing.join(' and ')} missing`,
        remedy: 'give all three files, or use cluster.key',
      })
      return { kind: 'plain' }
    }
    return {
      kind: 'certificates',
      certFile: pathOf('cluster.certFile')!,
      keyFile: pathOf('cluster.certKeyFile')!,
      caFile: pathOf('cluster.caFile')!,
    }
  }
  const key = values['cluster.key']
  if (key !== undefined) return { kind: 'key', clusterKey: key }
  const path = pathOf('cluster.keyFile')
  return path === undefined
    ? { kind: 'plain' }
    : keyFromFile(path, where('cluster.keyFile'), problems)
}

function keyFromFile(path: string, where: string, problems: ConfigProblem[]): LinkSecurity {
  const refuse = (found: string): LinkSecurity => {
    const remedy = `write ${settings['cluster.key'].allowed} into it, the same on every machine`
    problems.push({ where, key: 'cluster.keyFile', found, remedy })
    return { kind: 'plain' }
  }
  let clusterKey: string
  try {
    clusterKey = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return refuse(`cannot read ${path} (${why})`)
  }
  return settings['cluster.key'].check.safeParse(clusterKey).success
    ? { kind: 'key', clusterKey }
    : refuse(`${path} holds ${clusterKey.length} characters`)
}
