import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { exampleToml, settingsReference } from '@starling/server/config/reference'
import { backendMetrics } from '@starling/server/telemetry/backend-metrics'
import { frontendMetrics } from '@starling/server/telemetry/frontend-metrics'
import { parse } from 'smol-toml'
import { exitCodes } from './exit-codes.ts'
import { subcommands } from './subcommands.ts'

function fileText(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
}

const operating = fileText('docs/operating.md')

/** What stands between `<!-- name -->` and `<!-- end -->`. */
function part(name: string): string {
  const [, after] = operating.split(`<!-- ${name} -->\n`)
  assert.ok(after, `docs/operating.md has no part "${name}"`)
  return after.split('\n<!-- end -->')[0]!
}

describe('docs/operating.md', () => {
  it('lists every setting with its default, and no other', () => {
    assert.equal(part('settings'), settingsReference())
  })

  it('lists every metric, and no other', () => {
    const rows = [...frontendMetrics, ...backendMetrics].map(
      ({ name, kind, labels = [], help }) =>
        `| \`${name}\` | ${kind} | ${labels.join(', ') || '–'} | ${help} |`,
    )
    assert.equal(part('metrics').split('\n').slice(2).join('\n'), rows.join('\n'))
  })

  it('lists every exit code, and no other', () => {
    const listed = [...part('exit codes').matchAll(/^\| (\d+) \|/gm)].map(([, code]) =>
      Number(code),
    )
    assert.deepEqual(listed, Object.values(exitCodes))
  })

  it('names no command that does not exist', () => {
    const names = [...operating.matchAll(/`starling ([a-z]+)/g)].map(([, name]) => name!)
    assert.ok(names.length > 5)
    for (const name of names) {
      assert.ok(
        subcommands.some((it) => it.name === name),
        name,
      )
    }
  })
})

describe('starling.toml.example', () => {
  it('is what the settings say', () => {
    assert.equal(fileText('starling.toml.example'), exampleToml())
  })

  it('is TOML as it is, and with every setting taken in', () => {
    assert.deepEqual(Object.keys(parse(exampleToml()))[0], 'balancing')
    const taken = exampleToml()
      .replace(/ {3}\(not set\)$/gm, '')
      .replace(/^# (?=\w+ = |\[\[)/gm, '')
    const tree = parse(taken)
    assert.equal(tree.engine, 'sqlite')
    assert.equal((tree.frontends as unknown[]).length, 1)
  })
})
