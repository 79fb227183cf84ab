/**
 * What `apply` goes by beside the records: limits, and who may come in. Operators write it into
 * each backend's configuration, and no two configurations need to agree; so it is part of the
 * state, put there by a record of the log, and every replica decides each later record by the same
 * settings. Until the first such record the protocol's limits hold and everybody may come in.
 */
import { type Limits, limits } from '@starling/protocol/limits'
import type { SettingsOperation } from '../log/record.ts'
import type { Outcome } from './applied.ts'
import { doneBefore, refused, type Turn } from './turn.ts'

/** Least and greatest value that a record may put; a configuration may be stricter. */
const bounds = {
  userNameCharactersMax: [1, 1_000],
  roomNameCharactersMax: [1, 1_000],
  topicCharactersMax: [0, 10_000],
  messageBytesMax: [1, 1024 * 1024],
  roomMembersMax: [1, 1_000_000],
  userRoomsMax: [1, 1_000_000],
  reactionsPerMessageMax: [0, 10_000],
  peoplePerReactionMax: [1, 100_000],
  reactionBytesMax: [1, 1_000],
  devicesPerAccountMax: [1, 10_000],
  refusalsPerOutboxMax: [1, 1_000],
} as const satisfies { readonly [name in keyof Limits]?: readonly [number, number] }

type AppliedLimit = keyof typeof bounds
export type AppliedLimits = Pick<Limits, AppliedLimit>

const appliedLimits = Object.keys(bounds) as readonly AppliedLimit[]

export interface Settings {
  readonly limits: AppliedLimits
  readonly areGuestsAllowed: boolean
  readonly isRegistrationOpen: boolean
}

export interface ConfiguredSettings {
  readonly limits: Limits
  readonly areGuestsAllowed: boolean
  readonly isRegistrationOpen: boolean
}

/** The part of a configuration that is state. Throws when no record may put it. */
export function settingsOf(configured: ConfiguredSettings): Settings {
  const settings = readSettings(configured)
  if (settings === undefined) {
    throw new Error(`settings beyond what a record may put: ${JSON.stringify(configured)}`)
  }
  return settings
}

export const defaultSettings: Settings = settingsOf({
  limits,
  areGuestsAllowed: true,
  isRegistrationOpen: true,
})

/**
 * What is unknown is left out, what is missing is as in the protocol; undefined when a value is
 * none that its setting may have.
 */
export function readSettings(untrusted: unknown): Settings | undefined {
  if (typeof untrusted !== 'object' || untrusted === null) return undefined
  const given = untrusted as { readonly [field in keyof Settings]?: unknown }
  const { limits: own = {}, areGuestsAllowed = true, isRegistrationOpen = true } = given
  if (typeof areGuestsAllowed !== 'boolean' || typeof isRegistrationOpen !== 'boolean') {
    return undefined
  }
  const read = readLimits(own)
  return read && { limits: read, areGuestsAllowed, isRegistrationOpen }
}

function readLimits(untrusted: unknown): AppliedLimits | undefined {
  if (typeof untrusted !== 'object' || untrusted === null) return undefined
  const given = untrusted as { readonly [name in AppliedLimit]?: unknown }
  const read: Partial<Record<AppliedLimit, number>> = {}
  for (const name of appliedLimits) {
    const value = Object.hasOwn(given, name) ? given[name] : limits[name]
    const [least, most] = bounds[name]
    if (!Number.isSafeInteger(value)) return undefined
    const limit = value as number
    if (limit < least || limit > most) return undefined
    read[name] = limit
  }
  return read as AppliedLimits
}

/** Names of the settings in which the two differ. */
export function settingsThatDiffer(a: Settings, b: Settings): readonly string[] {
  const names: string[] = appliedLimits.filter((name) => a.limits[name] !== b.limits[name])
  if (a.areGuestsAllowed !== b.areGuestsAllowed) names.push('areGuestsAllowed')
  if (a.isRegistrationOpen !== b.isRegistrationOpen) names.push('isRegistrationOpen')
  return names
}

/** Holds for all operations after it, those of its own record too. */
export function settings(
  turn: Turn,
  op: { readonly [field in keyof SettingsOperation]?: unknown },
): Outcome {
  const read = readSettings(op.settings)
  if (read === undefined) return refused('invalid')
  turn.putSettings(read)
  return doneBefore
}

/** The state has no say in it: what may be put is put. */
export function knownSettingsOutcome(op: SettingsOperation): Outcome {
  return readSettings(op.settings) === undefined ? refused('invalid') : doneBefore
}
