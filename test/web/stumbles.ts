/** What somebody who hears the page instead of seeing it would stumble over, as axe tells it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

declare global {
  interface Window {
    axe: { run(where: object, options: object): Promise<AxeResults> }
  }
}

/** In light and dark; without what is only minor. */
export async function checkBothColours(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    assert.deepEqual(await stumbles(page), [], colorScheme)
  }
}

async function stumbles(page: Page): Promise<readonly string[]> {
  // Past the page's policy, which lets no script of others run.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  // What is on its way is dim.
  const where = { include: [['html']], exclude: [['.message.pending > .body']] }
  const { violations } = await page.evaluate(
    (judged) => window.axe.run(judged, { resultTypes: ['violations'] }),
    where,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
