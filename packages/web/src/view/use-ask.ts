/** Asks the server from a form: busy meanwhile, and why it was refused. */
import type { Result } from '@starling/client/api'
import { useState } from 'react'

export interface Ask {
  readonly isBusy: boolean
  readonly refusal: string | undefined
  /** Calls `done` when it was not refused. */
  readonly ask: <T>(asked: Promise<Result<T>>, done: (value: T) => void) => void
  readonly refuse: (say: string | undefined) => void
}

export function useAsk(): Ask {
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string>()
  return {
    isBusy,
    refusal,
    refuse: setRefusal,
    ask: (asked, done) => {
      setBusy(true)
      setRefusal(undefined)
      void asked.then((result) => {
        setBusy(false)
        if (result.ok) done(result.value)
        else setRefusal(result.say)
      })
    },
  }
}
