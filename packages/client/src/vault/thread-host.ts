/** The thread's side: opens the vault, does the jobs in order, and tells what came of them. */
import {
  type Cipher,
  type ThreadDown,
  type ThreadUp,
  unavailable,
  type VaultPlace,
} from './cipher-thread.ts'
import { Vault, type VaultStore } from './vault.ts'

export class ThreadHost {
  readonly #open: (place: VaultPlace) => Promise<VaultStore>
  readonly #post: (frame: ThreadDown) => void
  #cipher: Cipher | undefined

  constructor(open: (place: VaultPlace) => Promise<VaultStore>, post: (frame: ThreadDown) => void) {
    this.#open = open
    this.#post = post
  }

  async frame(frame: ThreadUp): Promise<void> {
    switch (frame.t) {
      case 'open':
        this.#cipher = localCipher(() => this.#open(frame.place))
        return
      case 'job': {
        const result = await this.#cipher?.do(frame.work)
        if (result !== undefined) this.#post({ t: 'done', id: frame.id, result })
        return
      }
      case 'close':
        await this.#cipher?.close()
        return this.#post({ t: 'closed' })
    }
  }
}

/** A vault in this very thread. A store that cannot be opened is tried again with the next job. */
export function localCipher(open: () => Promise<VaultStore>): Cipher {
  let opening: Promise<Vault> | undefined
  const opened = () => {
    opening ??= open().then(
      (store) => new Vault(store, Date.now),
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }
  return {
    do: async (work) => {
      try {
        const vault = await opened()
        return await vault.do(work)
      } catch (error) {
        // Nothing of the job stands, and whoever gave it hears of it.
        return unavailable(error instanceof Error ? error.message : String(error))
      }
    },
    close: async () => {
      const vault = await opening?.catch(() => undefined)
      await vault?.close()
    },
  }
}
