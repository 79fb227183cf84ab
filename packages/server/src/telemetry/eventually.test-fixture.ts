/** Waits for the thing itself, long enough for a starved machine. */
import type { TestContext } from 'node:test'

export async function eventually(
  t: TestContext,
  holds: () => void | Promise<void>,
  timeoutMs = 30_000,
): Promise<void> {
  await t.waitFor(holds, { timeout: timeoutMs, interval: 5 })
}
