import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { exitCodes } from './exit-codes.ts'
import { runStarling } from './run-starling.ts'
import { subcommands } from './subcommands.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly notes: string
}

async function ran(
  args: readonly string[],
  workingFolder = '/nonexistent',
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const out: string[] = []
  const notes: string[] = []
  const code = await runStarling(args, {
    environment,
    workingFolder,
    out: (text) => void out.push(text),
    printed: async () => {},
    note: (text) => void notes.push(text),
  })
  return { code, out: out.join('\n'), notes: notes.join('\n') }
}

function folderWith(test: TestContext, toml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'starling-cli-'))
  test.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'starling.toml'), toml)
  return folder
}

describe('starling', () => {
  it('shows every command when asked for help, and when asked for nothing', async () => {
    const { code, out } = await ran(['help'])
    assert.equal(code, exitCodes.done)
    for (const { name, say } of subcommands)
      assert.match(out, new RegExp(`starling ${name} +${say}`))
    assert.deepEqual(await ran([]), await ran(['--help']))
  })

  it('shows the options of one command', async () => {
    const { out } = await ran(['help', 'tail'])
    assert.match(out, /^starling tail ROOM \[options\]\n {2}follow a room's entries\n/)
    assert.deepEqual(await ran(['tail', '--help']), await ran(['help', 'tail']))
  })

  it('tells its version, that of package.json', async () => {
    const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    assert.deepEqual(await ran(['--version']), { code: 0, out: version, notes: '' })
  })

  it('ends with 2 on a command line that it cannot understand, and suggests', async () => {
    assert.deepEqual(await ran(['chekc']), {
      code: exitCodes.usage,
      out: '',
      notes: 'starling: there is no command "chekc"; did you mean "starling check"?',
    })
    const lines = [
      ['check', '--confg', 'x'],
      ['help', 'tial'],
      ['send'],
      ['tail', '#a', '--last', 'many'],
      ['tail', '#a', '--last', '1', '--from', '2'],
    ]
    for (const line of lines) {
      const { code, out, notes } = await ran(line)
      assert.deepEqual([code, out], [exitCodes.usage, ''], line.join(' '))
      assert.match(notes, new RegExp(`^starling ${line[0]}: .+; see "starling help ${line[0]}"$`))
    }
  })

  it('ends with 3 when a server is wrongly configured, one line a problem', async (test) => {
    const folder = folderWith(test, 'engine = "none"\ntrace = 1\n')
    assert.deepEqual(await ran(['up'], folder), {
      code: exitCodes.cannotStart,
      out: '',
      notes:
        'starling.toml:1: engine: found "none"; write one of "sqlite", "nats"\n' +
        'starling.toml:2: trace: found 1; ' +
        'write a table: [trace] on a line of its own, its keys below',
    })
  })
})

describe('starling check', () => {
  it('shows every value and where it came from', async (test) => {
    const folder = folderWith(test, '[balancing]\nlongMessage = 12\n')
    const { code, out, notes } = await ran(['check'], folder, { STARLING_ENGINE: 'sqlite' })
    assert.deepEqual([code, notes], [exitCodes.done, ''])
    const lines = out.split('\n').map((line) => line.replace(/ +/g, ' '))
    for (const line of [
      'data data default',
      'engine sqlite STARLING_ENGINE',
      'balancing.longMessage 12 starling.toml:2',
      'frontends.0.listen 127.0.0.1:4600 default',
      'backends.3.name secondary-2 default',
      'The configuration is right (starling.toml).',
    ]) {
      assert.ok(lines.includes(line), line)
    }
  })

  it('ends with 1 when it is wrong, and says all that is', async (test) => {
    const folder = folderWith(test, 'engin = "sqlite"\n[balancing]\nlongMessage = -1\n')
    const { code, out, notes } = await ran(['check'], folder)
    assert.deepEqual([code, out], [exitCodes.failed, ''])
    assert.deepEqual(notes.split('\n'), [
      'starling.toml:1: engin: there is no such key; did you mean engine?',
      'starling.toml:3: balancing.longMessage: found -1; write a whole number from 0 to 1000000',
    ])
  })

  it('warns of a file that is not to be read here', async (test) => {
    const folder = folderWith(test, '[tls]\ncertFile = "a.pem"\nkeyFile = "/none/b.pem"\n')
    const { code, notes } = await ran(['check'], folder)
    assert.equal(code, exitCodes.done)
    assert.deepEqual(notes.split('\n'), [
      `warning: tls.certFile: cannot read ${folder}/a.pem here (ENOENT)`,
      'warning: tls.keyFile: cannot read /none/b.pem here (ENOENT)',
    ])
  })

  it('says the same as JSON', async (test) => {
    const right = JSON.parse((await ran(['check', '--json'])).out)
    assert.equal(right.ok, true)
    assert.deepEqual(right.values[0], { key: 'data', value: 'data', from: 'default' })
    const folder = folderWith(test, 'engin = 1\n')
    const wrong = JSON.parse((await ran(['check', '--json'], folder)).out)
    assert.deepEqual(wrong, {
      ok: false,
      problems: [
        {
          where: 'starling.toml:1',
          key: 'engin',
          found: 'there is no such key',
          remedy: 'did you mean engine?',
        },
      ],
    })
  })
})
