/** Tabs and hosts in one thread, with a little front-end behind them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxItem } from '@starling/core/client/client-io'
import { startShell } from '../connect-with.ts'
import { openMemoryStorage } from '../memory-storage.ts'
import type { OpenSocket } from '../socket.ts'
import type { ClientStorage } from '../storage.ts'
import { EntriesTold } from './entries-told.ts'
import { TabClient } from './tab-client.ts'
import type { HostPort, SeatPort, TabDown, TabUp } from './tab-frames.ts'
import { TabHost } from './tab-host.ts'
import { TabOutboxes } from './tab-outboxes.ts'

/** Nobody answers there. */
const offline: OpenSocket = (_, events) => {
  queueMicrotask(() => events.closed(1006))
  return { send: () => {}, close: () => {} }
}

/** A way on which frames are copied and take a turn, and which can be cut. */
function way(): { readonly seat: SeatPort; readonly host: HostPort; cut: () => void } {
  let isCut = false
  const end = <In, Out>(other: () => { onFrame: (frame: Out) => void }) => ({
    post: (frame: Out) => {
      const copy = structuredClone(frame)
      setImmediate(() => {
        if (!isCut) other().onFrame(copy)
      })
    },
    onFrame: (_: In) => {},
    close: () => {},
  })
  const seat: SeatPort = end<TabDown, TabUp>(() => host)
  const host: HostPort = end<TabUp, TabDown>(() => seat)
  return {
    seat,
    host,
    cut: () => {
      isCut = true
    },
  }
}

function hostOn(storage: ClientStorage, id: string, gone: (() => void)[] = []): TabHost {
  return new TabHost({
    id,
    start: async (options, renamed) => {
      const shell = await startShell({ ...options, storage, openSocket: offline, renamed })
      return { shell, notKept: '' }
    },
    forget: async () => {},
    onTabGone: (_, act) => {
      gone.push(act)
      return () => {}
    },
  })
}

const options = {
  addresses: ['ws://localhost'],
  auth: { kind: 'guest', name: 'ada' },
} as const

/** Settles with the first snapshot; later hosts take the client over. */
async function attach(host: TabHost, tab: string, client?: TabClient) {
  const line = way()
  host.admit(line.host)
  line.seat.post({ t: 'attach', tab, profile: 'test', options })
  const { promise, resolve } = Promise.withResolvers<TabClient>()
  let attached = client
  line.seat.onFrame = (frame) => {
    if (frame.t !== 'attached') return attached?.frame(frame)
    attached ??= new TabClient(frame.snapshot, () => {})
    attached.attach(line.seat, frame.snapshot)
    resolve(attached)
  }
  return { client: await promise, cut: line.cut }
}

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 5_000
  while (!isSo()) {
    assert.ok(performance.now() < end, 'not in time')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Not in a room, the lines of sends are nowhere shown: what waits is counted. */
function waiting({ client }: { readonly client: TabClient }): number {
  return client.snapshot().waiting
}

function kept(items: readonly OutboxItem[]): readonly string[] {
  return items.flatMap(({ op }) => (op.kind === 'post' ? [op.text] : []))
}

test('[P2] what a host that dies had taken, and had not, is kept once by the next', async () => {
  const storage = openMemoryStorage()
  const first = hostOn(storage, 'first')
  const ada = await attach(first, 'a')
  const bob = await attach(first, 'b')
  ada.client.compose('r', { kind: 'post', text: 'taken' })
  await until(() => waiting(ada) === 1 && waiting(bob) === 1)
  ada.cut()
  bob.cut()
  ada.client.compose('r', { kind: 'post', text: 'not taken' })
  bob.client.compose('r', { kind: 'post', text: 'by the other' })
  await first.close()
  const second = hostOn(storage, 'second')
  await attach(second, 'a', ada.client)
  await attach(second, 'b', bob.client)
  await until(() => waiting(ada) === 3 && waiting(bob) === 3)
  await second.close()
  const { state } = await storage.open()
  assert.deepEqual([...kept(state.items)].sort(), ['by the other', 'not taken', 'taken'])
})

test('what cannot be sent is refused in the tab, and takes no number', async () => {
  const host = hostOn(openMemoryStorage(), 'host')
  const { client } = await attach(host, 'a')
  const refused = client.compose('r', { kind: 'post', text: '  ' })
  assert.equal(refused.item.number, 0)
  const settled = await refused.settled
  assert.equal(settled.ok ? '' : settled.code, 'message-empty')
  assert.equal(client.compose('r', { kind: 'post', text: 'first' }).item.number, 1)
  await host.close()
})

test('a question that the host could not answer any more is asked of the next', async () => {
  const storage = openMemoryStorage()
  const first = hostOn(storage, 'first')
  const ada = await attach(first, 'a')
  ada.cut()
  const asked = ada.client.login({ kind: 'guest', name: 'grace' })
  await first.close()
  const second = hostOn(storage, 'second')
  await attach(second, 'a', ada.client)
  await asked
  await second.close()
})

test('a tab that is opened soon after the last one closed finds its client running', async () => {
  const gone: (() => void)[] = []
  const storage = openMemoryStorage()
  const host = hostOn(storage, 'host', gone)
  const ada = await attach(host, 'a')
  ada.client.compose('r', { kind: 'post', text: 'kept' })
  await until(() => waiting(ada) === 1)
  for (const act of gone) act()
  const again = await attach(host, 'b')
  assert.equal(waiting(again), 1)
  await host.close()
})

test('entries that another host told already are told once, what it skipped is a gap', () => {
  const told = new EntriesTold()
  assert.deepEqual(told.entry('r', 7), { isNews: true })
  assert.deepEqual(told.entry('r', 8), { isNews: true })
  told.hostChanged()
  assert.deepEqual(told.entry('r', 7), { isNews: false })
  assert.deepEqual(told.entry('r', 8), { isNews: false })
  assert.deepEqual(told.entry('r', 9), { isNews: true })
  told.hostChanged()
  assert.deepEqual(told.entry('r', 12), { isNews: true, gap: { from: 10, to: 11 } })
})

test('[P4] a tab counts each room by itself, in time that never goes back', () => {
  let drawn = 0
  const outboxes = new TabOutboxes(() => {
    drawn += 0.001
    return drawn % 1
  })
  const op = { kind: 'post', text: 't' } as const
  const [a, b, other] = [
    outboxes.compose('r', op, 100),
    outboxes.compose('r', op, 50),
    outboxes.compose('s', op, 60),
  ]
  assert.deepEqual([a.number, b.number, other.number], [1, 2, 1])
  assert.deepEqual([a.composedAt, b.composedAt, other.composedAt], [100, 100, 100])
  assert.ok(a.outbox === b.outbox && a.outbox !== other.outbox)
  outboxes.leave(a)
  assert.notEqual(outboxes.compose('r', op, 100).outbox, a.outbox)
})
