/**
 * Trace lines: what a server did and met, for the operator. JSON, one line each, with the role and
 * the name of the server; readable on a terminal. Written at once, so that the last lines before a
 * crash are there. (A *log* is something else in Starling: the durable one.)
 */
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { TraceSettings } from './telemetry-settings.ts'

export type Trace = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'trace'>

export interface TraceSource {
  readonly role: 'frontend' | 'backend'
  readonly name: string
}

export function openTrace(settings: TraceSettings, source: TraceSource): Trace {
  const isPretty =
    settings.format === 'pretty' || (settings.format === 'auto' && process.stdout.isTTY === true)
  const destination = isPretty
    ? pretty({
        sync: true,
        singleLine: true,
        ignore: 'pid,hostname,role',
        translateTime: 'SYS:HH:MM:ss.l',
      })
    : pino.destination({ sync: true })
  const options = {
    level: settings.level,
    base: { ...source, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination)
}

/** For tests, and for whoever wants none. */
export function silentTrace(): Trace {
  return pino({ level: 'silent' })
}
