import { cipherContract } from '@starling/core/client/private/cipher-contract.test-suite'
import type { CipherUnderTest } from '@starling/core/client/private/little-delivery.test-suite'
import type { KeyStore } from './key-store.ts'
import { KeyRows, openMemoryKeyStore } from './memory-key-store.ts'
import { Vault } from './vault.ts'

type Work = Parameters<CipherUnderTest['work']>[1]

/** The library looks at the clock by itself. */
const wallMs = Date.now

class VaultUnderTest implements CipherUnderTest {
  readonly rows: KeyRows
  readonly #vault: Vault

  constructor(rows = new KeyRows()) {
    this.rows = rows
    this.#vault = new Vault({ keys: openMemoryKeyStore(rows) }, wallMs)
  }

  work(...[, work]: Parameters<CipherUnderTest['work']>) {
    return this.#vault.do(work)
  }
}

/** Whatever it does, it crashes before and after it is stored, and does it again. */
class CrashingVault implements CipherUnderTest {
  readonly rows: KeyRows

  constructor(rows = new KeyRows()) {
    this.rows = rows
  }

  async work(...[, work]: Parameters<CipherUnderTest['work']>) {
    await this.#crash(work, 'before')
    // What was told once of those who came is not told again.
    if (work.kind !== 'open') await this.#crash(work, 'after')
    return new Vault({ keys: openMemoryKeyStore(this.rows) }, wallMs).do(work)
  }

  async #crash(work: Work, when: 'before' | 'after'): Promise<void> {
    const keys = crashing(openMemoryKeyStore(this.rows), when)
    const vault = new Vault({ keys }, wallMs)
    try {
      await vault.do(work)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      return
    }
    throw new Error('it did not crash')
  }
}

class Crash extends Error {}

function crashing(store: KeyStore, when: 'before' | 'after'): KeyStore {
  return {
    turn: async (act) => {
      await store.turn(async (turn) => {
        await act(turn)
        if (when === 'before') throw new Crash()
      })
      throw new Crash()
    },
    close: () => store.close(),
  }
}

cipherContract('the vault', {
  create: () => new VaultUnderTest(),
  crash: (cipher) => new VaultUnderTest(cipher instanceof VaultUnderTest ? cipher.rows : undefined),
})

cipherContract('a vault that crashes at each step', {
  create: () => new CrashingVault(),
  crash: (cipher) => cipher,
})
