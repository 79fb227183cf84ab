/**
 * A slash command: what it is called, what it completes, what it does. Commands ask the SDK and say
 * what came of it through `ui`; they hold no state. What a command needs is in its type and checked
 * once, in `run-command.ts`.
 */
import type { Refusal, Result, RoomSnapshot, StarlingClient } from '@starling/client/api'
import type { Page, PanelItem } from '../model/state.ts'

export type Completes = 'room' | 'person' | 'command' | 'emoji' | 'role' | 'nothing'

export interface CommandUi {
  note(text: string): void
  fail(text: string): void
  panel(title: string, items: readonly PanelItem[]): void
  go(room: string): void
  jump(room: string, index: number): void
  /** Whether the person went on from it. */
  page(page: Page): Promise<boolean>
  /** Undefined when it was given up. */
  ask(label: string, options?: { readonly isSecret: boolean }): Promise<string | undefined>
  /** Puts text into the composer. */
  reply(target: { readonly index: number; readonly name: string; readonly text: string }): void
  edit(target: { readonly index: number; readonly text: string }): void
  togglePeople(): void
  bare(): void
  quit(): void
}

export interface CommandContext {
  readonly client: StarlingClient
  readonly ui: CommandUi
  /** All there are. */
  readonly commands: readonly Command[]
  /** The message that is picked, if one is. */
  readonly target: number | undefined
}

export interface RoomContext extends CommandContext {
  readonly room: RoomSnapshot
}

interface CommandText {
  readonly name: string
  readonly aliases?: readonly string[]
  /** What comes after the name: `#room`, `@person [reason]`. */
  readonly usage: string
  readonly summary: string
  readonly completes: Completes
  /** Without an argument it says how it is used. */
  readonly isArgumentNeeded: boolean
}

export interface PlainCommand extends CommandText {
  readonly needs: 'nothing'
  run(context: CommandContext, argument: string): void | Promise<void>
}

export interface RoomCommand extends CommandText {
  readonly needs: 'room'
  run(context: RoomContext, argument: string): void | Promise<void>
}

export type Command = PlainCommand | RoomCommand

/** The first word and the rest. */
export function firstWord(argument: string): readonly [string, string] {
  const match = /^(\S+)\s*([\s\S]*)$/.exec(argument.trim())
  return match === null ? ['', ''] : [match[1] ?? '', match[2] ?? '']
}

/** A person as typed: `@ada` or `ada`. */
export function personName(word: string): string {
  return word.replace(/^@/, '')
}

/** Says a refusal; the value when there was none. */
export function granted<T>(ui: CommandUi, result: Result<T>): T | undefined {
  if (result.ok) return result.value
  refuse(ui, result)
  return undefined
}

export function refuse(ui: CommandUi, refusal: Refusal): void {
  ui.fail(refusal.say)
}
