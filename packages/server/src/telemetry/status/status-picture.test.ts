import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendView, FrontendFigures } from '@starling/core/frontend/frontend-io'
import { type FrontendLook, type Look, pictureOf } from './status-picture.ts'

function view(name: string, change: Partial<BackendView> = {}): BackendView {
  const health = {
    clients: 3,
    inFlight: 0,
    position: 100,
    canAppend: true,
    why: '',
    loopDelayMs: 1,
    isDraining: false,
  }
  return {
    name,
    rank: 'primary',
    status: 'active',
    why: '',
    clients: 3,
    inFlight: 1,
    requestsTotal: 10,
    latencyMs: 4,
    feeds: 2,
    health,
    ...change,
  } as BackendView
}

function figures(backends: readonly BackendView[], change: Partial<FrontendFigures> = {}) {
  return {
    name: 'one',
    clients: 5,
    followers: 0,
    waiting: 0,
    requestsTotal: 100,
    resentTotal: 0,
    entriesInTotal: 0,
    entriesOutTotal: 1_000,
    refusalsTotal: {},
    decisionsTotal: { own: 7 },
    backends,
    ...change,
  } as FrontendFigures
}

function frontend(name: string, takenAtMs: number, own: FrontendFigures | undefined): FrontendLook {
  const why = own === undefined ? 'it is not running on this machine' : ''
  return { name, address: `ws://${name}`, figures: own, takenAtMs, why }
}

function look(atMs: number, frontends: readonly FrontendLook[], appendsTotal?: number): Look {
  const backends = new Map(
    appendsTotal === undefined ? [] : [['p1', { appendsTotal, takenAtMs: atMs }]],
  )
  return { atMs, frontends, backends }
}

test('rates are of the time between the two looks at that process', () => {
  const before = look(
    1_000,
    [
      frontend('one', 1_000, figures([view('p1')])),
      frontend('two', 500, figures([view('p1', { requestsTotal: 20 })])),
    ],
    50,
  )
  const later = { requestsTotal: 120, entriesOutTotal: 1_400, decisionsTotal: { own: 9, feed: 4 } }
  const now = look(
    3_000,
    [
      frontend('one', 3_000, figures([view('p1', { requestsTotal: 30 })], later)),
      frontend('two', 4_500, figures([view('p1', { requestsTotal: 60 })], { requestsTotal: 140 })),
    ],
    60,
  )
  const picture = pictureOf('size-and-clients', now, before)
  assert.deepEqual(
    picture.frontends.map((it) => [it.name, it.requestsPerSecond, it.deliveriesPerSecond]),
    [
      ['one', 10, 200],
      ['two', 10, 0],
    ],
  )
  assert.equal(picture.backends[0]?.requestsPerSecond, 20)
  assert.deepEqual(picture.log, { position: 100, recordsPerSecond: 5 })
  assert.deepEqual(picture.decisions, [
    { reason: 'own', total: 16, perSecond: 1 },
    { reason: 'feed', total: 4, perSecond: 2 },
  ])
  assert.equal(picture.clients, 10)
})

test('a process that was started meanwhile has no negative rate', () => {
  const before = look(0, [frontend('one', 0, figures([view('p1', { requestsTotal: 900 })]))], 900)
  const now = look(1_000, [frontend('one', 1_000, figures([view('p1')]))], 3)
  const { backends, log } = pictureOf('room-affinity', now, before)
  assert.equal(backends[0]?.requestsPerSecond, 0)
  assert.equal(log.recordsPerSecond, 0)
})

test('a backend is shown as the front-end sees it that sees it worst', () => {
  const silent = { status: 'silent', why: 'no health for 900 ms' } as const
  const now = look(0, [
    frontend('one', 0, figures([view('p1'), view('p2')])),
    frontend('two', 0, figures([view('p1', silent), view('p2')])),
  ])
  const states = pictureOf('size-and-clients', now, undefined).backends
  assert.deepEqual(
    states.map(({ name, state, why, clients }) => [name, state, why, clients]),
    [
      ['p1', 'silent', 'no health for 900 ms (for 1 of 2)', 6],
      ['p2', 'active', '', 6],
    ],
  )
})

test('a backend behind the newest record shows its lag', () => {
  const behind = view('p2')
  const now = look(0, [
    frontend(
      'one',
      0,
      figures([view('p1'), { ...behind, health: { ...behind.health!, position: 93 } }]),
    ),
  ])
  const { backends, log } = pictureOf('size-and-clients', now, undefined)
  assert.deepEqual([log.position, log.recordsPerSecond], [100, undefined])
  assert.deepEqual(
    backends.map(({ lag }) => lag),
    [0, 7],
  )
})

test('a front-end that cannot be asked from here is shown as that', () => {
  const now = look(0, [frontend('one', 0, figures([view('p1')])), frontend('two', 0, undefined)])
  const [, two] = pictureOf('size-and-clients', now, undefined).frontends
  assert.deepEqual([two?.state, two?.why], ['unseen', 'it is not running on this machine'])
})
