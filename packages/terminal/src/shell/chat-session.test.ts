import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { FakeClient } from '../testing/fake-client.ts'
import { FakeScreen } from '../testing/fake-screen.ts'
import { aMessage, aRoom, aSend, aTimeline, aWorld, morning, utc } from '../testing/world.ts'
import { InkRenderer } from '../view/ink-renderer.ts'
import { plainTheme } from '../view/theme.ts'
import { ChatSession } from './chat-session.ts'
import { Drafts } from './drafts.ts'

let directory = ''
let screen = new FakeScreen()
let client = new FakeClient()
let ended: Promise<void> = Promise.resolve()
let session: ChatSession | undefined

/** Where the clock is held; else it runs. */
let heldMs: number | undefined
const clock = { nowMs: () => heldMs ?? performance.now(), wallMs: () => morning, zone: utc }

function start(): void {
  session = new ChatSession({
    client,
    screen,
    renderer: new InkRenderer(),
    theme: plainTheme,
    drafts: new Drafts(directory),
    clock,
  })
  ended = session.run()
}

beforeEach(() => {
  heldMs = undefined
  directory = mkdtempSync(join(tmpdir(), 'starling-chat-'))
  screen = new FakeScreen()
  client = new FakeClient()
})

afterEach(async () => {
  session?.quit()
  await ended
  rmSync(directory, { recursive: true })
})

describe('a chat', () => {
  it('shows what is typed, sends it, and shows it pending in the next frame', async () => {
    start()
    await screen.shows(/› Message #garden/)
    screen.type('on my way')
    await screen.shows(/› on my way/)
    screen.press('enter')
    assert.deepEqual(client.called('post'), [['post', 'r-garden', 'on my way', {}]])
    const timeline = aTimeline([], { sends: [aSend(1, 'on my way')] })
    client.become(aWorld({ rooms: [aRoom({ timeline })] }))
    await screen.shows(/me {2}on my way\n[\s\S]*› Message #garden/)
  })

  it('shows what arrives while one types, and the text stays', async () => {
    start()
    screen.type('half a sen')
    const timeline = aTimeline([aMessage(1, 'something else')])
    client.become(aWorld({ rooms: [aRoom({ timeline })] }))
    await screen.shows(/something else[\s\S]*› half a sen/)
  })

  it('writes nothing while nothing happens, nor for a change that does not show', async () => {
    start()
    await screen.shows(/Message #garden/)
    const { bytes } = screen
    client.become(aWorld())
    client.become(aWorld())
    await new Promise((resolve) => setImmediate(resolve))
    screen.resize(80, 24)
    assert.equal(screen.bytes, bytes)
  })

  it('is laid out anew in the frame of a resize', async () => {
    start()
    await screen.shows(/Message #garden/)
    const { length } = screen.frames
    screen.resize(40, 12)
    assert.equal(screen.frames.length, length + 1)
    assert.equal(screen.text.split('\n').length, 12)
  })

  it('waits until the line has swallowed a frame, then shows the newest', async () => {
    start()
    await screen.shows(/Message #garden/)
    screen.isBusy = true
    const { length } = screen.frames
    screen.type('a')
    screen.type('b')
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(screen.frames.length, length)
    screen.isBusy = false
    await screen.shows(/› ab/)
  })

  it('keeps drafts and the room for the next start', async () => {
    const kitchen = aRoom({ room: 'r-k', title: 'kitchen' })
    client.become(aWorld({ rooms: [aRoom(), kitchen] }))
    start()
    screen.press('alt+2')
    screen.type('half a sen')
    session?.quit()
    await ended
    screen = new FakeScreen()
    start()
    await screen.shows(/#kitchen[\s\S]*› half a sen/)
  })

  it('runs commands, and says what the server refuses', async () => {
    start()
    client.answers.set('join', { ok: false, code: 'unknown-room', say: 'There is no such room.' })
    screen.type('/join #nowhere')
    screen.press('enter')
    await screen.shows(/There is no such room/)
  })

  it('asks for a password with dots', async () => {
    start()
    screen.type('/login ada')
    screen.press('enter')
    await screen.shows(/Password of ada/)
    screen.type('secret words')
    await screen.shows(/› ••••••••••••/)
    screen.press('enter')
    await screen.shows(/Coming in as ada/)
    assert.ok(!screen.frames.some((frame) => frame.includes('secret')))
  })

  it('loads the messages around a jump and says when they are gone', async () => {
    const timeline = aTimeline([
      aMessage(50, 'yes', { replyTo: { index: 3 }, by: 'u-bo', name: 'bo' }),
    ])
    client.become(aWorld({ rooms: [aRoom({ timeline })] }))
    client.answers.set('loadAround', false)
    start()
    screen.press('ctrl+up', 'enter')
    await screen.shows(/That message is gone/)
    assert.deepEqual(client.called('loadAround'), [['loadAround', 'r-garden', 3]])
  })

  it('shows the messages alone for copying', async () => {
    const timeline = aTimeline([aMessage(1, 'a long line '.repeat(12).trim())])
    client.become(aWorld({ rooms: [aRoom({ timeline })] }))
    start()
    screen.press('alt+l')
    await screen.shows(/^09:41 ada: (a long line ){11}a long line$/)
    screen.press('esc')
    await screen.shows(/Message #garden/)
  })

  it('names the room and what is unread elsewhere in the title', async () => {
    client.become(aWorld({ rooms: [aRoom(), aRoom({ room: 'r-k', title: 'k', unread: 3 })] }))
    start()
    await screen.shows(/Message #garden/)
    assert.equal(screen.titled, 'garden (3)')
  })
})

describe('the connection', () => {
  const waiting = { kind: 'waiting', untilMs: 0, untilWallMs: 0, attempt: 1, why: 'gone' } as const

  it('in trouble shows nothing for 1.5 s, then what is true; writing goes on', async () => {
    heldMs = 10_000
    start()
    await screen.shows(/Message #garden/)
    const untilMs = heldMs + 6_000
    client.become(aWorld({ connection: { ...waiting, untilMs }, waiting: 3 }))
    screen.type('a')
    await screen.shows(/› a/)
    assert.doesNotMatch(screen.text, /Offline/)
    heldMs += 1_500
    await screen.shows(/Offline · 3 waiting · in 5 s · Ctrl-T try now/)
    screen.press('ctrl+t', 'enter')
    assert.equal(client.called('tryNow').length, 1)
    assert.equal(client.called('post').length, 1)
    client.become(aWorld())
    await screen.shows(/^ me /m)
  })

  it('refused says why and what to do', async () => {
    const refused = {
      kind: 'refused',
      code: 'bad-token',
      say: 'This device is not logged in any more; log in again.',
      retry: 'login',
    } as const
    client.become(aWorld({ connection: refused }))
    start()
    await screen.shows(/not logged in any more/)
    await screen.shows(/\/login name {2}or {2}\/register name/)
  })
})
