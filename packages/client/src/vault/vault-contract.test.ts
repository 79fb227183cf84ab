import { cipherContract } from '@starling/core/client/private/cipher-contract.test-suite'
import type { CipherUnderTest } from '@starling/core/client/private/little-delivery.test-suite'
import { KeyRows, openMemoryKeyStore } from './memory-key-store.ts'
import { Vault } from './vault.ts'

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

cipherContract('the vault', {
  create: () => new VaultUnderTest(),
  crash: (cipher) => new VaultUnderTest(cipher instanceof VaultUnderTest ? cipher.rows : undefined),
})
