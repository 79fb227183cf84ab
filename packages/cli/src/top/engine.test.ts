import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Config } from '@starling/server/config/config'
import type { NatsEngineView } from '@starling/server/telemetry/engine-view'
import { natsView, replica } from '@starling/server/telemetry/engine-view.test-fixture'
import { type Picture, pictureOf } from './picture.ts'
import { pictureLines } from './picture-lines.ts'
import { backend, backendShell, config, frontend, names, sample } from './sample.test-fixture.ts'
import type { BackendStatus } from './status.ts'

const onNats: Config = { ...config, values: { ...config.values, engine: 'nats' } }

/** Backends that tell these views of the engine, each through the server it is connected to. */
function told(...views: readonly Partial<NatsEngineView>[]): readonly BackendStatus[] {
  return views.map((view) =>
    backend({ position: 1_500, shell: backendShell({ engine: natsView(view) }) }),
  )
}

function pictured(backends: readonly BackendStatus[]): Picture {
  return pictureOf(onNats, sample(0, frontend(), backends), undefined)
}

/** What is drawn of the engine. */
function drawn(picture: Picture, columns = 80): readonly string[] {
  const lines = pictureLines(picture, { columns, isColoured: false })
  const first = lines.findIndex((line) => line.startsWith('ENGINE'))
  return lines.slice(first, lines.indexOf('', first))
}

function alarms(picture: Picture): readonly string[] {
  return picture.alarms.map(({ level, text }) => `${level}: ${text}`)
}

const all = [
  { connectedTo: 'n1', ageMs: 250 },
  { connectedTo: 'n2', appendsInFlight: 2 },
  { connectedTo: 'n2', ageMs: 300, appendsInFlight: 1 },
  { connectedTo: 'n1', ageMs: 280 },
]

describe('starling top with the engine nats', () => {
  it('shows leader, servers and their lag, the size, and who is served by whom', () => {
    const picture = pictured(told(...all))
    assert.deepEqual(drawn(picture), [
      'ENGINE  nats stream STARLING, leader n1, head 1500, 1500 records,',
      '        312 MB of 10 GB (3 %), 3 appends in flight, heard by primary-2 0.2 s ago',
      'SERVER         STATE         LAG   HEARD  SERVES',
      'n1             leader          0       -  primary-1, secondary-2',
      'n2             current         0   0.0 s  primary-2, secondary-1',
      'n3             current         0   0.0 s',
    ])
    assert.deepEqual(picture.alarms, [])
  })

  it('has room for all of it at forty columns', () => {
    assert.deepEqual(drawn(pictured(told(...all)), 40), [
      'ENGINE  nats stream STARLING, leader n1,',
      '        head 1500, 1500 records,',
      '        312 MB of 10 GB (3 %),',
      '        3 appends in flight,',
      '        heard by primary-2 0.2 s ago',
      'SERVER         STATE         LAG   HEARD',
      'n1             leader          0       -',
      '  └ serves primary-1, secondary-2',
      'n2             current         0   0.0 s',
      '  └ serves primary-2, secondary-1',
      'n3             current         0   0.0 s',
    ])
  })

  it('takes the freshest view, and not that of a leader without a majority', () => {
    const cutOff = { ageMs: 5, canAppend: false, leader: 'n3', why: 'it hears no majority.' }
    const { engine } = pictured(told({ ageMs: 900, head: 90 }, cutOff, { head: 110 }))
    assert.ok(engine.kind === 'nats')
    assert.deepEqual([engine.toldBy, engine.leader, engine.head], ['secondary-1', 'n1', 110])
  })

  it('says that a view is old, and claims nothing of the servers then', () => {
    const why = 'The leader of the stream STARLING is not reached: nobody leads it.'
    const old = { canAppend: false, why, ageMs: 4_200 }
    const picture = pictured(told({ ...old, connectedTo: 'n2' }, { ...old, connectedTo: 'n3' }))
    assert.deepEqual(drawn(picture), [
      'ENGINE  nats stream STARLING, no leader answers (was n1), head 1500,',
      '        1500 records, 312 MB of 10 GB (3 %), 0 appends in flight,',
      '        OLD: heard by primary-1 4.2 s ago',
      'SERVER         STATE         LAG   HEARD  SERVES',
      'n1             was leader      -       -',
      'n2             unknown         -       -  primary-1',
      'n3             unknown         -       -  primary-2',
    ])
    assert.deepEqual(alarms(picture), [
      `error: The log is out of reach from here: ${why} Its leader answered 4.2 s ago. ` +
        'What is sent waits.',
    ])
  })

  it('shows that nobody leads, though a server answers', () => {
    const why = 'The leader of the stream STARLING hears no majority of its replicas.'
    const replicas = ['n1', 'n2', 'n3'].map((server) => replica(server, { silentMs: 20_000 }))
    const picture = pictured(told({ leader: undefined, replicas, canAppend: false, why }))
    assert.deepEqual(drawn(picture).slice(0, 4), [
      'ENGINE  nats stream STARLING, nobody leads, head 1500, 1500 records,',
      '        312 MB of 10 GB (3 %), 0 appends in flight, heard by primary-1 0.2 s ago',
      'SERVER         STATE         LAG   HEARD  SERVES',
      'n1             unknown         -       -  primary-1',
    ])
    assert.deepEqual(alarms(picture), [
      `error: The log is out of reach from here: ${why} What is sent waits.`,
    ])
    assert.deepEqual(alarms(pictured(told({ leader: undefined, replicas }))), [
      'error: The log is out of reach from here: No server leads it. What is sent waits.',
    ])
  })

  it('says when no majority of the servers is left', () => {
    const replicas = [
      replica('n1', { isLeader: true }),
      replica('n2', { silentMs: 4_000 }),
      replica('n3', { isCurrent: false, silentMs: undefined }),
    ]
    assert.deepEqual(alarms(pictured(told({ replicas }))), [
      'error: Engine server n2 is silent, n3 is silent: no majority is left, what is sent waits.',
    ])
  })

  it('shows a server that is offline, and what the loss of one more means', () => {
    const replicas = [
      replica('n1', { isLeader: true }),
      replica('n2', { isCurrent: false, lag: 41 }),
      replica('n3', { isCurrent: false, isOffline: true, lag: 120_000, silentMs: 312_000 }),
    ]
    const picture = pictured(told({ replicas }))
    assert.deepEqual(drawn(picture).slice(-3), [
      'n1             leader          0       -  primary-1',
      'n2             behind         41   0.0 s',
      'n3             offline      120k   5 min',
    ])
    assert.deepEqual(alarms(picture), [
      'warning: Engine server n3 is offline: if one more stops, what is sent waits.',
    ])
    const [first, second] = pictureLines(picture, { columns: 80, isColoured: false })
    assert.match(first!, /^Starling {2}/)
    assert.equal(second, '! Engine server n3 is offline: if one more stops, what is sent waits.')
  })

  it('takes a server that its leader never heard for silent', () => {
    const replicas = [
      replica('n1', { isCurrent: false, lag: 8, silentMs: undefined }),
      replica('n2', { isLeader: true }),
      replica('n3', { silentMs: 600 }),
    ]
    const picture = pictured(told({ leader: 'n2', connectedTo: 'n2', replicas }))
    assert.deepEqual(drawn(picture).slice(-3), [
      'n1             silent          8   never',
      'n2             leader          0       -  primary-1',
      'n3             current         0   0.6 s',
    ])
    assert.match(alarms(picture).join(), /^warning: Engine server n1 is silent: if one more/)
  })

  it('repeats what the engine cannot promise, whole, at any width', () => {
    const warning =
      'Acknowledged messages may be lost: server n1 acknowledges before it has stored ' +
      '(no "sync_interval: always"). To change that: put "sync_interval: always" into its block.'
    const warned = names.map(() =>
      backend({ shell: backendShell({ engine: natsView(), warnings: [warning] }) }),
    )
    const picture = pictured(warned)
    assert.deepEqual(alarms(picture), [`warning: ${warning}`])
    for (const columns of [40, 80, 200]) {
      const lines = pictureLines(picture, { columns, isColoured: false })
      const shown = lines.slice(1, lines.indexOf(''))
      assert.equal(shown.map((line) => line.slice(2)).join(' '), warning)
      assert.ok(lines[0]!.startsWith('Starling  all do their work, but:'))
    }
    const [first] = pictureLines(picture, { columns: 80, isColoured: true }).slice(1)
    assert.ok(first!.startsWith('\u001b[7m\u001b[33m! Acknowledged'))
  })

  it('lets nothing that a server says move the cursor', () => {
    const replicas = [replica('n1\u001b[2J\r1', { isLeader: true })]
    const [row] = drawn(pictured(told({ replicas }))).slice(3)
    assert.match(row!, /^n1\?\[2J\?1 /)
  })

  it('says who of several backends is warned', () => {
    const [one, ...others] = told({}, {}, {})
    const warnings = ['server n9 is version 2.9']
    const warned = { ...one!, shell: { ...one!.shell, warnings } }
    assert.deepEqual(alarms(pictured([warned, ...others])), [
      'warning: server n9 is version 2.9 (primary-1)',
    ])
  })

  it('shows that replicas differ, that one ends, and settings that are not those of a file', () => {
    const backends = [
      backend({ digestDisputes: 3, shell: backendShell({ engine: natsView() }) }),
      backend({ shell: backendShell({ engine: natsView(), failure: 'diverged' }) }),
      backend({
        settingsDiffer: ['limits.topicCharactersMax', 'accounts.guests'],
        shell: backendShell({ engine: natsView() }),
      }),
    ]
    assert.deepEqual(alarms(pictured(backends)), [
      'error: primary-2 ends by itself (diverged): see its trace.',
      'error: Replicas differ, and no majority says which one is right; found by primary-1.',
      'warning: Not the configuration of secondary-1 holds, but what another backend put: ' +
        'limits.topicCharactersMax, accounts.guests.',
    ])
  })

  it('[P7] warns before the log is full', () => {
    const at = (bytes: number) => alarms(pictured(told({ bytes })))
    const rest = 'see "The log is full" in docs/operating.md.'
    assert.deepEqual(at(7_900_000_000), [])
    assert.deepEqual(at(8_200_000_000), [`warning: The log is 82 % full; ${rest}`])
    assert.deepEqual(at(9_990_000_000), [`error: The log is 99 % full; ${rest}`])
  })

  it('shows how far a backend is behind the head, and how far it has caught up', () => {
    const why = 'catching up: 25 % (250 of 1,000 records)'
    const [up, behind] = told({}, {})
    const late: BackendStatus = {
      ...behind!,
      position: 750,
      shell: { ...behind!.shell, canAppend: false, why },
    }
    const now = { ...sample(0, frontend(), [up!, late]), frontends: new Map() }
    const { backends } = pictureOf(onNats, now, undefined)
    assert.deepEqual(
      backends.slice(0, 2).map(({ state, lag, why }) => [state, lag, why]),
      [
        ['running', 0, 'no front-end can be asked'],
        ['cut-off', 750, `cannot append: ${why}`],
      ],
    )
  })

  it('shows a server that only passes on, and one that is alone', () => {
    assert.deepEqual(drawn(pictured(told({ connectedTo: 'n7' }))).slice(-1), [
      'n7             no replica      -       -  primary-1',
    ])
    const alone = { connectedTo: 'only', leader: undefined, replicas: [], bytesMax: -1 }
    assert.deepEqual(drawn(pictured(told(alone))), [
      'ENGINE  nats stream STARLING, leader only, head 1500, 1500 records, 312 MB,',
      '        0 appends in flight, heard by primary-1 0.2 s ago',
      'SERVER         STATE         LAG   HEARD  SERVES',
      'only           leader          0       -  primary-1',
    ])
  })

  it('says so when no backend of this machine can be asked', () => {
    assert.deepEqual(drawn(pictured([])), [
      'ENGINE  nats, no backend of this machine tells how it is',
    ])
  })
})
