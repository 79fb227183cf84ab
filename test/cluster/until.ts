/** Waits for the thing itself, with a limit. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  limit: {
    readonly what: string | (() => string)
    readonly ms?: number
    readonly everyMs?: number
  },
): Promise<void> {
  const { ms = 30_000, everyMs = 10 } = limit
  const end = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > end) {
      const what = typeof limit.what === 'string' ? limit.what : limit.what()
      throw new Error(`not within ${ms} ms: ${what}`)
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** What it resolves with, unless that takes too long. */
export async function within<T>(
  promise: Promise<T>,
  limit: { readonly what: string; readonly ms: number },
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(new Error(`not within ${limit.ms} ms: ${limit.what}`))
  }, limit.ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
