import assert from 'node:assert/strict'
import type { Chance } from '../../now.ts'
import { randomId } from '../random-id.ts'
import { cipherContract } from './cipher-contract.test-suite.ts'
import type { CipherUnderTest } from './little-delivery.test-suite.ts'
import { StandInCipher } from './stand-in-cipher.ts'
import { emptyVault, type Vault } from './stand-in-vault.ts'

/** mulberry32 */
function chanceOf(seed: number): Chance {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const kept = new WeakMap<CipherUnderTest, { readonly vault: Vault; readonly chance: Chance }>()

function cipherOn(vault: Vault, chance: Chance): StandInCipher {
  const cipher = new StandInCipher(vault, chance)
  kept.set(cipher, { vault, chance })
  return cipher
}

cipherContract('stand-in', {
  create: (seed) => {
    const chance = chanceOf(seed)
    return cipherOn(
      emptyVault(() => randomId(chance)),
      chance,
    )
  },
  crash: (cipher) => {
    const parts = kept.get(cipher)
    assert(parts !== undefined)
    return cipherOn(structuredClone(parts.vault), parts.chance)
  },
})
