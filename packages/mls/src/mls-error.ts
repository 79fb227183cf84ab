/**
 * Why something was not done. `malformed` and `too-large`: the bytes say nothing that could be
 * meant. `other-group`, `other-epoch`: they are meant for another state than this one. `refused`:
 * a signature, a tag, a key or a rule does not hold. `credential`: a device is not who it says.
 * `unusable`: what was asked cannot be done with this group.
 */
export type MlsErrorCode =
  | 'malformed'
  | 'too-large'
  | 'other-group'
  | 'other-epoch'
  | 'refused'
  | 'credential'
  | 'unusable'

export class MlsError extends Error {
  readonly code: MlsErrorCode

  constructor(code: MlsErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'MlsError'
    this.code = code
  }
}

/**
 * Whatever the library throws at what others sent means that it is refused: its errors have no
 * class that could be relied on, and some hostile input reaches a plain `TypeError`.
 */
export async function refuse<T>(tried: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof MlsError) throw error
    const found = error instanceof Error ? error.message : String(error)
    throw new MlsError('refused', `${tried}: ${found}`, error)
  }
}
