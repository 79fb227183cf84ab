/** Ids that a client makes: 132 random bits. */
import type { Chance } from '../now.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const characters = 22

export function randomId(chance: Chance): string {
  return Array.from({ length: characters }, () => alphabet[Math.floor(chance() * 64)]).join('')
}
