import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { Config } from '@starling/server/config/config'
import { pictureOf } from './picture.ts'
import { pictureLines } from './picture-lines.ts'
import { backend, config, frontend, names, sample, seen } from './sample.test-fixture.ts'
import type { Sample, SeenBackend } from './status.ts'
import { takeSample } from './status.ts'

const plain = { columns: 80, isColoured: false }

describe('starling top', () => {
  it('shows who does what, at 80 columns', () => {
    const before = sample(1_000, frontend({ requestsTotal: 1_000 }), [
      backend({ requestsTotal: 10 }),
      backend({ requestsTotal: 695 }),
      backend({ requestsTotal: 9_000 }),
    ])
    const status = frontend({
      backends: [
        seen('primary-1'),
        seen('primary-2', { status: 'silent', why: 'no health for 640 ms' }),
        seen('secondary-1'),
        seen('secondary-2', { status: 'down', why: 'connection refused' }),
      ],
    })
    const now = sample(3_000, status, [backend(), backend({ position: 1_499_980 }), backend()])
    assert.deepEqual(pictureLines(pictureOf(config, now, before), plain), [
      'Starling  3 of 5 do their work; nobody waits             policy size-and-clients',
      '',
      'FRONT-END                 STATE     CLIENTS  REQ/S WAITING        RESENT    LOOP',
      'frontend-1                running        12    500       0             4  0.6 ms',
      '',
      'BACKEND        RANK       STATE     CLIENTS  REQ/S  FLIGHT POSITION  LAG    LOOP',
      'primary-1      primary    active         12    345       2     1.5M    0   12 ms',
      'primary-2      primary    silent         12    2.5       2     1.5M   20   12 ms',
      '  └ no health for 640 ms',
      'secondary-1    secondary  active         12      -       2     1.5M    0   12 ms',
      'secondary-2    secondary  down            -      -       -        -    -       -',
      '  └ connection refused',
      '',
      'ENGINE  sqlite, position 1.5M, 12.3 MB, data/starling.db',
      '',
      'ROUTED BECAUSE',
      "  1800  own           the client's own backend",
      '   200  resend: down  asked again elsewhere',
    ])
  })

  it('shows a dead role as down, and why', () => {
    const now: Sample = {
      atMs: 0,
      frontends: new Map([['frontend-1', { ok: false, why: 'not running' }]]),
      backends: new Map([['primary-1', { ok: true, status: backend() }]]),
    }
    const picture = pictureOf(config, now, undefined)
    assert.deepEqual(picture.frontends, [{ name: 'frontend-1', state: 'down', why: 'not running' }])
    assert.deepEqual(
      picture.backends.map(({ name, state, why }) => [name, state, why]),
      [
        ['primary-1', 'running', 'no front-end can be asked'],
        ['primary-2', 'down', ''],
        ['secondary-1', 'down', ''],
        ['secondary-2', 'down', ''],
      ],
    )
  })

  it('knows a backend of another machine from what it told a front-end', () => {
    const health = {
      clients: 7,
      inFlight: 1,
      position: 44,
      canAppend: true,
      why: '',
      loopDelayMs: 3,
      isDraining: false,
    }
    const status = frontend({ backends: [seen('primary-1', { health })] })
    const [row] = pictureOf(config, sample(0, status, []), undefined).backends
    assert.deepEqual(row, {
      name: 'primary-1',
      rank: 'primary',
      state: 'active',
      why: '',
      clients: 7,
      inFlight: 1,
      position: 44,
      lag: 0,
      loopDelayMs: 3,
    })
  })

  it('shows one that does not answer as the front-ends judge it', () => {
    const judged = { status: 'silent', why: 'no health for 900 ms' } as const
    const status = frontend({ backends: [seen('primary-1', judged)] })
    const [row] = pictureOf(config, sample(0, status, []), undefined).backends
    assert.deepEqual(row, {
      name: 'primary-1',
      rank: 'primary',
      state: 'silent',
      why: 'no health for 900 ms',
    })
  })

  it('says first how things stand', () => {
    const first = (...statuses: readonly SeenBackend['status'][]): string => {
      const backends = names.map((name, at) => seen(name, { status: statuses[at] ?? 'active' }))
      const now = sample(
        0,
        frontend({ backends }),
        names.map(() => backend()),
      )
      return pictureLines(pictureOf(config, now, undefined), { ...plain, columns: 45 })[0]!
    }
    assert.equal(first(), 'Starling  all is well')
    assert.equal(first('down'), 'Starling  4 of 5 do their work; nobody waits')
    const cutOff = Array<'cut-off'>(4).fill('cut-off')
    assert.equal(first(...cutOff), 'Starling  no backend is active: messages wait')
    const nobody: Sample = { atMs: 0, frontends: new Map(), backends: new Map() }
    const [line] = pictureLines(pictureOf(config, nobody, undefined), plain)
    assert.match(line!, /^Starling {2}no front-end runs: nobody is served/)
  })

  it('moves no row to say why where there is room beside it', () => {
    const status = frontend({ backends: [seen('primary-1', { status: 'down', why: 'gone' })] })
    const picture = pictureOf(config, sample(0, status, [backend()]), undefined)
    const wide = pictureLines(picture, { columns: 120, isColoured: false })
    const row = wide.findIndex((line) => line.startsWith('primary-1'))
    assert.match(wide[row]!, / {2}gone$/)
    assert.match(wide[row + 1]!, /^primary-2/)
  })

  it('never writes a line longer than the terminal is wide', () => {
    const why = 'cannot append: '.repeat(20)
    const status = frontend({ backends: [seen('primary-1', { status: 'cut-off', why })] })
    const picture = pictureOf(config, sample(0, status, [backend()]), undefined)
    for (const columns of [20, 40, 80, 200]) {
      for (const line of pictureLines(picture, { columns, isColoured: false })) {
        assert.ok(line.length <= columns, `${line.length} > ${columns}: ${line}`)
      }
    }
  })
})

/** An admin port that answers this. */
async function answering(test: TestContext, body: string): Promise<number> {
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
  test.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

describe('asking the roles', () => {
  it('tells one that answers from one that is down and from something else', async (test) => {
    const port = await answering(test, JSON.stringify({ name: 'frontend-1', figures: frontend() }))
    const strange = await answering(test, '<html>')
    const free = await answering(test, '')
    const [first, ...others] = config.backends
    const asked: Config = {
      ...config,
      frontends: [{ ...config.frontends[0]!, adminPort: port }],
      backends: [
        { ...first!, adminPort: strange },
        { ...others[0]!, adminPort: 0 },
        { ...others[1]!, adminPort: free },
      ],
    }
    const { frontends, backends } = await takeSample(asked)
    assert.ok(frontends.get('frontend-1')?.ok)
    assert.deepEqual(
      [...backends.values()],
      [
        { ok: false, why: `something else answers at port ${strange}` },
        { ok: false, why: 'has no admin port' },
        { ok: false, why: `something else answers at port ${free}` },
      ],
    )
  })
})
