/** A configuration as a test writes it, and what is said about it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Config, loadConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import type { ConfigFlags, Environment } from './config-values.ts'

export interface Given {
  readonly toml?: string
  readonly environment?: Environment
  readonly flags?: ConfigFlags
  readonly files?: Readonly<Record<string, string>>
}

export function folderWith(test: TestContext, given: Given): string {
  const folder = mkdtempSync(join(tmpdir(), 'starling-config-'))
  test.after(() => rmSync(folder, { recursive: true }))
  if (given.toml !== undefined) writeFileSync(join(folder, 'starling.toml'), given.toml)
  for (const [name, text] of Object.entries(given.files ?? {})) {
    writeFileSync(join(folder, name), text)
  }
  return folder
}

export function load(test: TestContext, given: Given): Config {
  const workingFolder = folderWith(test, given)
  const { environment = {}, flags = {} } = given
  return loadConfig({ environment, flags, workingFolder })
}

export function problemsOf(test: TestContext, given: Given): readonly string[] {
  try {
    load(test, given)
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message.split('\n')
  }
  return assert.fail('the configuration was accepted')
}

/** Long messages are broken over lines here. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}
