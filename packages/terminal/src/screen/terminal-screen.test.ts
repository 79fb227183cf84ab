import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { Painter } from './painter.ts'

const screen = new URL('./terminal-screen.ts', import.meta.url).href

/** Runs a program that has entered the screen, on something that looks like a terminal. */
function bytesOf(then: string): {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
} {
  const program = `
    import { PassThrough } from 'node:stream'
    const { TerminalScreen } = await import('${screen}')
    const modes = []
    const input = Object.assign(new PassThrough(), { setRawMode: (on) => modes.push(on) })
    const output = Object.assign(process.stdout, { columns: 20, rows: 2 })
    const screen = new TerminalScreen(input, output)
    const got = []
    screen.enter({ onInput: (one) => got.push(one), onResize: () => {} })
    process.on('exit', () => process.stderr.write('raw ' + modes.at(-1)))
    screen.show({ columns: 20, rows: 2, lines: ['hello', 'world'] })
    ${then}
  `
  const options = { encoding: 'utf8', timeout: 60_000 } as const
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], options)
  assert.match(run.stderr, /raw false/)
  const { stdout, stderr, status } = run
  return { stdout, stderr, status }
}

const given = /\p{Cc}\[\?1004l.*\p{Cc}\[\?7h.*\p{Cc}\[\?25h\p{Cc}\[\?1049l\p{Cc}\[23;0t$/u

describe('the terminal is given back', () => {
  it('when one leaves', () => {
    const { stdout, status } = bytesOf('screen.leave()')
    assert.match(stdout, /\?1049h[\s\S]*hello[\s\S]*world/)
    assert.match(stdout, given)
    assert.equal(status, 0)
  })

  it('after an error that nobody caught', () => {
    const { stdout, status } = bytesOf('setTimeout(() => { throw new Error("boom") })')
    assert.match(stdout, given)
    assert.equal(status, 1)
  })

  it('when the process ends in any other way of its own', () => {
    const { stdout, status } = bytesOf('process.exit(7)')
    assert.match(stdout, given)
    assert.equal(status, 7)
  })
})

it('nothing is painted after the terminal was given back', () => {
  const { stdout } = bytesOf(`
    screen.leave()
    screen.show({ columns: 20, rows: 2, lines: ['late'] })
    screen.title('late')
    screen.ring()
  `)
  assert.doesNotMatch(stdout, /late/)
  assert.notEqual(new Painter().paint({ columns: 4, rows: 1, lines: ['late'] }), '')
})

it('what is written to the standard error meanwhile comes afterwards', () => {
  const { stdout, stderr } = bytesOf(`
    console.error('a warning')
    process.stdout.write('still held')
    screen.leave()
  `)
  assert.match(stdout, /still held/)
  assert.match(stderr, /^a warning\nraw false$/)
})
