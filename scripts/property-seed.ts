/**
 * Loaded before every test file: properties draw from one seed, so that `npm test` is the same test
 * each time. `STARLING_SEED=random npm test -- unit` draws anew and searches where nobody looked
 * yet; `STARLING_SEED=1234` repeats what it found.
 */
import fc from 'fast-check'

const given = process.env.STARLING_SEED ?? '1'
if (given !== 'random') {
  const seed = Number(given)
  if (!Number.isSafeInteger(seed)) {
    throw new Error(`STARLING_SEED is ${given}; write a whole number, or random`)
  }
  fc.configureGlobal({ seed })
}
