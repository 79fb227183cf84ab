import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { NodeConnectOptions, ProfileSummary } from '@starling/client/connect-options'
import { FakeClient } from '../testing/fake-client.ts'
import { FakeScreen } from '../testing/fake-screen.ts'
import { InkRenderer } from '../view/ink-renderer.ts'
import { plainTheme } from '../view/theme.ts'
import { Entrance } from './entrance.ts'
import { trustQuestion } from './questions.ts'
import { Welcome } from './welcome.ts'

let screen = new FakeScreen()
let welcome = new Welcome({ screen, renderer: new InkRenderer(), theme: plainTheme })
let connects: NodeConnectOptions[] = []
let clients: FakeClient[] = []

beforeEach(() => {
  screen = new FakeScreen()
  welcome = new Welcome({ screen, renderer: new InkRenderer(), theme: plainTheme })
  connects = []
  clients = []
})

function open(
  given: { address?: string; name?: string; known?: ProfileSummary } = {},
): Promise<StarlingClient | undefined> {
  const connect = async (options: NodeConnectOptions) => {
    connects.push(options)
    return clients.shift() ?? new FakeClient()
  }
  const { address, name, known } = given
  return new Entrance({ welcome, connect, known, address, name, options: {}, pin: {} }).open()
}

function refusing(code: string, say: string): FakeClient {
  const client = new FakeClient()
  client.answers.set('ready', { ok: false, code, say })
  return client
}

describe('the first time', () => {
  it('asks for the address, the way and the name, and comes in as a guest', async () => {
    const opened = open()
    await screen.shows(/Where is the server\?[\s\S]*› localhost/)
    screen.press('enter')
    await screen.shows(/How do you come in\?/)
    screen.press('enter')
    await screen.shows(/Your name\?/)
    screen.press('ctrl+u')
    screen.type('ada')
    screen.press('enter')
    assert.ok((await opened) !== undefined)
    assert.deepEqual(connects, [
      { pin: {}, addresses: ['localhost'], auth: { kind: 'guest', name: 'ada' } },
    ])
  })

  it('makes an account with a password typed twice and never shown', async () => {
    const opened = open({ address: 'localhost' })
    await screen.shows(/How do you come in\?/)
    screen.press('down', 'down', 'enter')
    await screen.shows(/Your name\?/)
    screen.type('ada')
    screen.press('enter')
    await screen.shows(/Password of ada/)
    screen.type('long enough')
    await screen.shows(/› •{11}/)
    screen.press('enter')
    await screen.shows(/The password again/)
    screen.type('long enough')
    screen.press('enter')
    await opened
    const password = 'long enough'
    assert.deepEqual(connects[0]?.auth, {
      kind: 'register',
      name: 'ada',
      password,
      label: 'terminal',
    })
    assert.ok(!screen.frames.some((frame) => frame.includes(password)))
  })

  it('asks again for what the server refuses, with its reason', async () => {
    clients = [refusing('name-taken', 'That name is taken; choose another.'), new FakeClient()]
    const opened = open({ address: 'localhost', name: 'ada' })
    await screen.shows(/How do you come in\?[\s\S]*That name is taken/)
    screen.press('enter')
    await screen.shows(/Your name\?/)
    screen.press('ctrl+u')
    screen.type('ada2')
    screen.press('enter')
    assert.ok((await opened) !== undefined)
    assert.deepEqual(connects.at(-1)?.auth, { kind: 'guest', name: 'ada2' })
  })

  it('says what is wrong with an address and asks again', async () => {
    const opened = open()
    await screen.shows(/Where is the server/)
    screen.press('ctrl+u')
    screen.type('http://x')
    screen.press('enter')
    await screen.shows(/"http:\/\/x" is not the address of a server/)
    screen.press('ctrl+c')
    assert.equal(await opened, undefined)
  })

  it('refuses a changed certificate and asks for the address', async () => {
    clients = [refusing('certificate-changed', 'The certificate is not the one trusted before.')]
    const opened = open({ address: 'wss://far', name: 'ada' })
    await screen.shows(/Where is the server\?[\s\S]*not the one trusted before/)
    screen.press('ctrl+c')
    assert.equal(await opened, undefined)
  })

  it('can be left at every question', async () => {
    const opened = open()
    await screen.shows(/Where is the server/)
    screen.press('ctrl+c')
    assert.equal(await opened, undefined)
  })
})

describe('with a known identity', () => {
  it('asks nothing and waits for nothing', async () => {
    const known = {
      name: 'default',
      directory: '/x',
      addresses: ['localhost'],
      userName: 'ada',
      isGuest: true,
      pins: {},
    }
    const client = new FakeClient()
    clients = [client]
    assert.equal(await open({ known }), client)
    assert.deepEqual(client.calls, [])
    assert.equal(screen.frames.length, 0)
  })
})

it('the fingerprint is shown whole at 40 columns, and "no" is the first answer', async () => {
  screen.columns = 40
  screen.rows = 20
  const fingerprint = Array.from({ length: 32 }, (_, at) => `${at % 10}A`).join(':')
  const answered = welcome.ask(trustQuestion('wss://far', fingerprint, 'wss://near'))
  const shown = screen.text.replace(/[\s:]/g, '')
  assert.ok(shown.includes(fingerprint.replaceAll(':', '')))
  assert.match(screen.text, /Beware/)
  screen.press('enter')
  assert.deepEqual(await answered, { kind: 'choice', picked: 0 })
})
